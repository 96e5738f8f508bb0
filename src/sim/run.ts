import { sum } from "d3-array";
import { startWorkload } from "./workload.ts";
import { hostsOf, othersId, type Logs } from "./customers.ts";
import { checkExpectations } from "./check-expectations.ts";
import { ScenarioEvents } from "./scenario-events.ts";
import { readPlaces } from "./places.ts";
import { ownId } from "./provider.ts";
import type { Result } from "./result.ts";
import type { Scenario } from "./scenario/form.ts";
import { stageFor, type Stage } from "./stage.ts";
import { Metrics } from "./metrics.ts";
import { Visits } from "./visit.ts";

export interface RunOptions {
  name: string;
  seed: number;
  /** Told now and then how far the run is, 0 to 1, and how many requests there were. */
  progress: (done: number, requests: number) => void;
  /** For a scenario whose customers have some. */
  logs?: Logs;
  /** Breaks the run off: its result is then marked as partial. */
  signal: AbortSignal | null;
}

/** How often a run says how far it is. */
const steps = 500;

/** Runs a scenario in virtual time. The same scenario and seed give the same result, to the last byte. */
export async function run(
  scenario: Scenario,
  options: RunOptions,
): Promise<Result> {
  const stage = stageFor(scenario, options, await readPlaces());
  return play(scenario, stage, "virtual", options);
}

/** Plays a scenario on a stage that is set for it, whatever its points of presence are. */
export async function play(
  scenario: Scenario,
  stage: Stage,
  runtime: Result["runtime"],
  { name, seed, progress, signal }: RunOptions,
): Promise<Result> {
  const metrics = new Metrics(
    scenario.start,
    scenario.bucket,
    new Set(stage.own.pops.map(({ id }) => id)),
  );
  const events = new ScenarioEvents(scenario, stage, metrics);
  startWorkload(scenario, stage, new Visits(stage, metrics));

  const { engine } = stage;
  signal?.addEventListener("abort", () => engine.stop());
  let ended: Awaited<ReturnType<typeof engine.run>> = "reached";
  for (let step = 1; step <= steps && ended === "reached"; step++) {
    ended = await engine.run(scenario.start + (scenario.lasts * step) / steps);
    progress(step / steps, metrics.requests);
  }
  const endedAtMs = engine.nowMs;
  const customers = reportedCustomers(scenario);
  const ids = customers.map(({ id }) => id);
  const pops = reportedPops(stage);
  const figures = {
    scenario: {
      name,
      title: scenario.title,
      description: scenario.description,
    },
    runtime,
    seed,
    partial: ended === "stopped",
    startedAtMs: scenario.start,
    endedAtMs,
    pops,
    customers,
    providers: reportedProviders(scenario),
    events: events.reported,
    bucketSeconds: scenario.bucket / 1_000,
    series: metrics.series(
      pops.map(({ code }) => code),
      ids,
      endedAtMs,
    ),
    propagations: metrics.propagations(),
    cache: stage.own.pops.map(({ id, count }) => ({ pop: id, ...count })),
    origins: reportedOrigins(
      stage,
      Math.ceil((endedAtMs - scenario.start) / 1_000),
    ),
    list: stage.own.list.count,
    registry: stage.own.registry?.figures() ?? null,
    cost: costOf(scenario, stage),
    latency: metrics.latency(ids),
  };
  return { ...figures, assertions: checkExpectations(scenario, figures) };
}

function costOf(
  { prices }: Scenario,
  { own, customers }: Stage,
): Result["cost"] {
  const usage = {
    requests: sum(own.pops.map(({ traffic }) => traffic.requests)),
    bytes: sum(own.pops.map(({ traffic }) => traffic.bytes)),
    listReads: own.list.count.reads,
    listWrites: own.list.count.writes,
    registryReads: own.registry?.count.reads ?? 0,
    originRequests: sum(customers.map(({ server }) => server.requests)),
  };
  if (prices === undefined) return { ...usage, amount: null };
  const total =
    (usage.requests * prices.requests +
      usage.listReads * prices.listReads +
      usage.listWrites * prices.listWrites +
      usage.registryReads * prices.registryReads) /
      1e6 +
    (usage.bytes / 1e9) * prices.gigabytes;
  const { currency } = prices;
  return { ...usage, amount: { currency, total: Number(total.toFixed(6)) } };
}

function reportedCustomers({
  customers,
  others,
}: Scenario): Result["customers"] {
  const named = customers.map((customer) => ({
    id: customer.id,
    hosts: hostsOf(customer),
  }));
  return others.count === 0 ? named : [...named, { id: othersId, hosts: [] }];
}

/** Points of presence; a provider that has none counts as one where the first customer's server is. */
function reportedPops({ destinations, customers }: Stage): Result["pops"] {
  return [...destinations.values()].flatMap((destination) => {
    const places =
      destination.kind === "edge"
        ? destination.pops.map(({ id, place }) => ({ code: id, place }))
        : customers.slice(0, 1).map(({ server }) => ({
            code: destination.id,
            place: server.place,
          }));
    return places.map(({ code, place }) => ({
      code,
      city: place.city,
      country: place.country,
      latitude: place.latitude,
      longitude: place.longitude,
      provider: destination.id,
    }));
  });
}

function reportedProviders({
  providers,
  supplier,
}: Scenario): Result["providers"] {
  const own = { id: ownId, name: "this edge", supplier };
  return [own, ...providers].map(({ id, name, supplier: by }) => ({
    id,
    name,
    supplier: by ?? null,
  }));
}

function busier(one: number | undefined, other: number): number {
  return Math.max(one ?? 0, other);
}

/** Servers of customers with a name one by one, the others' in sum, their load that of the busiest one. */
function reportedOrigins(
  { customers }: Stage,
  seconds: number,
): Result["origins"] {
  const origins = new Map<string, Result["origins"][number]>();
  for (const { reportedAs, server } of customers) {
    const origin = reportedAs === othersId ? "origins of others" : server.url;
    const known = origins.get(origin);
    origins.set(origin, {
      origin,
      customer: reportedAs,
      requests: (known?.requests ?? 0) + server.requests,
      failures: (known?.failures ?? 0) + server.failures,
      overloads: (known?.overloads ?? 0) + server.overloads,
      bytes: (known?.bytes ?? 0) + server.bytesSent,
      p95PerSecond: busier(known?.p95PerSecond, server.loadIn(0.95, seconds)),
      p99PerSecond: busier(known?.p99PerSecond, server.loadIn(0.99, seconds)),
      peakPerSecond: busier(known?.peakPerSecond, server.loadIn(1, seconds)),
    });
  }
  return [...origins.values()];
}
