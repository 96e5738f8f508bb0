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
])("simulate %j is refused with the reason", (words, problem) => {
  expect(parseArguments(words)).toEqual({ ok: false, problem });
});
