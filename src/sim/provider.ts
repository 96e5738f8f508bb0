import type { CustomerList } from "./customer-list.ts";
import type { EdgeTrouble } from "./edge-trouble.ts";
import { roundTripMs } from "./network.ts";
import type { Place } from "./places.ts";
import type { SimulatedRegistry } from "./registry.ts";
import type { Pop } from "./pop.ts";

/** How this edge is called among providers. */
export const ownId = "portcullis";

/** How one place's visitors get to a provider. */
export interface Route {
  pop: Pop;
  roundTripMs: number;
}

/** Where names may lead: an edge with points of presence, or straight to the customer's own server. */
export type Destination = EdgeProvider | { kind: "bare-origin"; id: string };

/** An edge that anycast leads to at its nearest point of presence. */
export class EdgeProvider {
  readonly kind = "edge";
  readonly id: string;
  readonly list: CustomerList;
  /** Which commands go through; null where they are written to the list. */
  readonly registry: SimulatedRegistry | null;
  readonly pops: readonly [Pop, ...Pop[]];
  readonly trouble: EdgeTrouble;
  readonly #routes = new Map<string, Route[]>();

  constructor(
    id: string,
    {
      list,
      registry,
      trouble,
    }: Pick<EdgeProvider, "list" | "registry" | "trouble">,
    pops: readonly [Pop, ...Pop[]],
  ) {
    this.id = id;
    this.list = list;
    this.registry = registry;
    this.trouble = trouble;
    this.pops = pops;
  }

  /** The way to the nearest PoP that anycast leads to at a moment. */
  routeFrom(place: Place, nowMs: number): Route {
    const routes = this.#routesFrom(place);
    const [nearest] = routes;
    if (nearest === undefined) throw new Error(`${this.id} has no PoP`);
    return (
      routes.find(
        ({ pop }) => !this.trouble.isRerouted(pop.place.code, nowMs),
      ) ?? nearest
    );
  }

  /** The nearest first; of equally near ones, the first. */
  #routesFrom(place: Place): Route[] {
    const known = this.#routes.get(place.code);
    if (known !== undefined) return known;
    const routes = this.pops
      .map((pop) => ({ pop, roundTripMs: roundTripMs(place, pop.place) }))
      .toSorted((one, other) => one.roundTripMs - other.roundTripMs);
    this.#routes.set(place.code, routes);
    return routes;
  }
}
