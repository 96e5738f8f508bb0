import type {
  Bytes,
  EdgeEvent,
  FeedAnswer,
  OriginAnswer,
  OriginRequest,
  RecordAnswer,
  World,
} from "../ports.ts";
import { bodyOf, largestBody, lengthOf } from "./body.ts";
import type { CustomerList } from "./customer-list.ts";
import type { Engine } from "./engine.ts";
import type { Place } from "./places.ts";
import type { PopCache } from "./pop-cache.ts";
import type { RandomStream } from "./random-stream.ts";
import type { SimulatedRegistry } from "./registry.ts";
import type { Server } from "./server.ts";

/** What became of a request, as the edge says in its event. */
export type RequestEvent = Pick<
  Extract<EdgeEvent, { kind: "request" }>,
  "outcome" | "cache"
>;

/** What a point of presence has for the requests that it handles. */
export interface PopResources {
  readonly id: string;
  readonly engine: Engine;
  readonly list: CustomerList;
  /** By the host of their URLs. */
  readonly servers: ReadonlyMap<string, Server>;
  readonly popCache: PopCache;
  /** How long the PoP cache takes for an operation. */
  readonly popCacheMs: number;
  readonly random: RandomStream;
  readonly registry: SimulatedRegistry | null;
  roundTripTo(place: Place): number;
}

/** What the edge may ask of the outside while it handles one request at a PoP: all of it in virtual time. */
export class PopWorld implements World {
  readonly #pop: PopResources;
  /** What became of the request, once that is known. */
  requestEvent: RequestEvent | null = null;

  constructor(pop: PopResources) {
    this.#pop = pop;
  }

  nowMs(): number {
    return Math.floor(this.#pop.engine.nowMs);
  }

  randomHex(bytes: number): string {
    return this.#pop.random.hex(bytes);
  }

  readRecord(key: string): Promise<RecordAnswer> {
    return this.#pop.list.read(this.#pop.id, key);
  }

  async readFeed(after: number): Promise<FeedAnswer> {
    const { id, registry } = this.#pop;
    return registry === null
      ? { kind: "failed", problem: "there is no registry" }
      : registry.readFeed(id, this.#pop.roundTripTo(registry.place), after);
  }

  async recall(name: string): Promise<string | null> {
    const pop = this.#pop;
    await pop.engine.sleep(pop.popCacheMs);
    return pop.popCache.text(name);
  }

  async keep(name: string, text: string): Promise<void> {
    this.#pop.popCache.put(name, text);
  }

  async forget(name: string): Promise<void> {
    this.#pop.popCache.delete(name);
  }

  async recallBytes(name: string): Promise<Uint8Array | null> {
    const pop = this.#pop;
    await pop.engine.sleep(pop.popCacheMs);
    return pop.popCache.bytes(name);
  }

  async keepBytes(name: string, bytes: Bytes): Promise<boolean> {
    const length = await lengthOf(bytes);
    if (length === null || length > largestBody) return false;
    this.#pop.popCache.put(name, bodyOf(length));
    return true;
  }

  async send(request: OriginRequest): Promise<OriginAnswer> {
    const { engine, servers } = this.#pop;
    const server = servers.get(request.url.host);
    if (server === undefined)
      return {
        kind: "failed",
        error: "dns_error",
        details: `${request.url.host} does not exist`,
        sent: "nothing",
      };
    const oneWayMs = this.#pop.roundTripTo(server.place) / 2;
    await engine.sleep(oneWayMs);
    const { answer, afterMs } = server.ask(request, engine.nowMs);
    const isLate = afterMs + 2 * oneWayMs > request.timeoutMs;
    const arrival = engine.sleep(
      isLate ? Math.max(request.timeoutMs - oneWayMs, 0) : afterMs + oneWayMs,
    );
    const cut = request.watch?.cut.then(() => "cut" as const) ?? arrival;
    const over = await Promise.race([arrival, cut]);
    if (over === "cut")
      return {
        kind: "failed",
        error: "http_request_denied",
        details: "the customer is no longer served",
        sent: "perhaps",
      };
    return isLate
      ? {
          kind: "failed",
          error: "connection_read_timeout",
          details: `no answer within ${request.timeoutMs} ms`,
          sent: "perhaps",
        }
      : answer;
  }

  wait(ms: number): Promise<void> {
    return this.#pop.engine.sleep(ms);
  }

  later(work: Promise<unknown>): void {
    this.#pop.engine.track(work);
  }

  observe(event: EdgeEvent): void {
    if (event.kind === "request") this.requestEvent = event;
    else this.#pop.list.observe(event);
  }
}
