import type { Result } from "../result.ts";
import type { Propagation } from "./wording.ts";

/** Some buckets of the series, taken together. */
export interface Span {
  atMs: number;
  /** The first of them. */
  bucket: number;
  buckets: number;
}

/** The whole run in spans of equal length (the last may be shorter), at most that many: no plot needs more than can be seen. */
export function evenSpans(result: Result, maxSpans: number): Span[] {
  const all = bucketCount(result);
  return spansBetween(result, cutEvenly(0, all, maxSpans));
}

/** Even spans, and short ones while a decision propagates: there seconds matter, elsewhere minutes do. */
export function spansCloseTo(
  result: Result,
  propagations: readonly Propagation[],
): Span[] {
  const bucketMs = result.bucketSeconds * 1000;
  const near = propagations.flatMap(({ decidedAtMs, p100Seconds }) => {
    const from = Math.floor((decidedAtMs - result.startedAtMs) / bucketMs);
    const seconds = Number.isFinite(p100Seconds) ? p100Seconds : 0;
    const length = Math.ceil((seconds * 1.1) / result.bucketSeconds) + 1;
    return cutEvenly(from, from + length, 45);
  });
  const all = bucketCount(result);
  return spansBetween(result, [...cutEvenly(0, all, 90), ...near]);
}

/** At least one, so that an empty run has an axis too. */
function bucketCount({ startedAtMs, endedAtMs, bucketSeconds }: Result) {
  return Math.max(
    1,
    Math.ceil((endedAtMs - startedAtMs) / 1000 / bucketSeconds),
  );
}

/** Where the spans begin. */
function cutEvenly(from: number, to: number, maxSpans: number): number[] {
  const each = Math.ceil((to - from) / maxSpans);
  return Array.from(
    { length: Math.ceil((to - from) / each) },
    (_, cut) => from + cut * each,
  );
}

function spansBetween(result: Result, cuts: readonly number[]): Span[] {
  const end = bucketCount(result);
  const starts = [...new Set(cuts)]
    .filter((cut) => cut >= 0 && cut < end)
    .toSorted((one, other) => one - other);
  return starts.map((bucket, index) => ({
    atMs: result.startedAtMs + bucket * result.bucketSeconds * 1000,
    bucket,
    buckets: (starts[index + 1] ?? end) - bucket,
  }));
}
