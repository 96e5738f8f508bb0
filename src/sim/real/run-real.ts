import { maxListDeadlineSeconds } from "../../config.ts";
import type { Parsed } from "../../parse/parsed.ts";
import { configOf } from "../edge.ts";
import { readPlaces } from "../places.ts";
import type { Result } from "../result.ts";
import { play, type RunOptions } from "../run.ts";
import type { Scenario } from "../scenario/form.ts";
import { trafficPresets } from "../scenario/world.ts";
import { stageFor, type Stage } from "../stage.ts";
import { startInstance, type Instance } from "./instance.ts";
import { RealTime } from "./real-time.ts";

export interface RealOptions extends RunOptions {
  /** The text of the built Worker. */
  bundle: string;
  /** How many times as fast as real time. */
  scale: number;
}

/** What came of a run on the real runtime, and how late this machine was with it at most, in milliseconds of real time. */
export interface RealRun {
  result: Result;
  lateMs: number;
}

/** What one machine takes. */
const limits = {
  pops: 8,
  customers: 30,
  minutes: 10,
  requestsPerSecond: 200,
};

/**
 * A scenario as both runtimes can play it: a point of presence is one isolate that stays, and waits for the
 * list as long by this machine's clock as it would by the scenario's. Runs that are to be compared both take this.
 */
export function comparable(scenario: Scenario, scale: number): Scenario {
  const { listDeadlineMs } = configOf(scenario.edge);
  return {
    ...scenario,
    edge: {
      ...scenario.edge,
      LIST_DEADLINE_SECONDS: Math.min(
        (listDeadlineMs / 1_000) * scale,
        maxListDeadlineSeconds,
      ),
    },
    isolates: {
      perPop: 1,
      meanLifetime: 1_000 * scenario.lasts,
      idle: scenario.lasts,
    },
  };
}

/**
 * Runs a small scenario on the real runtime: the built Worker on workerd, an instance for each point of presence, asked over HTTP
 * by the same visitors, at the same moments, as in virtual time. The customer list answers as the model of Workers KV says;
 * origins are servers on loopback that take their time. A problem says what keeps the scenario from running there.
 */
export async function runReal(
  scenario: Scenario,
  options: RealOptions,
): Promise<Parsed<RealRun>> {
  const { bundle, scale } = options;
  const clock = new RealTime(scenario.start, scale);
  const stage = stageFor(scenario, options, await readPlaces(), clock);
  const problem =
    scenario.registry === undefined
      ? tooLarge(scenario, stage, scale)
      : "a registry is in virtual time only: take --real or the member registry away";
  if (problem !== null) return { ok: false, problem };

  const instances = await leavingSignals(() =>
    startInstances(stage, clock, bundle),
  );
  const result = await play(scenario, stage, "real", options).finally(() => {
    clock.stop();
    return Promise.all(instances.map((instance) => instance.close()));
  });
  return { ok: true, value: { result, lateMs: clock.lateMs } };
}

function startInstances(
  stage: Stage,
  clock: RealTime,
  bundle: string,
): Promise<Instance[]> {
  const servers = stage.customers.map(({ server }) => server);
  return Promise.all(
    popsOf(stage).map(async (pop) => {
      const instance = await startInstance(pop, clock, { bundle, servers });
      // From here on the model of this point of presence only knows where it is and what its list says.
      pop.answer = instance.answer;
      return instance;
    }),
  );
}

/** Miniflare would end the process on Ctrl-C; what then happens to a run is for others to say. */
async function leavingSignals<Value>(
  work: () => Promise<Value>,
): Promise<Value> {
  const before = new Set(process.listeners("SIGINT"));
  const value = await work();
  for (const listener of process.listeners("SIGINT"))
    if (!before.has(listener)) process.off("SIGINT", listener);
  return value;
}

function popsOf({ destinations }: Stage) {
  return [...destinations.values()].flatMap((destination) =>
    destination.kind === "edge" ? destination.pops : [],
  );
}

function tooLarge(
  scenario: Scenario,
  stage: Stage,
  scale: number,
): string | null {
  const minutes = scenario.lasts / 60_000 / scale;
  const figures = [
    {
      what: "points of presence",
      found: popsOf(stage).length,
      limit: limits.pops,
    },
    {
      what: "customers",
      found: stage.customers.length,
      limit: limits.customers,
    },
    { what: "minutes of real time", found: minutes, limit: limits.minutes },
    {
      what: "requests a second of real time",
      found: requestsPerSecond(scenario, stage) * scale,
      limit: limits.requestsPerSecond,
    },
  ];
  const over = figures.find(({ found, limit }) => found > limit);
  return over === undefined
    ? null
    : `too large for the real runtime: ${Number(over.found.toFixed(1))} ${over.what}; expected at most ${over.limit}`;
}

/** Of visitors, generated and logged, of those who watch, and of attackers while they attack. */
function requestsPerSecond(
  { traffic, events, lasts }: Scenario,
  { customers, own }: Stage,
): number {
  const watching = customers.reduce(
    (sum, { watchedMs }) =>
      sum + (watchedMs === null ? 0 : (1_000 * own.pops.length) / watchedMs),
    0,
  );
  const logged = customers.reduce(
    (sum, { log }) => sum + (log === null ? 0 : log.visits.length),
    0,
  );
  const attacks = events.map(({ attack }) => attack?.requestsPerSecond ?? 0);
  const preset = trafficPresets[traffic.preset];
  const visitors = traffic.requestsPerSecond ?? preset.requestsPerSecond;
  const replayed = (1_000 * logged) / lasts;
  return visitors + replayed + watching + Math.max(0, ...attacks);
}
