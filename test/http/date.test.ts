import * as fc from "fast-check";
import { expect, test } from "vitest";
import { httpDate, parseHttpDate } from "../../src/http/date.ts";

const nowMs = Date.UTC(2025, 5, 15, 12);
const example = Date.UTC(1994, 10, 6, 8, 49, 37);

test.each([
  ["IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT", example],
  ["rfc850-date", "Sunday, 06-Nov-94 08:49:37 GMT", example],
  ["asctime-date", "Sun Nov  6 08:49:37 1994", example],
  [
    "asctime-date with two digits of day",
    "Wed Nov 16 08:49:37 1994",
    Date.UTC(1994, 10, 16, 8, 49, 37),
  ],
  ["the day's name need not fit", "Mon, 06 Nov 1994 08:49:37 GMT", example],
  [
    "the last second of a day",
    "Sun, 06 Nov 1994 23:59:59 GMT",
    Date.UTC(1994, 10, 6, 23, 59, 59),
  ],
  ["a leap second", "Sat, 31 Dec 2016 23:59:60 GMT", Date.UTC(2017, 0, 1)],
  ["a leap day", "Sat, 29 Feb 2020 00:00:00 GMT", Date.UTC(2020, 1, 29)],
  [
    "a year below 100 is not in the 20th century",
    "Sat, 01 Jan 0050 00:00:00 GMT",
    Date.parse("0050-01-01T00:00:00Z"),
  ],
  ["before 1970", "Wed, 31 Dec 1969 23:59:59 GMT", -1000],
])("RFC 9110 §5.6.7 read: %s", (_, value, ms) => {
  expect(parseHttpDate(value, nowMs)).toBe(ms);
});

test.each([
  [
    "50 years ahead to the second is ahead",
    "Sunday, 15-Jun-75 12:00:00 GMT",
    Date.UTC(2075, 5, 15, 12),
  ],
  [
    "a second more is past",
    "Sunday, 15-Jun-75 12:00:01 GMT",
    Date.UTC(1975, 5, 15, 12, 0, 1),
  ],
  [
    "the year after is past",
    "Sunday, 01-Jan-76 00:00:00 GMT",
    Date.UTC(1976, 0, 1),
  ],
  ["this year", "Sunday, 15-Jun-25 12:00:00 GMT", nowMs],
  [
    "a leap day only one of the centuries has",
    "Tuesday, 29-Feb-00 00:00:00 GMT",
    Date.UTC(2000, 1, 29),
  ],
])("RFC 9110 §5.6.7 two-digit year: %s", (_, value, ms) => {
  expect(parseHttpDate(value, nowMs)).toBe(ms);
});

test("RFC 9110 §5.6.7 two-digit year: near the end of a century the next one is nearer", () => {
  expect(
    parseHttpDate("Saturday, 01-Jan-05 00:00:00 GMT", Date.UTC(2096, 0)),
  ).toBe(Date.UTC(2105, 0));
});

test.each([
  ["nothing", ""],
  ["a number", "0"],
  ["ISO 8601", "1994-11-06T08:49:37Z"],
  ["another zone", "Sun, 06 Nov 1994 08:49:37 UTC"],
  ["an offset", "Sun, 06 Nov 1994 08:49:37 +0000"],
  ["no zone", "Sun, 06 Nov 1994 08:49:37"],
  ["lower case", "sun, 06 nov 1994 08:49:37 gmt"],
  ["one digit of day", "Sun, 6 Nov 1994 08:49:37 GMT"],
  ["two spaces", "Sun,  06 Nov 1994 08:49:37 GMT"],
  ["something before", " Sun, 06 Nov 1994 08:49:37 GMT"],
  ["something after", "Sun, 06 Nov 1994 08:49:37 GMT "],
  ["two dates", "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT"],
  ["no such day's name", "Foo, 06 Nov 1994 08:49:37 GMT"],
  ["no such month", "Sun, 06 Foo 1994 08:49:37 GMT"],
  ["day 0", "Sun, 00 Nov 1994 08:49:37 GMT"],
  ["31 November", "Sun, 31 Nov 1994 08:49:37 GMT"],
  ["29 February of a common year", "Sun, 29 Feb 2025 08:49:37 GMT"],
  ["29 February of 1900", "Thu, 29 Feb 1900 08:49:37 GMT"],
  ["hour 24", "Sun, 06 Nov 1994 24:00:00 GMT"],
  ["minute 60", "Sun, 06 Nov 1994 08:60:00 GMT"],
  ["second 61", "Sun, 06 Nov 1994 08:49:61 GMT"],
  ["a long year", "Sun, 06 Nov 11994 08:49:37 GMT"],
  ["rfc850 with four digits of year", "Sunday, 06-Nov-1994 08:49:37 GMT"],
  ["asctime with a zone", "Sun Nov  6 08:49:37 1994 GMT"],
])("RFC 9110 §5.6.7 not a date: %s", (_, value) => {
  expect(parseHttpDate(value, nowMs)).toBeNull();
});

test("RFC 9110 §5.6.7 a date is written as IMF-fixdate", () => {
  expect(httpDate(example + 999)).toBe("Sun, 06 Nov 1994 08:49:37 GMT");
});

test("what is written is read back to the second", () => {
  fc.assert(
    fc.property(
      fc.integer({
        min: Date.parse("0000-01-01"),
        max: Date.parse("9999-12-31"),
      }),
      (ms) => {
        expect(parseHttpDate(httpDate(ms), nowMs)).toBe(
          Math.floor(ms / 1000) * 1000,
        );
      },
    ),
  );
});
