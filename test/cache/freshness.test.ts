import { describe, expect, test } from "vitest";
import { freshnessLifetime, freshnessOf } from "../../src/cache/freshness.ts";
import { policyOf } from "../../src/cache/policy.ts";
import {
  after,
  date,
  fields,
  settings,
  settingsWith,
  startDate,
  startMs,
  storedWith,
} from "./sample.ts";

function lifetime(text: string, status = 200, chosen = settings) {
  const response = { status, fields: fields(`Date: ${startDate}\n${text}`) };
  return freshnessLifetime(
    response,
    policyOf(response, chosen),
    startMs,
    chosen,
  );
}

describe("RFC 9111 §4.2.1", () => {
  test.each([
    ["§5.2.2.1 max-age", "Cache-Control: max-age=60", 60],
    [
      "§5.2.2.10 s-maxage outranks a longer max-age",
      "Cache-Control: max-age=60, s-maxage=10",
      10,
    ],
    [
      "§5.2.2.10 s-maxage outranks a shorter max-age",
      "Cache-Control: s-maxage=60, max-age=0",
      60,
    ],
    [
      "§5.2.2.10 in separate lines too",
      "Cache-Control: max-age=60\nCache-Control: s-maxage=10",
      10,
    ],
    ["§5.3 Expires less Date", `Expires: ${date(90)}`, 90],
    [
      "§5.3 max-age outranks a past Expires",
      `Cache-Control: max-age=60\nExpires: ${date(-90)}`,
      60,
    ],
    [
      "§5.3 max-age=0 outranks a future Expires",
      `Cache-Control: max-age=0\nExpires: ${date(90)}`,
      0,
    ],
    ["§5.3 a past Expires is stale", `Expires: ${date(-1)}`, 0],
    ["§5.3 an Expires equal to Date is stale", `Expires: ${date(0)}`, 0],
    ["§5.3 a zero is in the past", "Expires: 0", 0],
    ["§5.3 an empty value is in the past", "Expires:", 0],
    ["§5.3 rfc850-date", "Expires: Thursday, 01-Jan-26 00:01:00 GMT", 60],
    ["§5.3 asctime-date", "Expires: Thu Jan  1 00:01:00 2026", 60],
    [
      "§5.3 beyond 2^31 seconds since 1970",
      "Expires: Sun, 21 Nov 2286 04:46:39 GMT",
      8_232_813_999,
    ],
    [
      "§4.2 the weekday in any case",
      "Expires: THU, 01 Jan 2026 00:01:00 GMT",
      60,
    ],
    [
      "§4.2 the month in any case",
      "Expires: Thu, 01 JAN 2026 00:01:00 GMT",
      60,
    ],
    ["§4.2 the zone in any case", "Expires: Thu, 01 Jan 2026 00:01:00 gMT", 60],
    ["§4.2 no zone but GMT", "Expires: Thu, 01 Jan 2026 00:01:00 UTC", 0],
    [
      "§5.3 no two-digit year but rfc850's",
      "Expires: Thu, 01 Jan 26 00:01:00 GMT",
      0,
    ],
    ["§5.3 no missing comma", "Expires: Thu 01 Jan 2026 00:01:00 GMT", 0],
    ["§5.3 no double blanks", "Expires: Thu, 01  Jan  2026 00:01:00 GMT", 0],
    ["§5.3 no dashes", "Expires: Thu, 01-Jan-2026 00:01:00 GMT", 0],
    ["§5.3 no points in the time", "Expires: Thu, 01 Jan 2026 00.01.00 GMT", 0],
    ["§5.3 no one-digit hour", "Expires: Thu, 01 Jan 2026 0:01:00 GMT", 0],
    [
      "§4.2.1 two lines are no date",
      `Expires: ${date(60)}\nExpires: ${date(61)}`,
      0,
    ],
  ])("%s", (_, text, seconds) => {
    expect(lifetime(text)).toEqual({ seconds, basis: "explicit" });
  });

  test("§5.3 with a Date that is no date, Expires is measured from arrival", () => {
    const response = {
      status: 200,
      fields: fields(`Date: foo\nExpires: ${date(10)}`),
    };
    const policy = policyOf(response, settings);
    expect(
      freshnessLifetime(response, policy, after(4), settings).seconds,
    ).toBe(6);
  });
});

describe("RFC 9111 §4.2.2", () => {
  const dayOld = `Last-Modified: ${date(-86_400)}`;

  test.each([200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 451, 501])(
    "a %i may be given a tenth of the time since it changed",
    (status) => {
      expect(lifetime(dayOld, status)).toEqual({
        seconds: 8640,
        basis: "heuristic",
      });
    },
  );

  test.each<[number, string, number]>([
    [301, "", 600],
    [308, "", 600],
    [302, "", 0],
    [307, "", 0],
    [200, "", 0],
    [404, "", 0],
    [301, "Cache-Control: max-age=5", 5],
    [301, "Expires: 0", 0],
  ])(
    "RFC 9110 §15.4.2, §15.4.9 a %i that says %j may be given %i seconds",
    (status, text, seconds) => {
      expect(lifetime(text, status).seconds).toBe(seconds);
    },
  );

  test.each([201, 202, 302, 307, 400, 403, 500, 502, 503, 504, 599])(
    "a %i is given none unless public",
    (status) => {
      expect(lifetime(dayOld, status)).toEqual({ seconds: 0, basis: "none" });
      expect(lifetime(`${dayOld}\nCache-Control: public`, status)).toEqual({
        seconds: 8640,
        basis: "heuristic",
      });
    },
  );

  test.each([
    ["no Last-Modified, no guess", "", { seconds: 0, basis: "none" }],
    [
      "a Last-Modified that is no date, no guess",
      "Last-Modified: yesterday",
      { seconds: 0, basis: "none" },
    ],
    [
      "a change in the future, no time",
      `Last-Modified: ${date(60)}`,
      { seconds: 0, basis: "heuristic" },
    ],
    [
      "no guess is longer than a day",
      `Last-Modified: ${date(-9_000_000)}`,
      { seconds: 86_400, basis: "heuristic" },
    ],
    [
      "no guess beside an Expires",
      `${dayOld}\nExpires: 0`,
      { seconds: 0, basis: "explicit" },
    ],
    [
      "no guess beside a spoilt max-age",
      `${dayOld}\nCache-Control: max-age=x`,
      { seconds: 0, basis: "explicit" },
    ],
  ])("%s", (_, text, expected) => {
    expect(lifetime(text)).toEqual(expected);
  });

  test("the site's default comes before a guess and after what is stated", () => {
    const chosen = settingsWith({ defaultTtlSeconds: { "200": 30, "4xx": 5 } });
    expect(lifetime(dayOld, 200, chosen)).toEqual({
      seconds: 30,
      basis: "site",
    });
    expect(lifetime("", 403, chosen)).toEqual({ seconds: 5, basis: "site" });
    expect(lifetime("Cache-Control: max-age=1", 200, chosen)).toEqual({
      seconds: 1,
      basis: "explicit",
    });
  });
});

test.each([
  ["§4.2 fresh a second before", 59, 1],
  ["§4.2 stale at exactly max-age", 60, 0],
  ["§4.2 stale after", 61, -1],
])("RFC 9111 %s", (_, seconds, ttlSeconds) => {
  const stored = storedWith(`Date: ${startDate}\nCache-Control: max-age=60`);
  expect(freshnessOf(stored, settings, after(seconds))).toMatchObject({
    ageSeconds: seconds,
    ttlSeconds,
  });
});
