import { describe, expect, test } from "vitest";
import { ageValueSeconds } from "../../src/cache/age.ts";
import { freshnessOf } from "../../src/cache/freshness.ts";
import { defaultCacheSettings } from "../../src/cache/settings.ts";
import type { Stored } from "../../src/cache/stored.ts";
import { after, startDate, startMs, storedWith } from "./sample.ts";

const ageSeconds = (stored: Stored, nowMs: number) =>
  freshnessOf(stored, defaultCacheSettings, nowMs).ageSeconds;

test.each([
  ["a number", "7200", 7200],
  ["of a list the first member", "7200, 0", 7200],
  ["of a list the first member, when it is the smaller", "0, 7200", 0],
  ["no number is ignored", "abc", 0],
  ["a negative number is ignored", "-7200", 0],
  ["a decimal is ignored", "7200.0", 0],
  ["an empty first member is ignored", ", 7200", 0],
  ["parameters are passed over", "7200;foo=bar", 7200],
  ["more than 2^31 counts as 2^31", "2147483649", 2 ** 31],
  ["absence is zero", null, 0],
])("RFC 9111 §5.1 %s", (_, value, expected) => {
  expect(ageValueSeconds(value)).toBe(expected);
});

describe("RFC 9111 §4.2.3", () => {
  test.each([
    [
      "nothing but residence counts for a response made on arrival",
      `Date: ${startDate}`,
      0,
      30.9,
      30,
    ],
    [
      "an old Date is apparent age",
      "Date: Wed, 31 Dec 2025 23:59:00 GMT",
      0,
      0,
      60,
    ],
    [
      "a Date ahead of our clock takes nothing off",
      "Date: Thu, 01 Jan 2026 01:00:00 GMT",
      0,
      5,
      5,
    ],
    [
      "Age counts when it is more than apparent age",
      "Date: Wed, 31 Dec 2025 23:59:50 GMT\nAge: 25",
      0,
      0,
      25,
    ],
    [
      "apparent age counts when it is more than Age",
      "Date: Wed, 31 Dec 2025 23:59:00 GMT\nAge: 25",
      0,
      0,
      60,
    ],
    [
      "the response's delay is added to Age",
      `Date: ${startDate}\nAge: 25`,
      3,
      4,
      32,
    ],
    ["the delay alone is age", `Date: ${startDate}`, 3, 0, 3],
    ["a Date that is no date means arrival", "Date: foo\nAge: 2", 0, 1, 3],
    ["a missing Date means arrival", "Age: 2", 0, 1, 3],
    ["it is never negative", `Date: ${startDate}`, 0, -10, 0],
  ])("%s", (_, text, delaySeconds, seconds, expected) => {
    const stored = storedWith(text, {
      requestTimeMs: startMs - delaySeconds * 1000,
    });
    expect(ageSeconds(stored, after(seconds))).toBe(expected);
  });

  test("the fraction of a second that Date cannot tell is no age", () => {
    const responseTimeMs = after(0.9);
    const stored = storedWith(`Date: ${startDate}`, {
      requestTimeMs: responseTimeMs,
      responseTimeMs,
    });
    expect(ageSeconds(stored, after(1.8))).toBe(0);
    expect(ageSeconds(stored, after(1.9))).toBe(1);
  });
});
