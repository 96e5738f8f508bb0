import type { EdgeConfig } from "../config.ts";
import { handle } from "../edge/handle.ts";
import { newIsolate, type Isolate } from "../edge/isolate.ts";
import type { Inbound, Reply } from "../ports.ts";
import type { RandomStream } from "./random-stream.ts";
import type { CustomerList } from "./customer-list.ts";
import type { Engine } from "./engine.ts";
import { Isolates, type IsolateSettings } from "./isolates.ts";
import { roundTripMs } from "./network.ts";
import type { NamedPlace, Place } from "./places.ts";
import type { SimulatedRegistry } from "./registry.ts";
import type { Server } from "./server.ts";
import type { PopCache } from "./pop-cache.ts";
import { PopWorld, type PopResources } from "./world.ts";

/** What all PoPs of one edge have in common. */
export interface EdgeSetup {
  config: EdgeConfig;
  isolates: IsolateSettings;
  popCacheMs: number;
  list: CustomerList;
  registry: SimulatedRegistry | null;
  engine: Engine;
  /** By the host of their URLs. */
  servers: ReadonlyMap<string, Server>;
}

/** A point of presence: isolates that run the edge, and a PoP cache that they share. */
export class Pop implements PopResources {
  readonly id: string;
  readonly place: NamedPlace;
  readonly config: EdgeConfig;
  readonly list: CustomerList;
  readonly registry: SimulatedRegistry | null;
  readonly engine: Engine;
  readonly servers: ReadonlyMap<string, Server>;
  readonly popCache: PopCache;
  readonly popCacheMs: number;
  readonly random: RandomStream;
  /** All requests that it was asked, attackers' too, and the content that it sent. */
  readonly traffic = { requests: 0, bytes: 0 };
  readonly count = { requests: 0, hits: 0, bytes: 0, hitBytes: 0 };
  readonly #isolates: Isolates<Isolate>;
  readonly #roundTrips = new Map<string, number>();

  constructor(
    id: string,
    place: NamedPlace,
    popCache: PopCache,
    setup: EdgeSetup,
    random: RandomStream,
  ) {
    this.id = id;
    this.place = place;
    this.popCache = popCache;
    this.config = setup.config;
    this.list = setup.list;
    this.registry = setup.registry;
    this.engine = setup.engine;
    this.servers = setup.servers;
    this.popCacheMs = setup.popCacheMs;
    this.random = random.stream("edge");
    this.#isolates = new Isolates(
      setup.isolates,
      () => newIsolate(setup.config),
      random,
    );
  }

  /** The real edge's answer, and what it noted of the request. */
  async answer(
    request: Inbound,
  ): Promise<{ reply: Reply; requestEvent: PopWorld["requestEvent"] }> {
    const world = new PopWorld(this);
    const isolate = this.#isolates.next(this.engine.nowMs);
    const reply = await handle(request, {
      config: this.config,
      isolate,
      world,
    });
    return { reply, requestEvent: world.requestEvent };
  }

  roundTripTo(place: Place): number {
    const known = this.#roundTrips.get(place.code);
    if (known !== undefined) return known;
    const ms = roundTripMs(this.place, place);
    this.#roundTrips.set(place.code, ms);
    return ms;
  }
}
