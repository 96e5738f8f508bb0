import { expect, test } from "vitest";
import { regionOf } from "../../../src/sim/report/regions.ts";
import {
  byteSize,
  count,
  counted,
  duration,
  instant,
  measured,
  share,
  shortInstant,
  tick,
} from "../../../src/sim/report/wording.ts";
import { readPlaces } from "../../../src/sim/places.ts";
import { nothing } from "./sample.ts";

test.each([
  [0, "0 s"],
  [0.04, "0 s"],
  [60.37, "60.4 s"],
  [119.9, "119.9 s"],
  [120, "2 min"],
  [125, "2 min 5 s"],
  [3599.7, "1 h"],
  [5400, "1 h 30 min"],
  [86_400 * 2, "48 h"],
  [NaN, "–"],
  [Infinity, "–"],
])("%d seconds are said as %s", (seconds, said) => {
  expect(duration(seconds)).toBe(said);
});

test.each([
  [0, 10, "0 %"],
  [1, 100_000, "<0.1 %"],
  [1, 3, "33.3 %"],
  [99_999, 100_000, ">99.9 %"],
  [10, 10, "100 %"],
  [0, 0, "–"],
])("%d of %d is %s", (part, all, said) => {
  expect(share(part, all)).toBe(said);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1500, "1.5 kB"],
  [3e9, "3 GB"],
  [3e18, "3,000 PB"],
])("%d bytes are %s", (bytes, said) => {
  expect(byteSize(bytes)).toBe(said);
});

test("one thing is named in the singular, figures are grouped", () => {
  expect([counted(1, "PoP"), counted(2000, "PoP"), count(NaN)]).toEqual([
    "1 PoP",
    "2,000 PoPs",
    "–",
  ]);
});

const at = Date.UTC(2019, 7, 5, 7, 0, 40);
const hour = { ...nothing, startedAtMs: at, endedAtMs: at + 3_600_000 };
const days = { ...nothing, startedAtMs: at, endedAtMs: at + 86_400_000 };

test.each([
  ["within a day the time alone", shortInstant(hour, at), "07:00:40"],
  ["past midnight the day too", shortInstant(days, at), "5 Aug 07:00:40"],
  ["a tick with seconds", tick(hour, at), "07:00:40"],
  ["a tick at a whole minute", tick(hour, at + 20_000), "07:01"],
  ["a tick at midnight", tick(days, Date.UTC(2019, 7, 6)), "6 Aug"],
  ["a whole second", instant(at), "2019-08-05 07:00:40 UTC"],
  ["a part of one", instant(at + 5), "2019-08-05 07:00:40.005 UTC"],
])("an instant is said as short as it can be: %s", (_, said, expected) => {
  expect(said).toBe(expected);
});

test("every place that a PoP can stand in lies in a region", async () => {
  const places = await readPlaces();
  expect(
    places.filter(({ country }) => regionOf(country) === "Elsewhere"),
  ).toEqual([]);
  expect(regionOf("XX")).toBe("Elsewhere");
});

test.each([
  [25.63, { low: 12.88, high: 38.37 }, "26"],
  [30, { low: 27.52, high: 32.48 }, "30.0"],
  [15_920.4, { low: 15_000, high: 16_800 }, "15,920"],
  [0.012_345, { low: 0.0121, high: 0.0126 }, "0.01235"],
  [36.954_321, null, "36.95"],
  [36.954_321, { low: 36.954_321, high: 36.954_321 }, "36.95"],
])("%d within %j is written as %s", (value, interval, text) => {
  expect(measured(value, interval)).toBe(text);
});
