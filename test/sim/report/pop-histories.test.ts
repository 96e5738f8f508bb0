import { expect, test } from "vitest";
import {
  popHistories,
  intervalsOf,
} from "../../../src/sim/report/pop-histories.ts";
import { evenSpans, spansCloseTo } from "../../../src/sim/report/spans.ts";
import {
  subjectsDecided,
  subjectsOf,
} from "../../../src/sim/report/subjects.ts";
import { sumOf, countsOf, countSpans } from "../../../src/sim/report/counts.ts";
import type { VisitOutcome, Result } from "../../../src/sim/result.ts";
import { nothing, sample } from "./sample.ts";

const minute: Result = { ...nothing, endedAtMs: nothing.startedAtMs + 60_000 };

const row = (
  outcome: VisitOutcome,
  counts: readonly number[],
  customer = "forum",
): Result["series"][number] => ({ pop: "IAD", customer, outcome, counts });

test.each([
  ["as many as there are buckets", 100, 60, 1],
  ["two buckets each", 30, 30, 2],
  ["the last one shorter", 25, 20, 3],
  ["one in all", 1, 1, 60],
])("spans share out all buckets: %s", (_, atMost, length, first) => {
  const spans = evenSpans(minute, atMost);
  expect(spans).toHaveLength(length);
  expect(spans[0]?.buckets).toBe(first);
  expect(spans.reduce((sum, { buckets }) => sum + buckets, 0)).toBe(60);
});

test("an empty run has one span, so that it has an axis", () => {
  expect(evenSpans(nothing, 10)).toEqual([
    { atMs: nothing.startedAtMs, bucket: 0, buckets: 1 },
  ]);
});

test("spans are short while a decision propagates, and still share out all buckets", async () => {
  const result = await sample({
    pops: 2,
    minutes: 60,
    bucketSeconds: 1,
    customers: 1,
  });
  const spans = spansCloseTo(result, result.propagations);
  const [dark] = result.propagations;
  const decided = (dark?.decidedAtMs ?? 0) - result.startedAtMs;
  const during = spans.filter(
    ({ atMs }) =>
      atMs >= result.startedAtMs + decided &&
      atMs < result.startedAtMs + decided + 40_000,
  );
  expect(Math.max(...during.map(({ buckets }) => buckets))).toBeLessThan(3);
  expect(spans.reduce((sum, { buckets }) => sum + buckets, 0)).toBe(3600);
});

test("requests are summed by outcome and span", () => {
  const rows = [row("served", [1, 2, 3]), row("refused", [0, 0, 5])];
  expect(sumOf(countsOf(rows))).toBe(11);
  const spans = evenSpans(minute, 30);
  const { served, refused, error } = countSpans(rows, spans);
  expect([served.slice(0, 2), refused.slice(0, 2)]).toEqual([
    [3, 3],
    [0, 5],
  ]);
  expect(error.every((requests) => requests === 0)).toBe(true);
});

test.each<[string, Record<string, number[]>, (VisitOutcome | null)[]]>([
  ["nobody", {}, [null, null, null]],
  ["the most", { served: [1, 3], refused: [2, 1] }, ["refused", "served"]],
  ["among equals the worse", { cached: [1], error: [1] }, ["error"]],
  [
    "where nobody asks, the last",
    { cached: [1, 0, 0], refused: [0, 0, 1] },
    ["cached", "cached", "refused"],
  ],
])("a PoP's state is what prevails: %s", (_, counts, states) => {
  const rows = Object.entries(counts).map(([outcome, row_]) =>
    row(outcome as VisitOutcome, row_),
  );
  const spans = evenSpans(minute, 60);
  const [course] = popHistories(minute, { customer: null, rows }, spans);
  expect(course?.states.slice(0, states.length)).toEqual(states);
});

test("intervals join what does not change, apart where nobody asked", () => {
  const rows = [row("cached", [1, 1, 0, 0, 1])];
  const spans = evenSpans(minute, 60).slice(0, 5);
  const [course] = popHistories(minute, { customer: null, rows }, spans);
  expect(course && intervalsOf(course)).toEqual([
    { from: 0, to: 2, state: "cached", hadRequests: true },
    { from: 2, to: 4, state: "cached", hadRequests: false },
    { from: 4, to: 5, state: "cached", hadRequests: true },
  ]);
});

test("customers decided about come first, then failing ones, then the busiest; the rest together", async () => {
  const result = await sample({
    pops: 3,
    minutes: 10,
    bucketSeconds: 10,
    customers: 9,
  });
  expect(subjectsOf(result).map(({ name }) => name)).toEqual([
    "forum",
    "shop",
    "cafe",
    "news",
    "museum",
    "4 other customers",
  ]);
  const all = subjectsOf(result).reduce(
    (sum, { metrics }) => sum + sumOf(metrics),
    0,
  );
  expect(all).toBe(sumOf(countsOf(result.series)));
});

test("where nothing was decided, the PoPs are drawn for everybody", () => {
  expect(subjectsDecided(nothing).map(({ name }) => name)).toEqual([
    "all customers",
  ]);
});
