import { expect, test } from "vitest";
import type { VisitOutcome } from "../../src/sim/result.ts";
import { Metrics } from "../../src/sim/metrics.ts";

const forum = { id: "forum", reportedAs: "forum" };

function metricsOf(): Metrics {
  return new Metrics(0, 1_000, new Set(["FRA", "IAD"]));
}

function count(
  metrics: Metrics,
  pop: string,
  outcome: VisitOutcome,
  atMs: number,
  version: number | null = null,
  isProbe = false,
): void {
  metrics.count(forum, { pop, outcome, atMs, latencyMs: 10, version, isProbe });
}

test("answers are counted by place, customer, outcome and bucket, in an order of their own", () => {
  const metrics = metricsOf();
  count(metrics, "IAD", "cached", 2_500);
  count(metrics, "FRA", "served", 999);
  count(metrics, "FRA", "served", 1_000);
  expect(metrics.series(["FRA", "IAD"], ["forum"], 3_000)).toEqual([
    { pop: "FRA", customer: "forum", outcome: "served", counts: [1, 1, 0] },
    { pop: "IAD", customer: "forum", outcome: "cached", counts: [0, 0, 1] },
  ]);
});

test("time to dark is that of the last visitor still served, whoever was refused before", () => {
  const metrics = metricsOf();
  metrics.decide("forum", "dark", 1, 10_000);
  count(metrics, "FRA", "served", 9_999);
  count(metrics, "FRA", "refused", 12_000);
  count(metrics, "FRA", "stale", 14_500);
  count(metrics, "IAD", "refused", 11_000);
  count(metrics, "elsewhere", "served", 50_000);
  expect(metrics.propagations()).toMatchObject([
    {
      towards: "dark",
      pops: [
        { pop: "FRA", seconds: 4.5 },
        { pop: "IAD", seconds: 0 },
      ],
      p100Seconds: 4.5,
    },
  ]);
});

test("a decision held somewhere between its last contradiction and the first answer after it that obeyed", () => {
  const metrics = metricsOf();
  metrics.decide("forum", "dark", 1, 0);
  count(metrics, "FRA", "served", 4_000);
  count(metrics, "FRA", "error", 5_000);
  count(metrics, "FRA", "refused", 6_000);
  count(metrics, "FRA", "refused", 7_000);
  // A slow answer is counted late: its request came between the others.
  count(metrics, "FRA", "served", 6_500);
  expect(metrics.propagations()).toMatchObject([
    {
      pops: [{ pop: "FRA", seconds: 6.5, upToSeconds: null }],
      upTo: { p50Seconds: null, p100Seconds: null },
      seenAt: 0,
      of: 2,
    },
  ]);
  count(metrics, "FRA", "refused", 8_000);
  expect(metrics.propagations()).toMatchObject([
    {
      pops: [{ pop: "FRA", seconds: 6.5, upToSeconds: 8 }],
      upTo: { p50Seconds: null, p100Seconds: null },
      seenAt: 1,
      of: 2,
    },
  ]);
  count(metrics, "IAD", "refused", 2_000);
  expect(metrics.propagations()).toMatchObject([
    { upTo: { p50Seconds: 5, p100Seconds: 8 }, seenAt: 2 },
  ]);
});

test("visitors who were answered against a decision are counted, probes are not", () => {
  const metrics = metricsOf();
  metrics.decide("forum", "dark", 1, 1_000);
  count(metrics, "FRA", "served", 500);
  count(metrics, "FRA", "served", 2_000);
  count(metrics, "IAD", "cached", 3_000);
  count(metrics, "IAD", "cached", 4_000, null, true);
  count(metrics, "IAD", "refused", 5_000);
  expect(metrics.propagations()).toMatchObject([
    { contradictions: 2, p100Seconds: 3 },
  ]);
});

test("where nobody came, nothing is known", () => {
  const metrics = metricsOf();
  metrics.decide("forum", "dark", 1, 0);
  count(metrics, "FRA", "error", 1_000);
  expect(metrics.propagations()).toMatchObject([
    { p100Seconds: 0, upTo: { p100Seconds: null }, seenAt: 0, of: 2 },
  ]);
});

test("a decision to the contrary ends the one before", () => {
  const metrics = metricsOf();
  metrics.decide("forum", "dark", 1, 0);
  count(metrics, "FRA", "served", 1_000);
  metrics.decide("forum", "light", 1, 5_000);
  count(metrics, "FRA", "refused", 6_000);
  count(metrics, "FRA", "served", 7_000);
  expect(
    metrics
      .propagations()
      .map(({ towards, p100Seconds }) => [towards, p100Seconds]),
  ).toEqual([
    ["dark", 1],
    ["light", 1],
  ]);
});

test("a purge is contradicted by what had been published before it, and is none of the standing's business", () => {
  const metrics = metricsOf();
  metrics.decide("forum", "dark", 2, 0);
  metrics.decide("forum", "fresh", 2, 0);
  count(metrics, "FRA", "cached", 3_000, 1);
  count(metrics, "FRA", "cached", 4_000, 2);
  expect(
    metrics
      .propagations()
      .map(({ towards, p100Seconds }) => [towards, p100Seconds]),
  ).toEqual([
    ["dark", 4],
    ["fresh", 3],
  ]);
});
