import { readFile } from "node:fs/promises";
import { describe, expect, inject, test } from "vitest";
import { parseArguments } from "../../../src/sim/arguments.ts";
import { compare, toleranceOf } from "../../../src/sim/real/compare.ts";
import { RealTime } from "../../../src/sim/real/real-time.ts";
import { comparable, runReal } from "../../../src/sim/real/run-real.ts";
import type { Result } from "../../../src/sim/result.ts";
import { run } from "../../../src/sim/run.ts";
import { parseScenario } from "../../../src/sim/scenario.ts";
import { nothing } from "../report/sample.ts";

const scale = 5;

async function scenarioOf(edited: (yaml: string) => string = (yaml) => yaml) {
  const url = new URL(
    "../../../src/sim/scenarios/both-runtimes.yaml",
    import.meta.url,
  );
  const yaml = edited(await readFile(url, "utf8"));
  const parsed = parseScenario("both-runtimes.yaml", yaml);
  if (!parsed.ok) throw new Error(parsed.problem);
  return comparable(parsed.value, scale);
}

const options = {
  name: "both-runtimes",
  // The scenario's own.
  seed: 7,
  progress: () => {},
  signal: null,
};

test("the small scenario comes to the same in virtual time and on the real runtime", async () => {
  const scenario = await scenarioOf();
  const real = await runReal(scenario, {
    ...options,
    bundle: inject("bundle"),
    scale,
  });
  if (!real.ok) throw new Error(real.problem);
  const { result, lateMs } = real.value;
  expect(result).toMatchObject({ runtime: "real", partial: false });
  expect(result.assertions.filter(({ passed }) => !passed)).toEqual([]);

  const virtual = await run(scenario, options);
  expect(virtual.propagations.map(({ towards }) => towards)).toEqual([
    "fresh",
    "dark",
    "light",
  ]);
  const tolerance = toleranceOf(scenario, { scale, lateMs });
  expect(compare(virtual, result, tolerance)).toEqual([]);
});

test("a broken-off run on the real runtime has what there was, and leaves nothing running", async () => {
  const abort = new AbortController();
  const real = await runReal(await scenarioOf(), {
    ...options,
    bundle: inject("bundle"),
    scale: 10,
    signal: abort.signal,
    progress: (done) => {
      if (done > 0.05) abort.abort();
    },
  });
  expect(real).toMatchObject({
    value: { result: { runtime: "real", partial: true } },
  });
});

test.each([
  [
    "pops: [FRA, IAD, SIN]",
    "pops: 10",
    1,
    "too large for the real runtime: 10 points of presence; expected at most 8",
  ],
  [
    "lasts: 75s",
    "lasts: 2h",
    5,
    "too large for the real runtime: 24 minutes of real time; expected at most 10",
  ],
  [
    "requestsPerSecond: 3",
    "requestsPerSecond: 40",
    5,
    "too large for the real runtime: 230 requests a second of real time; expected at most 200",
  ],
])(
  "for %s, %s at scale %d there is no room on one machine",
  async (from, to, tooFast, problem) => {
    const scenario = await scenarioOf((yaml) => yaml.replace(from, to));
    expect(
      await runReal(scenario, { ...options, bundle: "", scale: tooFast }),
    ).toEqual({
      ok: false,
      problem,
    });
  },
);

test("a scenario with a registry is for virtual time", async () => {
  const scenario = await scenarioOf((yaml) =>
    yaml.replace("pops:", "registry: {}\npops:"),
  );
  expect(
    await runReal(scenario, { ...options, bundle: "", scale: 1 }),
  ).toMatchObject({
    ok: false,
    problem: expect.stringContaining("a registry is in virtual time only"),
  });
});

test.each([
  [{ real: true }, { ok: true, value: { real: { scale: 1 } } }],
  [{ real: true, scale: "5" }, { value: { real: { scale: 5 } } }],
  [{}, { value: { real: null } }],
  [
    { scale: "5" },
    { ok: false, problem: "--scale is of --real, which is missing" },
  ],
  [
    { real: true, scale: "0" },
    { problem: '--scale is "0"; expected a whole number from 1 to 99' },
  ],
] as const)("%j asks for it", (values, asked) => {
  expect(parseArguments("x", values)).toMatchObject(asked);
});

describe("a comparison", () => {
  const told = (over: Partial<Result>): Result => ({
    ...nothing,
    customers: [{ id: "forum", hosts: [] }],
    ...over,
  });
  const propagation = (decidedAtMs: number, seconds: number) => ({
    propagations: [
      {
        customer: "forum",
        decidedAtMs,
        towards: "dark" as const,
        pops: [{ pop: "FRA", seconds, upToSeconds: seconds }],
        p50Seconds: seconds,
        p95Seconds: seconds,
        p100Seconds: seconds,
        upTo: { p50Seconds: null, p95Seconds: null, p100Seconds: null },
        seenAt: 1,
        of: 1,
        contradictions: 0,
      },
    ],
  });
  const met = (...outcomes: ("served" | "error")[]) => ({
    series: outcomes.map((outcome) => ({
      pop: "FRA",
      customer: "forum",
      outcome,
      counts: [0, 1],
    })),
  });

  const tolerance = { seconds: 2, copyLivesSeconds: 30 };

  test("lets times differ by the tolerance, and moments by what a timer is late", () => {
    const virtual = told(propagation(20_000, 10));
    expect(compare(virtual, told(propagation(20_004, 12)), tolerance)).toEqual(
      [],
    );
  });

  test.each([
    ["the same where a copy was made just before the decision", 0.3, 29, 0],
    ["the same where the other run had it so", 31, 2, 0],
    ["another one where it was made long before", 3, 29, 1],
    ["another one where it is longer than a copy lives", 1, 33, 1],
  ])("calls a time %s", (_, virtual, real, disagreements) => {
    expect(
      compare(
        told(propagation(20_000, virtual)),
        told(propagation(20_000, real)),
        tolerance,
      ),
    ).toHaveLength(disagreements);
  });

  test.each([
    [
      "a time further off",
      propagation(20_000, 10),
      propagation(20_000, 12.1),
      {
        about: "forum to dark from 1970-01-01T00:00:20.000Z, at FRA",
        virtual: "10 s",
        real: "12.1 s",
      },
    ],
    [
      "an outcome that only one knows",
      met("served"),
      met("served", "error"),
      {
        about: "what visitors of forum met",
        virtual: "served",
        real: "served, error",
      },
    ],
  ])("lists %s", (_, virtual, real, disagreement) => {
    expect(compare(told(virtual), told(real), tolerance)).toEqual([
      disagreement,
    ]);
  });

  test("lists an outcome that one met more often than times may explain", () => {
    const often = (served: number, cached: number) =>
      told({
        startedAtMs: 0,
        endedAtMs: 100_000,
        series: [
          {
            pop: "FRA",
            customer: "forum",
            outcome: "served",
            counts: [served],
          },
          {
            pop: "FRA",
            customer: "forum",
            outcome: "cached",
            counts: [cached],
          },
        ],
      });
    // Two seconds of a hundred, and three points besides.
    expect(compare(often(20, 80), often(24, 76), tolerance)).toEqual([]);
    expect(compare(often(20, 80), often(26, 74), tolerance)).toEqual([
      {
        about: "how many visitors of forum met served (5.0 % apart at most)",
        virtual: "20.0 %",
        real: "26.0 %",
      },
      {
        about: "how many visitors of forum met cached (5.0 % apart at most)",
        virtual: "80.0 %",
        real: "74.0 %",
      },
    ]);
  });

  test("lists a decision that only one knows", () => {
    const virtual = told(propagation(20_000, 10));
    expect(compare(virtual, told({}), tolerance)).toContainEqual({
      about: "decisions",
      virtual: "forum to dark",
      real: "",
    });
  });
});

describe("real time", () => {
  test("stands at its start until it runs, then goes as many times as fast", async () => {
    const clock = new RealTime(5_000, 1_000);
    expect([clock.nowMs, clock.beganAtMs]).toEqual([5_000, null]);
    const order: string[] = [];
    clock.schedule(45_000, () => order.push("later"));
    clock.schedule(15_000, () => order.push("sooner"));
    expect(await clock.run(65_000)).toBe("reached");
    expect(order).toEqual(["sooner", "later"]);
    expect(clock.nowMs).toBeGreaterThanOrEqual(65_000);
    clock.stop();
  });

  test("never wakes anyone early", async () => {
    const clock = new RealTime(0, 7);
    const moments: number[] = [];
    for (const atMs of [10, 33, 71])
      clock.schedule(atMs, () => moments.push(clock.nowMs - atMs));
    await clock.run(200);
    expect(Math.min(...moments)).toBeGreaterThanOrEqual(0);
    clock.stop();
  });

  test("stopped, it lets nothing more happen", async () => {
    const clock = new RealTime(0, 1_000);
    let happened = false;
    clock.schedule(1_000, () => clock.stop());
    clock.schedule(20_000, () => {
      happened = true;
    });
    expect(await clock.run(60_000)).toBe("stopped");
    expect(await clock.run(60_000)).toBe("stopped");
    expect(happened).toBe(false);
  });

  test("work that fails makes the run fail", async () => {
    const clock = new RealTime(0, 1_000);
    clock.schedule(1_000, () => clock.track(Promise.reject(new Error("no"))));
    await expect(clock.run(3_600_000)).rejects.toThrow("no");
    clock.stop();
  });
});
