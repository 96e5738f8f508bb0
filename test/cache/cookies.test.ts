import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  analyticsCookies,
  withoutIgnoredCookies,
} from "../../src/cache/cookies.ts";

test.each([
  "_ga",
  "_ga_1A2B3C",
  "_gid",
  "_gat_UA-1",
  "_gcl_au",
  "__utma",
  "__utmz",
  "_fbp",
  "_fbc",
  "_hjSessionUser_1",
  "_pk_id.1.1fff",
  "mtm_consent",
  "_clck",
  "_clsk",
  "_uetsid",
  "_uetvid",
  "ajs_anonymous_id",
  "AMP_1234567890",
  "amplitude_id_x",
  "mp_0123_mixpanel",
  "optimizelyEndUserId",
  "hubspotutk",
  "__hstc",
  "intercom-id-abc",
  "OptanonConsent",
  "OptanonAlertBoxClosed",
  "CookieConsent",
  "cookieyes-consent",
  "euconsent-v2",
  "didomi_token",
  "__cf_bm",
  "cf_clearance",
])("%s is ignored", (name) => {
  expect(withoutIgnoredCookies(`${name}=x`, [])).toBeNull();
});

test.each([
  "session",
  "ga",
  "_gaz",
  "_GA",
  "my_ga",
  "PHPSESSID",
  "wordpress_logged_in_1",
  "__Host-session",
  "mp_cart",
  "x_mixpanel",
  "amplify",
  "csrftoken",
  "DokuWiki",
])("%s is not", (name) => {
  expect(withoutIgnoredCookies(`${name}=x`, [])).toBe(`${name}=x`);
});

test.each([
  ["a=1; _ga=2; b=3", "a=1; b=3"],
  ["_ga=2; a=1", "a=1"],
  ["a=1;_ga=2", "a=1"],
  ["a=1;  b = 2 ;c; _gid=x=y", "a=1;  b = 2 ;c"],
  ["_ga=1; _gid=2", null],
  ["", ""],
  ["_ga", null],
  // Two Cookie lines, joined by the runtime.
  ["_ga=1, sid=2", "_ga=1, sid=2"],
  ["_ga=1, _gid=2", null],
  ["a=1,2; _ga=1,2", "a=1,2"],
])("of %j remains %j", (cookie, expected) => {
  expect(withoutIgnoredCookies(cookie, [])).toBe(expected);
});

test("a site adds names of its own, or all there are", () => {
  expect(
    withoutIgnoredCookies("theme=1; ab_2=3; sid=4", ["theme", "ab_*"]),
  ).toBe("sid=4");
  expect(withoutIgnoredCookies("theme=1; sid=4", ["*"])).toBeNull();
});

test("what is not ignored keeps its order and its bytes", () => {
  const name = fc.constantFrom(
    "a",
    "b",
    "sid",
    ...analyticsCookies.filter((n) => !/[*?]/.test(n)),
  );
  const pair = fc.tuple(
    name,
    fc.string({ unit: fc.constantFrom("x", "=", '"', "%", " ", "\u00e9") }),
  );
  fc.assert(
    fc.property(fc.array(pair), (pairs) => {
      const text = (some: typeof pairs) =>
        some.map(([key, value]) => `${key}=${value}`).join(";");
      const kept = pairs.filter(([key]) => !analyticsCookies.includes(key));
      expect(withoutIgnoredCookies(text(pairs), []) ?? "").toBe(text(kept));
    }),
  );
});
