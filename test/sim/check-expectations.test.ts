import { expect, test } from "vitest";
import { checkExpectations } from "../../src/sim/check-expectations.ts";
import type { Figures } from "../../src/sim/figures.ts";
import { nothing } from "./report/sample.ts";
import { sample } from "./scenario/sample.ts";

const startedAtMs = Date.parse("2026-03-02T12:00:00Z");

const figures: Figures = {
  scenario: { name: "sample", title: "", description: "" },
  runtime: "virtual",
  seed: 1,
  partial: false,
  startedAtMs,
  endedAtMs: startedAtMs + 4_000,
  pops: [],
  customers: [],
  providers: [],
  events: [],
  bucketSeconds: 1,
  series: [
    { pop: "FRA", customer: "forum", outcome: "served", counts: [4, 0, 0, 0] },
    { pop: "FRA", customer: "forum", outcome: "error", counts: [0, 1, 0, 0] },
    { pop: "FRA", customer: "others", outcome: "cached", counts: [5, 5, 0, 5] },
  ],
  propagations: [10, 20].map((seconds) => ({
    customer: "forum",
    decidedAtMs: startedAtMs,
    towards: "dark" as const,
    pops: [],
    p50Seconds: seconds / 2,
    p95Seconds: seconds,
    p100Seconds: seconds,
    upTo: { p50Seconds: seconds, p95Seconds: seconds + 1, p100Seconds: null },
    seenAt: 9,
    of: 10,
    contradictions: 7,
  })),
  cache: [
    { pop: "FRA", requests: 8, hits: 6, bytes: 100, hitBytes: 25 },
    { pop: "IAD", requests: 2, hits: 1, bytes: 100, hitBytes: 25 },
  ],
  origins: ["forum", "others"].map((customer, index) => ({
    origin: customer,
    customer,
    requests: 10 + index,
    failures: 0,
    overloads: 2 * index,
    bytes: 1_000,
    p95PerSecond: 1,
    p99PerSecond: 2 + index,
    peakPerSecond: 3 + index,
  })),
  registry: null,
  cost: nothing.cost,
  list: { reads: 9, failedReads: 2, writes: 1, refusedWrites: 0, malformed: 3 },
  latency: [{ customer: "forum", p50Ms: 20, p95Ms: 80, p99Ms: 120 }],
};

test.each([
  ["dark: { customer: forum, p50: '<= 20s' }", true, "10 s to 20 s"],
  ["dark: { customer: forum, p50: '< 20s' }", false, "10 s to 20 s"],
  ["dark: { customer: forum, p50: '>= 10s' }", true, "10 s to 20 s"],
  ["dark: { customer: forum, p95: '<= 20s' }", false, "20 s to 21 s"],
  [
    "dark: { customer: forum, p100: '<= 1h' }",
    false,
    "20 s at least; seen to hold at 9 of 10, 9 of 10 PoPs",
  ],
  ["dark: { customer: others, p50: '<= 1h' }", false, "nothing to judge by"],
  ["harm: { customer: forum, served: '<= 14' }", true, "14"],
  ["harm: { customer: forum, refused: 0 }", false, "nothing to judge by"],
  ["answers: { outcome: cached, count: 15 }", true, "15 of 20"],
  ["answers: { outcome: [served, cached], share: 95% }", true, "95 %"],
  [
    "answers: { outcome: cached, from: 1s, until: 3s, count: 5 }",
    true,
    "5 of 6",
  ],
  [
    "answers: { outcome: cached, from: 2s, until: 3s, count: 0 }",
    false,
    "nothing to judge by",
  ],
  ["errors: { customer: forum, share: '>= 20%' }", true, "20 %"],
  ["errors: { besides: forum, count: 0 }", true, "0 of 15"],
  ["originRequests: { count: '> 21' }", false, "21"],
  ["originRequests: { customer: forum, peakPerSecond: '<= 3' }", true, "3"],
  ["originRequests: { p99PerSecond: '<= 2' }", false, "3"],
  ["originRequests: { overloads: 0 }", false, "2"],
  ["cache: { hits: '>= 70%' }", true, "70 %"],
  ["cache: { hitBytes: '> 25%' }", false, "25 %"],
  ["latency: { customer: forum, p99: '<= 120ms' }", true, "120 ms"],
  ["list: { malformed: '>= 3' }", true, "3"],
])("%s is %s: %s", (expectation, passed, found) => {
  const scenario = sample([
    '- dark: { customer: forum, p100: "<= 70s" }\n  - errors: { besides: forum, count: 0 }',
    `- ${expectation}`,
  ]);
  expect(checkExpectations(scenario, figures)).toEqual([
    { text: expect.any(String), passed, found },
  ]);
});

test("an assertion says whom it is about, when, and the limit", () => {
  const scenario = sample([
    "- errors: { besides: forum, count: 0 }",
    "- answers: { besides: others, outcome: [error, stale], from: 1s, until: 2026-03-02T12:00:03Z, share: '> 0%' }",
  ]);
  expect(checkExpectations(scenario, figures).map(({ text }) => text)).toEqual([
    "time to dark of forum: p100 <= 70s",
    "error or stale of everybody but others from 1 s until 2026-03-02T12:00:03Z: share > 0%",
  ]);
});
