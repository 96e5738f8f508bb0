import type { CustomerList } from "./customer-list.ts";
import { nearest, roundTripMs } from "./network.ts";
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
  readonly #routes = new Map<string, Route>();

  constructor(
    id: string,
    { list, registry }: Pick<EdgeProvider, "list" | "registry">,
    pops: readonly [Pop, ...Pop[]],
  ) {
    this.id = id;
    this.list = list;
    this.registry = registry;
    this.pops = pops;
  }

  routeFrom(place: Place): Route {
    const known = this.#routes.get(place.code);
    if (known !== undefined) return known;
    const [first, ...more] = this.pops.map((pop) => ({ ...pop.place, pop }));
    if (first === undefined) throw new Error(`${this.id} has no PoP`);
    const { pop } = nearest(place, [first, ...more]);
    const route = { pop, roundTripMs: roundTripMs(place, pop.place) };
    this.#routes.set(place.code, route);
    return route;
  }
}
