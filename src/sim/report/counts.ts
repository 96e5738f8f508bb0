import { outcomes, type VisitOutcome, type Result } from "../result.ts";
import type { Span } from "./spans.ts";

export type Rows = Result["series"];

/** Requests by what they came to. */
export type Counts = Readonly<Record<VisitOutcome, number>>;

/** One figure for every outcome. */
function byOutcome<T>(
  figure: (outcome: VisitOutcome) => T,
): Record<VisitOutcome, T> {
  return {
    served: figure("served"),
    cached: figure("cached"),
    stale: figure("stale"),
    refused: figure("refused"),
    error: figure("error"),
    "other-provider": figure("other-provider"),
    unreachable: figure("unreachable"),
  };
}

export function countsOf(rows: Rows): Counts {
  const metrics = byOutcome(() => 0);
  for (const { outcome, counts } of rows)
    for (const requests of counts) metrics[outcome] += requests;
  return metrics;
}

export function sumOf(metrics: Counts): number {
  return outcomes.reduce((sum, outcome) => sum + metrics[outcome], 0);
}

/** For each outcome the requests in each span. */
export function countSpans(
  rows: Rows,
  spans: readonly Span[],
): Record<VisitOutcome, number[]> {
  const sums = byOutcome(() => spans.map(() => 0));
  for (const { outcome, counts } of rows) {
    const sum = sums[outcome];
    spans.forEach(({ bucket, buckets }, span) => {
      let requests = 0;
      for (let at = bucket; at < bucket + buckets; at++)
        requests += counts[at] ?? 0;
      sum[span] = (sum[span] ?? 0) + requests;
    });
  }
  return sums;
}
