import { expect, test } from "vitest";
import type { Outcome } from "../../src/sim/result.ts";
import { Tally } from "../../src/sim/tally.ts";

const forum = { id: "forum", reportedAs: "forum" };

function tallyOf(): Tally {
  return new Tally(0, 1_000, new Set(["FRA", "IAD"]));
}

function count(
  tally: Tally,
  pop: string,
  outcome: Outcome,
  atMs: number,
  version: number | null = null,
): void {
  tally.count(forum, { pop, outcome, atMs, latencyMs: 10, version });
}

test("answers are counted by place, customer, outcome and bucket, in an order of their own", () => {
  const tally = tallyOf();
  count(tally, "IAD", "cached", 2_500);
  count(tally, "FRA", "served", 999);
  count(tally, "FRA", "served", 1_000);
  expect(tally.series(["FRA", "IAD"], ["forum"], 3_000)).toEqual([
    { pop: "FRA", customer: "forum", outcome: "served", counts: [1, 1, 0] },
    { pop: "IAD", customer: "forum", outcome: "cached", counts: [0, 0, 1] },
  ]);
});

test("time to dark is that of the last visitor still served, whoever was refused before", () => {
  const tally = tallyOf();
  tally.decide("forum", "dark", 1, 10_000);
  count(tally, "FRA", "served", 9_999);
  count(tally, "FRA", "refused", 12_000);
  count(tally, "FRA", "stale", 14_500);
  count(tally, "IAD", "refused", 11_000);
  count(tally, "elsewhere", "served", 50_000);
  expect(tally.spreads()).toMatchObject([
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

test("a decision to the contrary ends the one before", () => {
  const tally = tallyOf();
  tally.decide("forum", "dark", 1, 0);
  count(tally, "FRA", "served", 1_000);
  tally.decide("forum", "light", 1, 5_000);
  count(tally, "FRA", "refused", 6_000);
  count(tally, "FRA", "served", 7_000);
  expect(
    tally.spreads().map(({ towards, p100Seconds }) => [towards, p100Seconds]),
  ).toEqual([
    ["dark", 1],
    ["light", 1],
  ]);
});

test("a purge is contradicted by what had been published before it, and is none of the standing's business", () => {
  const tally = tallyOf();
  tally.decide("forum", "dark", 2, 0);
  tally.decide("forum", "fresh", 2, 0);
  count(tally, "FRA", "cached", 3_000, 1);
  count(tally, "FRA", "cached", 4_000, 2);
  expect(
    tally.spreads().map(({ towards, p100Seconds }) => [towards, p100Seconds]),
  ).toEqual([
    ["dark", 4],
    ["fresh", 3],
  ]);
});
