import { parseConfig, type EdgeConfig } from "../config.ts";
import type { RandomStream } from "./random-stream.ts";
import { CustomerList } from "./customer-list.ts";
import { recordsOf, type Customer } from "./customers.ts";
import { EdgeTrouble } from "./edge-trouble.ts";
import type { Engine } from "./engine.ts";
import { defaultIsolates } from "./isolates.ts";
import { Kv, kvPresets, type KvPhase, type KvSettings } from "./kv.ts";
import type { NamedPlace } from "./places.ts";
import { Pop, type EdgeSetup } from "./pop.ts";
import { EdgeProvider, ownId } from "./provider.ts";
import { edgePhasesOf, registryPhasesOf } from "./faults.ts";
import { SimulatedRegistry } from "./registry.ts";
import type { Scenario } from "./scenario/form.ts";
import { PopCache } from "./pop-cache.ts";

/** What edges are built from. */
interface Ground {
  scenario: Scenario;
  engine: Engine;
  random: RandomStream;
  places: readonly NamedPlace[];
  customers: readonly Customer[];
}

/** An edge with a list and points of presence of its own. */
export function edgeOn(
  ground: Ground,
  id: string,
  where: Scenario["pops"],
  phases: readonly KvPhase[],
): EdgeProvider {
  const { scenario, engine, random, places, customers } = ground;
  const { cache, isolates, edge } = scenario;
  const list = listOf(ground, id, phases);
  const registry = id === ownId ? registryOn(ground, list, where) : null;
  const trouble = new EdgeTrouble(
    id === ownId ? edgePhasesOf(scenario) : [],
    random,
  );
  const setup: EdgeSetup = {
    config: configOf({ EDGE_NAME: id, ...edge }, registry !== null),
    isolates: {
      perPop: isolates.perPop ?? defaultIsolates.perPop,
      meanLifetimeMs: isolates.meanLifetime ?? defaultIsolates.meanLifetimeMs,
      idleMs: isolates.idle ?? defaultIsolates.idleMs,
    },
    popCacheMs: cache.latency,
    list,
    registry,
    engine,
    servers: new Map(customers.map(({ server }) => [server.url, server])),
  };
  const [first, ...more] = placesOf(where, places).map((place) => {
    const name = id === ownId ? place.code : `${place.code}@${id}`;
    const popCache = new PopCache(cache);
    return new Pop(name, place, popCache, setup, random.stream(name));
  });
  if (first === undefined) throw new Error(`${id} has no PoP`);
  return new EdgeProvider(id, { ...setup, trouble }, [first, ...more]);
}

/** What the variables of a scenario that was checked come to, with a binding to a registry or without. */
export function configOf(
  variables: Scenario["edge"],
  hasRegistry = false,
): EdgeConfig {
  const config = parseConfig({
    ...variables,
    ...(hasRegistry && { REGISTRY: "bound" }),
  });
  if (!config.ok) throw new Error(config.problem);
  return config.value;
}

function registryOn(
  { scenario, engine, random, places, customers }: Ground,
  list: CustomerList,
  where: Scenario["pops"],
): SimulatedRegistry | null {
  const { registry } = scenario;
  if (registry === undefined) return null;
  const { at, latency, sweep } = registry;
  const place = places.find(({ code }) => code === at);
  if (place === undefined) throw new Error(`the place ${at} was not checked`);
  const named = customers.filter(({ id, reportedAs }) => id === reportedAs);
  return new SimulatedRegistry(
    {
      place,
      pop: placesOf(where, places).includes(place) ? at : null,
      latencyMs: latency,
      sweepEveryMs: sweep,
      phases: registryPhasesOf(scenario),
    },
    {
      list,
      keys: named.flatMap((customer) =>
        [...recordsOf(customer)].map(([key]) => key),
      ),
      engine,
      random,
    },
  );
}

function listOf(
  { scenario, engine, random, customers }: Ground,
  id: string,
  phases: readonly KvPhase[],
): CustomerList {
  const kv = new Kv(
    kvSettingsOf(scenario, phases),
    random.stream(`list of ${id}`),
  );
  for (const customer of customers)
    if ((customer.provider ?? ownId) === id) kv.seed(recordsOf(customer));
  return new CustomerList(kv, engine);
}

function placesOf(
  where: Scenario["pops"],
  places: readonly NamedPlace[],
): NamedPlace[] {
  if (typeof where === "number") return places.slice(0, where);
  return places.filter(({ code }) => where.includes(code));
}

export function kvSettingsOf(
  { list, edge, start }: Scenario,
  phases: readonly KvPhase[],
): KvSettings {
  const preset = kvPresets[list.preset](start);
  return {
    cacheTtlMs: configOf(edge).listCacheMs,
    visibleAfterMs: list.visibleAfter ?? preset.visibleAfterMs,
    ownPopSeesAtOnce: list.ownPopSeesAtOnce ?? preset.ownPopSeesAtOnce,
    cached: list.cached ?? preset.cached,
    central: list.central ?? preset.central,
    centralReadsPerSecond:
      list.centralReadsPerSecond ?? preset.centralReadsPerSecond,
    phases: [...preset.phases, ...phases],
    beginsAtMs: start,
  };
}
