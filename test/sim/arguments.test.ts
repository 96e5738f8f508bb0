import { expect, test } from "vitest";
import { parseArguments } from "../../src/sim/arguments.ts";

test.each([
  [{}, { kind: "run", scenario: "typo", seed: null, out: null }],
  [
    { seed: "7", out: "there" },
    { kind: "run", scenario: "typo", seed: 7, out: "there" },
  ],
  [{ seed: "0" }, { kind: "run", seed: 0 }],
  [{ pops: "3" }, { kind: "run", pops: 3, set: [], isCheck: false }],
  [{ check: true }, { kind: "run", isCheck: true }],
  [{ real: true }, { kind: "run", real: { scale: 1 } }],
  [
    { real: true, scale: "2" },
    { kind: "run", real: { scale: 2 } },
  ],
  [
    { set: ["edge.WATCH_SECONDS=1", "registry={at: FRA}"] },
    {
      set: [
        { path: ["edge", "WATCH_SECONDS"], value: 1 },
        { path: ["registry"], value: { at: "FRA" } },
      ],
    },
  ],
  [
    { compare: ["notice"] },
    {
      kind: "compare",
      scenario: "typo",
      against: "notice",
      set: [],
      seeds: 10,
    },
  ],
  [
    { compare: ["edge.WATCH_SECONDS=1", "lasts=1h"] },
    {
      kind: "compare",
      against: null,
      set: [
        { path: ["edge", "WATCH_SECONDS"], value: 1, text: "1" },
        { path: ["lasts"], value: "1h", text: "1h" },
      ],
    },
  ],
  [
    { compare: ["notice"], seeds: "9", seed: "3" },
    { kind: "compare", seeds: 9, seed: 3 },
  ],
] as const)("simulate typo with %j is understood", (values, value) => {
  expect(parseArguments("typo", values)).toMatchObject({ ok: true, value });
});

test.each([
  [{ seed: "many" }, '--seed is "many"; expected a whole number'],
  [{ pops: "0" }, '--pops is "0"; expected a whole number from 1 on'],
  [{ scale: "2" }, "--scale is of --real, which is missing"],
  [
    { set: ["lasts"] },
    '--set is "lasts"; expected a member and its value, such as edge.WATCH_SECONDS=1',
  ],
  [
    { set: ["lasts={"] },
    '--set is "lasts={"; expected a member and its value, such as edge.WATCH_SECONDS=1',
  ],
  [
    { compare: [""] },
    "--compare takes one other scenario, or members with their values, such as edge.WATCH_SECONDS=1",
  ],
  [
    { compare: ["notice", "rush-hour"] },
    "--compare takes one other scenario, or members with their values, such as edge.WATCH_SECONDS=1",
  ],
  [
    { compare: ["notice", "lasts=1h"] },
    '--compare is "notice" and members too; expected one or the other',
  ],
  [
    { compare: ["=1"] },
    '--compare is "=1"; expected a member and its value, such as edge.WATCH_SECONDS=1',
  ],
  [
    { compare: ["notice"], seeds: "1" },
    '--seeds is "1"; expected from 2, which tell chance from change, to 100',
  ],
  [
    { compare: ["notice"], seed: "x" },
    '--seed is "x"; expected a whole number',
  ],
  [{ seeds: "3" }, "--seeds is of --vary or --compare, and both are missing"],
  [{ figure: "errors.share" }, "--figure is of --vary, which is missing"],
])("simulate typo with %j is refused with the reason", (values, problem) => {
  expect(parseArguments("typo", values)).toEqual({ ok: false, problem });
});
