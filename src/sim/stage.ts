import { RandomStream } from "./random-stream.ts";
import { customersOf, type Customer, type Logs } from "./customers.ts";
import { Resolver, compliantResolver, Zone } from "./dns.ts";
import { edgeOn } from "./edge.ts";
import { Engine } from "./engine.ts";
import { kvPhasesOf, originPhasesOf } from "./faults.ts";
import type { NamedPlace, Place } from "./places.ts";
import { ownId, type Destination, type EdgeProvider } from "./provider.ts";
import { Providers } from "./providers.ts";
import type { Scenario } from "./scenario/form.ts";

/** Everything there is before the first visitor comes. */
export interface Stage {
  engine: Engine;
  random: RandomStream;
  /** Where visitors can be. */
  places: readonly NamedPlace[];
  customers: readonly Customer[];
  own: EdgeProvider;
  destinations: ReadonlyMap<string, Destination>;
  providers: Providers;
  zone: Zone;
  resolverAt(place: Place): Resolver;
}

export function stageFor(
  scenario: Scenario,
  { seed, logs = new Map() }: { seed: number; logs?: Logs },
  places: readonly NamedPlace[],
  engine = new Engine(scenario.start),
): Stage {
  const random = new RandomStream(seed);
  const customers = customersOf(
    scenario,
    places,
    (customer) => originPhasesOf(scenario, customer),
    random,
    logs,
  );
  const ground = { scenario, engine, random, places, customers };
  const own = edgeOn(ground, ownId, scenario.pops, kvPhasesOf(scenario));
  const destinations = new Map<string, Destination>([[ownId, own]]);
  for (const provider of scenario.providers) {
    const { id } = provider;
    destinations.set(
      id,
      provider.kind === "edge"
        ? edgeOn(ground, id, provider.pops, [])
        : { kind: "bare-origin", id },
    );
  }
  const zone = new Zone();
  const ttlSeconds = scenario.dns.ttl / 1_000;
  for (const { hosts, provider } of customers)
    for (const host of hosts)
      zone.set(host, { target: provider ?? ownId, ttlSeconds });
  return {
    engine,
    random,
    places,
    customers,
    own,
    destinations,
    providers: new Providers([
      { name: ownId, supplier: scenario.supplier ?? null },
      ...scenario.providers.map(({ id, supplier = null }) => ({
        name: id,
        supplier,
      })),
    ]),
    zone,
    resolverAt: resolversFor(scenario.dns, zone, random),
  };
}

function resolversFor(
  { slowShare, slowTtl }: Scenario["dns"],
  zone: Zone,
  random: RandomStream,
): (place: Place) => Resolver {
  const resolvers = new Map<string, Resolver>();
  const slow = { ...compliantResolver, minTtlSeconds: slowTtl / 1_000 };
  return (place) => {
    const known = resolvers.get(place.code);
    if (known !== undefined) return known;
    const isSlow = random
      .stream(`resolver in ${place.code}`)
      .happens(slowShare);
    const resolver = new Resolver(zone, isSlow ? slow : compliantResolver);
    resolvers.set(place.code, resolver);
    return resolver;
  };
}
