import { expect, test } from "vitest";
import { sweepCsv } from "../../../src/sim/report/sweep.ts";
import { planSweep, sweep } from "../../../src/sim/sweep/sweep.ts";
import { parseVariation } from "../../../src/sim/sweep/variation.ts";
import { changed } from "../scenario/sample.ts";

function planned(vary: string, text = changed(), seeds = 2) {
  const variation = parseVariation(vary);
  if (!variation.ok) throw new Error(variation.problem);
  const file = { name: "mine", path: "mine.yaml", text };
  const asked = { figure: null, seed: null, seeds };
  return planSweep(file, variation.value, asked);
}

function plan(vary: string, text?: string, seeds?: number) {
  const read = planned(vary, text, seeds);
  if (!read.ok) throw new Error(read.problem);
  return read.value;
}

const nobody = {
  progress: () => {},
  signal: new AbortController().signal,
  threads: 2,
};

test.each([
  [
    "a duration without a unit is in seconds",
    "list.visibleAfter=30,60",
    [30, 60],
  ],
  [
    "a range is divided evenly",
    "edge.LIST_CACHE_SECONDS=30..60/3",
    [30, 45, 60],
  ],
  [
    "a fraction is to the thousandth",
    "customers.0.share=0..1/4",
    [0, 0.333, 0.667, 1],
  ],
  [
    "a whole member has whole values, each once",
    "isolates.perPop=1..3/5",
    [1, 2, 3],
  ],
  ["an amount has its unit", "cache.capacity=1,2MB", [1, 2]],
  ["a set of points of presence is a number too", "pops=1,10", [1, 10]],
  ["a Worker's variable may vary", "edge.WATCH_SECONDS=1,2", [1, 2]],
  [
    "a site record's member may vary",
    "customers.0.site.timeoutSeconds=1,2",
    [1, 2],
  ],
  ["the moment of an event may vary", "events.0.at=30,60", [30, 60]],
])("%s", (_, vary, values) => {
  expect(plan(vary).points.map(({ value }) => value)).toEqual(values);
});

test("each value stands in its scenario, and nothing else changes", () => {
  const [usual, longer] = plan("edge.LIST_CACHE_SECONDS=60,90").points;
  expect(usual?.scenario.edge.LIST_CACHE_SECONDS).toBe(60);
  expect(longer?.scenario).toEqual({
    ...usual?.scenario,
    edge: { ...usual?.scenario.edge, LIST_CACHE_SECONDS: 90 },
  });
});

test("seeds follow the scenario's own", () => {
  const text = changed(["lasts:", "seed: 5\nlasts:"]);
  expect(plan("pops=1,10", text, 3).seeds).toEqual([5, 6, 7]);
});

test.each([
  [
    "a misspelt member",
    "edge.LIST_CACHE_SECOND=30,60",
    '--vary: mine.yaml: "edge.LIST_CACHE_SECOND" is no member of this scenario that holds a number, a duration or an amount; did you mean edge.LIST_CACHE_SECONDS?',
  ],
  [
    "a member without what holds it",
    "LIST_CACHE_SECONDS=30,60",
    "; did you mean edge.LIST_CACHE_SECONDS?",
  ],
  [
    "a customer who is not there",
    "customers.1.share=0,1",
    "; did you mean customers.0.share?",
  ],
  ["a text", "title=1,2", '"title" is no member of this scenario that holds'],
  ["what is expected", "expect.1.errors.count=1,2", "is no member"],
  [
    "a value out of range",
    "customers.0.share=0.5,2",
    '--vary customers.0.share=2: mine.yaml:12:5: "customers.0.share" is 2; expected a number from 0 to 1',
  ],
  [
    "an amount without a unit",
    "cache.capacity=10,20",
    '"cache.capacity" is 10; expected an amount such as 20kB, 1.5MB or 10GB',
  ],
  [
    "a value that does not fit with the rest",
    "events.0.at=60..600",
    '"at" is 2026-03-02T12:04:36.000Z; expected a moment of the scenario',
  ],
])("%s is named, with what was expected", (_, vary, problem) => {
  expect(planned(vary)).toEqual({
    ok: false,
    problem: expect.stringContaining(problem),
  });
});

test("a mistake in the scenario itself is its own", () => {
  expect(planned("pops=1,10", changed(["lasts: 3m", "lasts: 3"]))).toEqual({
    ok: false,
    problem: expect.stringMatching(/^mine.yaml:5:1: "lasts" is 3; expected/),
  });
});

test("the longer copies of the list are kept, the longer until a customer is dark everywhere, and the same bytes say so on one thread and on several", async () => {
  const found = await sweep(plan("edge.LIST_CACHE_SECONDS=30,110"), nobody);
  expect(found).toMatchObject({
    partial: false,
    parameter: "edge.LIST_CACHE_SECONDS",
    figure: "time to dark of forum, p100",
    unit: "s",
  });
  const [short = [], long = []] = (found?.points ?? []).map(({ runs }) =>
    runs.map(({ figure }) => figure ?? NaN),
  );
  expect(short).toHaveLength(2);
  expect(long).toHaveLength(2);
  expect(Math.max(...short)).toBeLessThanOrEqual(40);
  expect(Math.min(...long)).toBeGreaterThan(Math.max(...short));

  const again = await sweep(plan("edge.LIST_CACHE_SECONDS=30,110"), {
    ...nobody,
    threads: 1,
  });
  const bytes = [found, again].map((one) =>
    one === null ? null : [...sweepCsv(one)].join(""),
  );
  expect(bytes[0]).toMatch(
    /^edge\.LIST_CACHE_SECONDS,seed,"time to dark of forum, p100"\r\n30,1,/,
  );
  expect(bytes[1]).toBe(bytes[0]);
});

test("a sweep that is broken off has the runs that had ended", async () => {
  const abort = new AbortController();
  const told: number[] = [];
  const found = await sweep(plan("edge.LIST_CACHE_SECONDS=30,110"), {
    progress: (done) => {
      told.push(done);
      if (done > 0.3) abort.abort();
    },
    signal: abort.signal,
    threads: 1,
  });
  expect(found?.partial).toBe(true);
  expect(found?.points.map(({ value, runs }) => [value, runs.length])).toEqual([
    [30, 1],
  ]);
  expect(told).toEqual(told.toSorted((one, other) => one - other));
});

test("a sweep that is broken off in its first run has nothing to say", async () => {
  const abort = new AbortController();
  const progress = () => abort.abort();
  const { signal } = abort;
  for (const threads of [1, 2]) {
    const watching = { progress, signal, threads };
    expect(await sweep(plan("pops=1,10"), watching)).toBeNull();
  }
});

test("a sweep on several threads is broken off at once, with the runs that had ended", async () => {
  const abort = new AbortController();
  const shares: number[] = [];
  const found = await sweep(plan("edge.LIST_CACHE_SECONDS=30,110"), {
    progress: (done) => {
      shares.push(done);
      if (done > 0.6) abort.abort();
    },
    signal: abort.signal,
    threads: 2,
  });
  expect(found?.partial).toBe(true);
  expect(found?.points.flatMap(({ runs }) => runs).length).toBeLessThan(4);
  expect(Math.max(...shares)).toBeLessThan(1);
});
