import { stripVTControlCharacters } from "node:util";
import { makeColors } from "../../../src/node/terminal.ts";
import { expect, test } from "vitest";
import { summary } from "../../../src/sim/report/terminal.ts";
import { sweepTable } from "../../../src/sim/report/sweep.ts";
import type { Result } from "../../../src/sim/result.ts";
import { nothing, sample } from "./sample.ts";
import { sweep } from "./sweep-sample.ts";

const plain = makeColors(false);
const coloured = makeColors(true);
const size = { pops: 5, minutes: 10, bucketSeconds: 10, customers: 9 };

const endless = "x".repeat(200);
const evil = `\u001b]0;owned\u0007\u202e<b>${endless}\r\nforged`;

const hostile = async (): Promise<Result> => {
  const result = await sample(size);
  return {
    ...result,
    partial: true,
    scenario: { name: evil, title: evil, description: evil },
    customers: result.customers.map(({ hosts }) => ({ id: evil, hosts })),
    series: result.series.map((row) => ({ ...row, customer: evil })),
    propagations: result.propagations.map((propagation) => ({
      ...propagation,
      customer: evil,
    })),
    assertions: [{ text: evil, passed: false, found: evil }],
  };
};

test.each([
  ["a usual run", () => sample(size)],
  ["hostile names", hostile],
  ["nothing at all", () => Promise.resolve(nothing)],
])("%s fits 80 columns, with colours and without", async (_, make) => {
  const result = await make();
  const text = summary(result, plain);
  expect(
    Math.max(...text.split("\n").map((line) => line.length)),
  ).toBeLessThanOrEqual(80);
  expect(stripVTControlCharacters(summary(result, coloured))).toBe(text);
});

test("names cannot write control characters or turn the direction", async () => {
  const text = summary(await hostile(), plain);
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
});

test.each([
  ["the verdict", "2 of 3 assertions passed"],
  ["a failed assertion", /FAIL +no visitor of another customer/],
  ["its figure", "4,212 errors, all of"],
  ["a propagation", /forum +time to dark +[\d.]+ s +[\d.]+ s +[\d.]+ s/],
  ["a customer's visitors", /forum +[\d,]+ +cached [\d.]+% · /],
  ["those of all others", "4 other customers"],
  ["the list", "81,200 reads, 41 failed; 1,004 writes, 2 refused; 1 malformed"],
])("the summary tells %s", async (_, told) => {
  expect(summary(await sample(size), plain)).toMatch(told);
});

test("only a run that was broken off is said to be partial", async () => {
  const result = await sample(size);
  expect(summary(result, plain)).not.toContain("PARTIAL");
  expect(summary({ ...result, partial: true }, plain)).toContain(
    "PARTIAL: the run was broken off at 2019-08-05 07:07:30 UTC",
  );
});

test("a sweep's table has a line per value, with interval where there are figures enough", () => {
  expect(sweepTable(sweep, plain).split("\n")).toEqual([
    "time to dark of forum, p100 (s) by kv.cacheTtl",
    "  kv.cacheTtl             runs        mean        95 % confidence interval",
    "  30                      3           30.0        27.5 to 32.5",
    "  60                      1 of 2      60          –",
    "  120                     0 of 1      –           –",
  ]);
});

test("a sweep that was broken off says so", () => {
  expect(sweepTable({ ...sweep, partial: true }, plain)).toContain("PARTIAL");
});
