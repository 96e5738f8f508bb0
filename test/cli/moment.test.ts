import { expect, test } from "vitest";
import {
  momentOf,
  parseDuration,
  formatDistance,
  formatInstant,
} from "../../src/cli/moment.ts";

test.each([
  ["90s", 90],
  ["30m", 1800],
  ["2h", 7200],
  ["1d12h", 129_600],
  ["1d1h1m1s", 90_061],
  ["0s", 0],
])("%s is %d seconds", (text, seconds) => {
  expect(parseDuration(text)).toEqual({ ok: true, value: seconds * 1000 });
});

test.each(["", "2", "2 h", "h", "2h1d", "-2h", "1.5h", "2H", "1h1h", "PT2H"])(
  "%j is no duration",
  (text) => {
    expect(parseDuration(text)).toEqual({
      ok: false,
      problem: expect.stringContaining(
        `${JSON.stringify(text)}; expected a duration`,
      ),
    });
  },
);

const nowMs = Date.parse("2026-06-01T12:00:00Z");

test.each([
  ["2026-12-01T00:00:00-08:00", undefined, "2026-12-01T08:00:00.000Z"],
  [undefined, "2h", "2026-06-01T14:00:00.000Z"],
])("a moment given as %j or %j is %s", (at, within, expected) => {
  const moment = momentOf(["--at", at], ["--in", within], nowMs);
  expect(moment).toEqual({ ok: true, value: Date.parse(expected) });
});

test("a moment that is not given is none", () => {
  const moment = momentOf(["--at", undefined], ["--in", undefined], nowMs);
  expect(moment).toEqual({ ok: true, value: null });
});

test.each([
  ["2026-12-01", undefined, '--at is "2026-12-01"; expected an instant'],
  [undefined, "soon", '--in is "soon"; expected a duration'],
])("a moment given as %j or %j: %s", (at, within, problem) => {
  expect(momentOf(["--at", at], ["--in", within], nowMs)).toEqual({
    ok: false,
    problem: expect.stringContaining(problem),
  });
});

test.each([
  [0, "now"],
  [499, "now"],
  [7_500_000, "in 2 h 5 min"],
  [-259_200_000, "3 d ago"],
  [-61_000, "1 min 1 s ago"],
])("%d ms away is %s", (ms, shown) => {
  expect(formatDistance(nowMs + ms, nowMs)).toBe(shown);
});

test("an instant is shown to the second in UTC", () => {
  expect(formatInstant(nowMs)).toBe("2026-06-01 12:00:00 UTC");
});
