import { expect, test } from "vitest";
import type { Result } from "../../src/sim/result.ts";
import { run } from "../../src/sim/run.ts";
import type { Scenario } from "../../src/sim/scenario/form.ts";
import { sample } from "./scenario/sample.ts";

const runOf = (scenario: Scenario, seed = 1): Promise<Result> =>
  run(scenario, { name: "sample", seed, progress: () => {}, signal: null });

const total = ({ series }: Result, of: Partial<Result["series"][number]>) =>
  series
    .filter((row) =>
      Object.entries(of).every(
        ([name, value]) => Reflect.get(row, name) === value,
      ),
    )
    .reduce(
      (sum, { counts }) => sum + counts.reduce((one, other) => one + other, 0),
      0,
    );

test("the same scenario and seed give the same bytes, another seed gives others", async () => {
  const [one, same, other] = await Promise.all([
    runOf(sample()),
    runOf(sample()),
    runOf(sample(), 2),
  ]);
  expect(JSON.stringify(same)).toBe(JSON.stringify(one));
  expect(JSON.stringify(other)).not.toBe(JSON.stringify(one));
});

test("the servers of those without a name can be in trouble too", async () => {
  const { series } = await runOf(
    sample([
      "command: { kind: drop, customer: forum, ground: policy }",
      "fault: { kind: origin-down, customer: others, lasts: 2m }",
    ]),
  );
  const failed = (of: string) =>
    series
      .filter(({ customer, outcome }) => customer === of && outcome === "error")
      .flatMap(({ counts }) => counts)
      .reduce((sum, count) => sum + count, 0);
  expect(failed("others")).toBeGreaterThan(10);
  expect(failed("forum")).toBe(0);
});

const drop = "command: { kind: drop, customer: forum, ground: policy }";
/** Answers of a kind in the minute of a fault, and in the last one. */
const during = ({ series }: Result, pop: string, outcome: string) =>
  [60, 120].map((from) =>
    series
      .filter((row) => row.pop === pop && row.outcome === outcome)
      .flatMap(({ counts }) => counts.slice(from, from + 60))
      .reduce((sum, count) => sum + count, 0),
  );

test("an edge that fails a share of its requests does so where and when it is told to, and in addition", async () => {
  const once = await runOf(
    sample([
      drop,
      "fault: { kind: edge-errors, lasts: 1m, share: 0.5, pops: [SIN] }",
    ]),
  );
  const [errors = 0, later] = during(once, "SIN", "error");
  const [cached = 0] = during(once, "SIN", "cached");
  expect(errors / (errors + cached)).toBeGreaterThan(0.35);
  expect(errors / (errors + cached)).toBeLessThan(0.65);
  expect(later).toBe(0);
  expect(during(once, "FRA", "error")).toEqual([0, 0]);
  const twice = await runOf(
    sample([
      drop,
      "fault: { kind: edge-errors, lasts: 1m, share: 0.8 }\n  - at: 1m\n    fault: { kind: edge-errors, lasts: 1m, share: 0.8 }",
    ]),
  );
  const [most = 0] = during(twice, "SIN", "error");
  const [few = 0] = during(twice, "SIN", "cached");
  expect(most / (most + few)).toBeGreaterThan(0.9);
});

test("a name that its registrar holds leads nowhere, until it is released", async () => {
  const { series } = await runOf(
    sample(
      ["lasts: 3m", "lasts: 3m\ndns: { ttl: 5s }"],
      [drop, "hold: forum\n  - at: 90s\n    release: forum"],
    ),
  );
  const counts = (outcome: string, from: number, until: number) =>
    series
      .filter((row) => row.customer === "forum" && row.outcome === outcome)
      .flatMap((row) => row.counts.slice(from, until))
      .reduce((sum, count) => sum + count, 0);
  expect(counts("unreachable", 0, 60)).toBe(0);
  expect(counts("unreachable", 66, 90)).toBeGreaterThan(50);
  expect(counts("cached", 66, 90)).toBe(0);
});

test("visitors of a point of presence that is lost come to the next one, or to nobody", async () => {
  const rerouted = await runOf(
    sample([drop, "fault: { kind: pop-down, lasts: 1m, pops: [SIN] }"]),
  );
  const [meanwhile, after] = during(rerouted, "SIN", "cached");
  expect(meanwhile).toBe(0);
  expect(after).toBeGreaterThan(10);
  expect(total(rerouted, { outcome: "unreachable" })).toBe(0);
  const dark = await runOf(
    sample([
      drop,
      "fault: { kind: pop-down, lasts: 1m, pops: [SIN], how: dark }",
    ]),
  );
  const [unreachable = 0, again] = during(dark, "SIN", "unreachable");
  expect(unreachable).toBeGreaterThan(10);
  expect(again).toBe(0);
});

test("a drop propagates within KV's minute, and what a scenario expects is held against it", async () => {
  const result = await runOf(sample());
  expect(result.partial).toBe(false);
  expect(result.endedAtMs - result.startedAtMs).toBe(180_000);
  expect(result.propagations).toMatchObject([
    { customer: "forum", towards: "dark" },
  ]);
  expect(result.propagations[0]?.pops.map(({ pop }) => pop)).toEqual([
    "FRA",
    "IAD",
    "SIN",
  ]);
  expect(result.assertions).toMatchObject([
    { text: "time to dark of forum: p100 <= 70s", passed: true },
    { text: "errors of everybody but forum: count = 0", passed: true },
  ]);
  expect(result.events).toMatchObject([
    {
      kind: "command",
      customer: "forum",
      text: "drop forum on the ground policy",
    },
  ]);
});

test("nobody is refused before a drop, and nobody else ever", async () => {
  const { series } = await runOf(sample());
  const refused = series.filter(({ outcome }) => outcome === "refused");
  expect(new Set(refused.map(({ customer }) => customer))).toEqual(
    new Set(["forum"]),
  );
  for (const { counts } of refused)
    expect(counts.slice(0, 60).every((count) => count === 0)).toBe(true);
});

test("an expectation that does not come true fails, and so does one there is nothing to judge by", async () => {
  const impossible = sample(
    ['p100: "<= 70s"', 'p100: "<= 1ms"'],
    ["besides: forum, count: 0", 'customer: forum, from: 2m, share: ">= 1%"'],
  );
  expect(
    (await runOf(impossible)).assertions.map(({ passed }) => passed),
  ).toEqual([false, false]);
  const unjudged = sample(["- dark:", "- light:"]);
  expect((await runOf(unjudged)).assertions[0]).toEqual({
    text: "time to light of forum: p100 <= 70s",
    passed: false,
    found: "nothing to judge by",
  });
});

test("a run that is broken off tells what there was until then", async () => {
  const abort = new AbortController();
  const result = await run(sample(), {
    name: "sample",
    seed: 1,
    progress: (done) => {
      if (done >= 0.25) abort.abort();
    },
    signal: abort.signal,
  });
  expect(result.partial).toBe(true);
  expect(result.endedAtMs - result.startedAtMs).toBe(45_000);
  expect(Math.max(...result.series.map(({ counts }) => counts.length))).toBe(
    45,
  );
});

test("names that move to another provider are followed once resolvers have forgotten where they led", async () => {
  const moved = sample(
    [
      "command: { kind: drop, customer: forum, ground: policy }",
      "move: { customer: forum, to: second }",
    ],
    [
      "events:",
      "dns: { ttl: 30s }\nproviders:\n  - { id: second, kind: bare-origin, name: Somewhere, supplier: carrier }\nevents:\n  - { at: 2m, fault: { kind: supplier-cuts, provider: second } }",
    ],
    [
      '- dark: { customer: forum, p100: "<= 70s" }',
      "- answers: { customer: forum, until: 1m, outcome: other-provider, count: 0 }\n  - answers: { customer: forum, from: 90s, until: 2m, outcome: other-provider, share: 100% }\n  - answers: { customer: forum, from: 2m, outcome: unreachable, share: 100% }",
    ],
  );
  const result = await runOf(moved);
  expect(result.assertions.filter(({ passed }) => !passed)).toEqual([]);
  expect(
    total(result, { pop: "second", outcome: "other-provider" }),
  ).toBeGreaterThan(0);
});
