import { expect, test } from "vitest";
import { parseArguments } from "../../../src/sim/arguments.ts";

const sixFrom30To300 = { from: 30, to: 300, steps: 6 };

test.each([
  [
    "a range has six values, and each ten seeds",
    { vary: "edge.LIST_CACHE_SECONDS=30..300" },
    {
      variation: {
        name: "edge.LIST_CACHE_SECONDS",
        numbers: sixFrom30To300,
        unit: "",
      },
      seeds: 10,
      figure: null,
    },
  ],
  [
    "a range may say how many values",
    { vary: "edge.LIST_CACHE_SECONDS=30..300/10" },
    { variation: { numbers: { from: 30, to: 300, steps: 10 } } },
  ],
  [
    "a list is put in order, each value once",
    { vary: "edge.LIST_CACHE_SECONDS=60,30,60,120" },
    { variation: { numbers: [30, 60, 120] } },
  ],
  [
    "one unit is for all",
    { vary: "cache.capacity=10..100MB" },
    { variation: { unit: "MB" } },
  ],
  [
    "the list may be called by where it is kept",
    { vary: "edge.LIST_CACHE_SECONDS=30..300" },
    { variation: { name: "edge.LIST_CACHE_SECONDS" } },
  ],
  [
    "seeds and figure may be chosen",
    { vary: "pops=1,10", seeds: "5", figure: "errors.count:forum" },
    { seeds: 5, figure: "errors.count:forum" },
  ],
  [
    "the first seed, folder and form are as for a run",
    { vary: "pops=1,10", seed: "7", out: "there" },
    { scenario: "typo", seed: 7, out: "there" },
  ],
  [
    "exactly as many runs as there may be",
    { vary: "edge.LIST_CACHE_SECONDS=30..300/50", seeds: "4" },
    { seeds: 4 },
  ],
])("%s", (_, values, value) => {
  expect(parseArguments("typo", values)).toMatchObject({
    ok: true,
    value: { kind: "sweep", ...value },
  });
});

test.each([
  [{ vary: "" }, '--vary is ""; expected a member'],
  [
    { vary: "edge.LIST_CACHE_SECONDS" },
    '--vary is "edge.LIST_CACHE_SECONDS"; expected a member',
  ],
  [{ vary: "pops=many" }, '--vary is "pops=many"; expected a member'],
  [{ vary: "a=1,,2" }, '--vary is "a=1,,2"; expected a member'],
  [{ vary: "a=1,2/3" }, "only a range such as 30..300 has steps"],
  [{ vary: "a=300..30" }, "expected a range from less to more"],
  [{ vary: "a=30..300/1" }, "in two steps or more"],
  [{ vary: "a=1..2..3" }, "expected a range"],
  [{ vary: "a=30s..5m" }, "--vary is in s and m; expected one unit"],
  [{ vary: "a=1,2", seeds: "0" }, '--seeds is "0"; expected 1 at least'],
  [
    { vary: "a=1..9/21" },
    "21 values with 10 seeds each are 210 runs; expected at most 200",
  ],
])("simulate typo with %j is refused with the reason", (values, problem) => {
  expect(parseArguments("typo", values)).toEqual({
    ok: false,
    problem: expect.stringContaining(problem),
  });
});
