import { expect, test } from "vitest";
import { parseArguments } from "../../src/sim/arguments.ts";

test.each([
  [[], { kind: "list", form: "text" }],
  [["--json"], { kind: "list", form: "json" }],
  [["typo", "--help"], { kind: "help" }],
  [
    ["typo"],
    { kind: "run", scenario: "typo", seed: null, out: null, form: "text" },
  ],
  [
    ["--seed", "7", "my.yaml", "--out", "there", "--json"],
    { kind: "run", scenario: "my.yaml", seed: 7, out: "there", form: "json" },
  ],
  [["typo", "--pops", "3"], { kind: "run", pops: 3, set: [], isCheck: false }],
  [["my.yaml", "--check"], { kind: "run", isCheck: true }],
  [
    ["typo", "--set", "edge.WATCH_SECONDS=1", "--set=registry={at: FRA}"],
    {
      set: [
        { path: ["edge", "WATCH_SECONDS"], value: 1 },
        { path: ["registry"], value: { at: "FRA" } },
      ],
    },
  ],
  [
    ["my.yaml", "--seed=0"],
    { kind: "run", scenario: "my.yaml", seed: 0, out: null, form: "text" },
  ],
  [
    ["typo", "--compare", "notice"],
    {
      kind: "compare",
      scenario: "typo",
      against: "notice",
      set: [],
      seeds: 10,
    },
  ],
  [
    ["typo", "--compare=edge.WATCH_SECONDS=1", "--compare", "lasts=1h"],
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
    ["typo", "--compare", "notice", "--seeds", "9", "--seed=3", "--json"],
    { kind: "compare", seeds: 9, seed: 3, form: "json" },
  ],
])("simulate %j is understood", (words, value) => {
  expect(parseArguments(words)).toMatchObject({ ok: true, value });
});

test.each([
  [["typo", "--sed", "1"], "--sed is no option; see --help"],
  [["typo", "notice"], '"notice" is one word too many; expected one scenario'],
  [["typo", "--seed", "many"], '--seed is "many"; expected a whole number'],
  [["typo", "--seed"], "--seed has no number"],
  [["typo", "--pops", "0"], '--pops is "0"; expected a whole number from 1 on'],
  [["typo", "--pops"], "--pops has no number"],
  [
    ["typo", "--set", "lasts"],
    '--set is "lasts"; expected a member and its value, such as edge.WATCH_SECONDS=1',
  ],
  [
    ["typo", "--set", "lasts={"],
    '--set is "lasts={"; expected a member and its value, such as edge.WATCH_SECONDS=1',
  ],
  [
    ["typo", "--vary", "pops=1,2", "--check"],
    "--set and --check are of one run, and --vary is of many",
  ],
  [["typo", "--out"], "--out has no folder"],
  [
    ["typo", "--compare"],
    "--compare takes one other scenario, or members with their values, such as edge.WATCH_SECONDS=1",
  ],
  [
    ["typo", "--compare", "notice", "--compare", "rush-hour"],
    "--compare takes one other scenario, or members with their values, such as edge.WATCH_SECONDS=1",
  ],
  [
    ["typo", "--compare", "notice", "--compare", "lasts=1h"],
    '--compare is "notice" and members too; expected one or the other',
  ],
  [
    ["typo", "--compare", "=1"],
    '--compare is "=1"; expected a member and its value, such as edge.WATCH_SECONDS=1',
  ],
  [
    ["typo", "--compare", "notice", "--seeds", "1"],
    '--seeds is "1"; expected from 2, which tell chance from change, to 100',
  ],
  [
    ["typo", "--compare", "notice", "--real"],
    "--real and --compare exclude one another",
  ],
  [
    ["typo", "--compare", "notice", "--seed", "x"],
    '--seed is "x"; expected a whole number',
  ],
])("simulate %j is refused with the reason", (words, problem) => {
  expect(parseArguments(words)).toEqual({ ok: false, problem });
});
