import { outcomes, type VisitOutcome, type Result } from "../result.ts";
import { regionOf } from "./regions.ts";
import type { Span } from "./spans.ts";
import { countSpans, type Rows } from "./counts.ts";

export type Pop = Result["pops"][number];

/** What most visitors of one PoP got, span by span. */
export interface PopHistory {
  pop: Pop;
  region: string;
  /** Where nobody asked, what the last to ask got; null before anyone has. */
  states: readonly (VisitOutcome | null)[];
  hadRequests: readonly boolean[];
}

/** PoPs by region, those that decisions reached last at the end of each. */
export function popHistories(
  result: Result,
  { customer, rows }: { customer: string | null; rows: Rows },
  spans: readonly Span[],
): PopHistory[] {
  const rowsOfPop = Map.groupBy(rows, ({ pop }) => pop);
  const delay = new Map(
    result.propagations
      .find((propagation) => propagation.customer === customer)
      ?.pops.map(({ pop, seconds }) => [pop, seconds]),
  );
  const delayOf = ({ pop }: PopHistory): number => delay.get(pop.code) ?? -1;
  return result.pops
    .map((pop) => popHistory(pop, rowsOfPop.get(pop.code) ?? [], spans))
    .toSorted(
      (one, other) =>
        compare(one.region, other.region) ||
        delayOf(one) - delayOf(other) ||
        compare(one.pop.code, other.pop.code),
    );
}

function popHistory(pop: Pop, rows: Rows, spans: readonly Span[]): PopHistory {
  const sums = countSpans(rows, spans);
  const states: (VisitOutcome | null)[] = [];
  const hadRequests: boolean[] = [];
  for (const span of spans.keys()) {
    const now = prevailing((outcome) => sums[outcome][span] ?? 0);
    states.push(now ?? states.at(-1) ?? null);
    hadRequests.push(now !== null);
  }
  return {
    pop,
    region: regionOf(pop.country),
    states,
    hadRequests,
  };
}

/** Among equals the worse, which `outcomes` names later. */
function prevailing(
  requests: (outcome: VisitOutcome) => number,
): VisitOutcome | null {
  let largest = 0;
  let found: VisitOutcome | null = null;
  for (const outcome of outcomes)
    if (requests(outcome) > 0 && requests(outcome) >= largest) {
      largest = requests(outcome);
      found = outcome;
    }
  return found;
}

/** Spans in a row in which nothing changed. */
export interface Interval {
  from: number;
  to: number;
  state: VisitOutcome;
  hadRequests: boolean;
}

export function intervalsOf({ states, hadRequests }: PopHistory): Interval[] {
  const intervals: Interval[] = [];
  states.forEach((state, span) => {
    if (state === null) return;
    const now = hadRequests[span] ?? false;
    const last = intervals.at(-1);
    if (last?.to === span && last.state === state && last.hadRequests === now)
      last.to = span + 1;
    else intervals.push({ from: span, to: span + 1, state, hadRequests: now });
  });
  return intervals;
}

const compare = (one: string, other: string): number =>
  one < other ? -1 : one > other ? 1 : 0;
