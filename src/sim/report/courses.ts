import { outcomes, type Outcome, type Result } from "../result.ts";
import { regionOf } from "./regions.ts";
import type { Span } from "./spans.ts";
import { tallySpans, type Rows } from "./tally.ts";

export type Pop = Result["pops"][number];

/** What most visitors of one PoP got, span by span. */
export interface Course {
  pop: Pop;
  region: string;
  /** Where nobody asked, what the last to ask got; null before anyone has. */
  states: readonly (Outcome | null)[];
  asked: readonly boolean[];
}

/** PoPs by region, those that decisions reached last at the end of each. */
export function coursesOf(
  result: Result,
  { customer, rows }: { customer: string | null; rows: Rows },
  spans: readonly Span[],
): Course[] {
  const rowsOfPop = Map.groupBy(rows, ({ pop }) => pop);
  const delay = new Map(
    result.spreads
      .find((spread) => spread.customer === customer)
      ?.pops.map(({ pop, seconds }) => [pop, seconds]),
  );
  const delayOf = ({ pop }: Course): number => delay.get(pop.code) ?? -1;
  return result.pops
    .map((pop) => courseOf(pop, rowsOfPop.get(pop.code) ?? [], spans))
    .toSorted(
      (one, other) =>
        compare(one.region, other.region) ||
        delayOf(one) - delayOf(other) ||
        compare(one.pop.code, other.pop.code),
    );
}

function courseOf(pop: Pop, rows: Rows, spans: readonly Span[]): Course {
  const sums = tallySpans(rows, spans);
  const states: (Outcome | null)[] = [];
  const asked: boolean[] = [];
  for (const span of spans.keys()) {
    const now = prevailing((outcome) => sums[outcome][span] ?? 0);
    states.push(now ?? states.at(-1) ?? null);
    asked.push(now !== null);
  }
  return { pop, region: regionOf(pop.country), states, asked };
}

/** Among equals the worse, which `outcomes` names later. */
function prevailing(requests: (outcome: Outcome) => number): Outcome | null {
  let most = 0;
  let found: Outcome | null = null;
  for (const outcome of outcomes)
    if (requests(outcome) > 0 && requests(outcome) >= most) {
      most = requests(outcome);
      found = outcome;
    }
  return found;
}

/** A stretch of spans in which nothing changed. */
export interface Stretch {
  from: number;
  to: number;
  state: Outcome;
  asked: boolean;
}

export function stretchesOf({ states, asked }: Course): Stretch[] {
  const stretches: Stretch[] = [];
  states.forEach((state, span) => {
    if (state === null) return;
    const now = asked[span] ?? false;
    const last = stretches.at(-1);
    if (last?.to === span && last.state === state && last.asked === now)
      last.to = span + 1;
    else stretches.push({ from: span, to: span + 1, state, asked: now });
  });
  return stretches;
}

const compare = (one: string, other: string): number =>
  one < other ? -1 : one > other ? 1 : 0;
