import { expect, test } from "vitest";
import {
  defaultTtlSeconds,
  hasBypassCookie,
} from "../../src/cache/settings.ts";

test.each([
  ["an exact status", 404, 10],
  ["a status of a listed class", 410, 5],
  ["the status before the class", 399, null],
  ["a status that is not listed", 200, null],
  ["an exact status at zero", 451, 0],
])("%s has its default lifetime", (_, status, seconds) => {
  const settings = { defaultTtlSeconds: { "404": 10, "4xx": 5, "451": 0 } };
  expect(defaultTtlSeconds(settings, status)).toBe(seconds);
});

test.each([
  ["the cookie", "session=1", true],
  ["the cookie among others", "a=1; session=1;b=2", true],
  ["the cookie on another line", "a=1, session=1", true],
  ["the cookie without a value", "session", true],
  ["a cookie whose name begins as listed", "wp_logged_in_77=x", true],
  ["a cookie that only contains the name", "xsession=1; session2=1", false],
  ["a cookie whose value is the name", "a=session", false],
  ["the name in another case, which is another cookie", "Session=1", false],
  ["no cookies", undefined, false],
  ["an empty field", "", false],
])(
  "RFC 6265 §4.2.1 a request with %s goes round the cache: %#",
  (_, cookie, bypassed) => {
    const bypassCookies = ["session", "wp_*"];
    expect(hasBypassCookie(cookie, { bypassCookies })).toBe(bypassed);
  },
);
