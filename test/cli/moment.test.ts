import { formatInstant } from "../../src/parse/text.ts";
import { expect, test } from "vitest";
import {
  momentOf,
  parseDuration,
  parseInstant,
  formatDistance,
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
  ["2026-12-01T00:00:00+01:00", "2026-11-30T23:00:00.000Z"],
  ["2026-12-01 09:00 Europe/Paris", "2026-12-01T08:00:00.000Z"],
  ["2026-07-01 09:00 europe/paris", "2026-07-01T07:00:00.000Z"],
  ["tomorrow 09:00 Europe/Paris", "2026-06-02T07:00:00.000Z"],
  ["today 18:00 UTC", "2026-06-01T18:00:00.000Z"],
  // There it is the second of June by then.
  ["Today 7:30:15 Pacific/Kiritimati", "2026-06-01T17:30:15.000Z"],
])("the instant %j is %s", (text, expected) => {
  expect(parseInstant(text, nowMs)).toEqual({
    ok: true,
    value: Date.parse(expected),
  });
});

test.each([
  ["tomorrow", "tomorrow 09:00 Europe/Paris"],
  ["tomorrow 09:00", "expected an instant with its time zone"],
  ["tomorrow 09:00 CET/Paris", '"CET/Paris" is no time zone'],
  ["tomorrow 09:00 Europe/Pari", "did you mean Europe/Paris?"],
  ["2026-02-30 09:00 UTC", "no such day or time of day"],
  ["2026-13-01 09:00 UTC", "no such day or time of day"],
  ["today 24:00 UTC", "no such day or time of day"],
  ["2026-03-29 02:30 Europe/Paris", "comes twice or never"],
  ["2026-10-25 02:30 Europe/Paris", "comes twice or never"],
])("the instant %j is refused: %s", (text, problem) => {
  expect(parseInstant(text, nowMs)).toEqual({
    ok: false,
    problem: expect.stringContaining(problem),
  });
});

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
