import { configOf, kvSettingsOf } from "../edge.ts";
import { outcomes, type VisitOutcome, type Result } from "../result.ts";
import type { Scenario } from "../scenario/form.ts";

/** Something that a scenario came to in virtual time and did not on the real runtime. */
export interface Disagreement {
  about: string;
  virtual: string;
  real: string;
}

/** What a request may take longer than in the model, in seconds of real time. */
const overheadSeconds = 0.25;
/** A visitor, the runtime, the list and an origin wait for the machine one after another, each as long as it was late at worst. */
const waitsOfRequest = 4;

/** How far apart two runs' times may be and count as the same, in seconds of the scenario. */
export interface Tolerance {
  seconds: number;
  /**
   * How long a copy of the list lives. Where one is made within a moment of a decision, that moment decides whether it is old: one
   * run then takes next to no time, and the other as long as the copy lives.
   */
  copyLivesSeconds: number;
}

/**
 * The edge trusts what it read for a while, and then somebody has to come by: once to have the list read anew, once to see what
 * became of it; either may be missed by a moment. A real machine takes time besides that the model does not know of, the
 * busier it is the more. Small beside the seconds that a copy of the list lives, unless the machine has far too much to do.
 */
export function toleranceOf(
  scenario: Scenario,
  { scale, lateMs }: { scale: number; lateMs: number },
): Tolerance {
  const { recordMemoryMs } = configOf(scenario.edge);
  const watchedMs = scenario.customers.map(({ watched }) => watched ?? 0);
  return {
    seconds:
      (2 * (recordMemoryMs + Math.max(0, ...watchedMs))) / 1_000 +
      (overheadSeconds + (waitsOfRequest * lateMs) / 1_000) * scale,
    copyLivesSeconds: kvSettingsOf(scenario, []).cacheTtlMs / 1_000,
  };
}

/**
 * Where two runs of one scenario, with one seed, disagree: which outcomes each customer's visitors met and how often, which decisions there were
 * and, for each point of presence, when they held. Two times differ when they are further apart than the tolerance.
 */
export function compare(
  virtual: Result,
  real: Result,
  tolerance: Tolerance,
): Disagreement[] {
  return [
    ...outcomeDisagreements(virtual, real),
    ...shareDisagreements(virtual, real, tolerance),
    ...decisionDisagreements(virtual, real),
    ...propagationDisagreements(virtual, real, tolerance),
  ];
}

function outcomeDisagreements(virtual: Result, real: Result): Disagreement[] {
  return virtual.customers.flatMap(({ id }) => {
    const decisions = [virtual, real].map((result) =>
      metBy(id, result).join(", "),
    );
    const [inVirtual = "", inReal = ""] = decisions;
    return disagreement(`what visitors of ${id} met`, inVirtual, inReal);
  });
}

/** How far apart shares may be, besides what follows from times that may be: the same visitors come at the same moments. */
const shareTolerance = 0.03;

/** How often each customer's visitors met what they met. */
function shareDisagreements(
  virtual: Result,
  real: Result,
  { seconds }: Tolerance,
): Disagreement[] {
  const lastsSeconds = (virtual.endedAtMs - virtual.startedAtMs) / 1_000;
  const bound = shareTolerance + seconds / lastsSeconds;
  return virtual.customers.flatMap(({ id }) => {
    const [inVirtual, inReal] = [virtual, real].map((result) =>
      sharesOf(id, result),
    );
    return outcomes.flatMap((outcome) => {
      const one = inVirtual?.get(outcome) ?? 0;
      const other = inReal?.get(outcome) ?? 0;
      return Math.abs(one - other) <= bound
        ? []
        : disagreement(
            `how many visitors of ${id} met ${outcome} (${inPercent(bound)} apart at most)`,
            inPercent(one),
            inPercent(other),
          );
    });
  });
}

function sharesOf(
  customer: string,
  { series }: Result,
): Map<VisitOutcome, number> {
  const counts = new Map<VisitOutcome, number>();
  for (const row of series)
    if (row.customer === customer)
      counts.set(
        row.outcome,
        row.counts.reduce(
          (sum, count) => sum + count,
          counts.get(row.outcome) ?? 0,
        ),
      );
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return new Map([...counts].map(([outcome, count]) => [outcome, count / all]));
}

function inPercent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function metBy(customer: string, { series }: Result): VisitOutcome[] {
  const met = new Set(
    series
      .filter((row) => row.customer === customer)
      .filter(({ counts }) => counts.some((count) => count > 0))
      .map(({ outcome }) => outcome),
  );
  return outcomes.filter((outcome) => met.has(outcome));
}

type Propagation = Result["propagations"][number];

function nameOf({ customer, towards, decidedAtMs }: Propagation): string {
  return `${customer} to ${towards} from ${new Date(decidedAtMs).toISOString()}`;
}

/** Decisions are told in the order in which they were made, which is the same for both. */
function decisionDisagreements(virtual: Result, real: Result): Disagreement[] {
  const decisions = [virtual, real].map(({ propagations }) =>
    propagations
      .map(({ customer, towards }) => `${customer} to ${towards}`)
      .join("; "),
  );
  const [inVirtual = "", inReal = ""] = decisions;
  return disagreement("decisions", inVirtual, inReal);
}

function propagationDisagreements(
  virtual: Result,
  real: Result,
  tolerance: Tolerance,
): Disagreement[] {
  return virtual.propagations.flatMap((propagation, index) => {
    const there = new Map(
      real.propagations[index]?.pops.map(({ pop, seconds }) => [pop, seconds]),
    );
    return propagation.pops.flatMap(({ pop, seconds }) => {
      const found = there.get(pop);
      if (found !== undefined && isSame(found, seconds, tolerance)) return [];
      return disagreement(
        `${nameOf(propagation)}, at ${pop}`,
        `${seconds} s`,
        found === undefined ? "nobody asked" : `${found} s`,
      );
    });
  });
}

function isSame(
  one: number,
  other: number,
  { seconds, copyLivesSeconds }: Tolerance,
): boolean {
  const less = Math.min(one, other);
  const more = Math.max(one, other);
  return (
    more - less <= seconds ||
    (less <= seconds && Math.abs(more - copyLivesSeconds) <= seconds)
  );
}

function disagreement(
  about: string,
  virtual: string,
  real: string,
): Disagreement[] {
  return virtual === real ? [] : [{ about, virtual, real }];
}
