import { expect, test } from "vitest";
import { run } from "../../src/sim/run.ts";
import { sample } from "./scenario/sample.ts";

const runOf = (...changes: readonly [from: string, to: string][]) =>
  run(sample(["bucket: 1s", "bucket: 1s\nregistry: {}"], ...changes), {
    name: "sample",
    seed: 1,
    progress: () => {},
    signal: null,
  });

const command = "command: { kind: drop, customer: forum, ground: policy }";

test("a drop through the registry holds within seconds, and comes to the list", async () => {
  const { propagations, registry, list } = await runOf();
  expect(propagations[0]?.p100Seconds).toBeLessThan(5);
  expect(registry).toMatchObject({
    place: "IAD",
    orders: 1,
    failedReads: 0,
    drifted: 0,
    backlog: 0,
  });
  expect(registry?.reads).toBeGreaterThan(300);
  expect(list.writes).toBe(1);
});

test("a command that no registry answers is given again until one does", async () => {
  const { events, propagations, registry } = await runOf([
    `  - at: 1m\n    ${command}`,
    `  - at: 50s\n    fault: { kind: registry-down, lasts: 32s }\n  - at: 1m\n    ${command}`,
  ]);
  expect(
    events.map(({ atMs, text }) => [
      new Date(atMs).getUTCMinutes() * 60 + new Date(atMs).getUTCSeconds(),
      text,
    ]),
  ).toEqual([
    [50, "the registry does not answer for 32 s"],
    [60, "drop forum on the ground policy: the registry does not answer"],
    [85, "drop forum on the ground policy"],
  ]);
  expect(propagations[0]?.p100Seconds).toBeLessThan(5);
  expect(registry?.failedReads).toBeGreaterThan(50);
});

test("an edit past it is found by the next sweep, and counts", async () => {
  const { events, registry, series } = await runOf([
    `    ${command}`,
    `    ${command}\n  - at: 1m31s\n    write: { key: "customer:forum", text: ' allow' }`,
  ]);
  expect(events.map(({ text }) => text)).toEqual([
    "drop forum on the ground policy",
    'raw edit: customer:forum = " allow"',
    'the registry finds customer:forum changed to " allow", past it',
  ]);
  expect(registry).toMatchObject({ drifted: 1 });
  const served = series.filter(
    ({ customer, outcome }) => customer === "forum" && outcome !== "refused",
  );
  expect(
    served.some(({ counts }) => counts.slice(165).some((n) => n > 0)),
  ).toBe(true);
});

test("the same seed gives the same bytes, with a registry too", async () => {
  const [one, other] = await Promise.all([runOf(), runOf()]);
  expect(JSON.stringify(one)).toBe(JSON.stringify(other));
});
