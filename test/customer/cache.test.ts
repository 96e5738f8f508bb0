import * as v from "valibot";
import { expect, test } from "vitest";
import { defaultCacheSettings } from "../../src/cache/settings.ts";
import { cacheSettings } from "../../src/customer/cache.ts";
import { readRecord } from "../../src/parse/record.ts";

const record = v.pipe(v.string(), v.parseJson(), cacheSettings);

function read(members: unknown) {
  return readRecord(
    "host:shop.example",
    JSON.stringify(members),
    "a JSON object",
    record,
  );
}

test("an empty object is the usual settings", () => {
  expect(read({})).toEqual({ ok: true, value: defaultCacheSettings });
});

test.each([
  ["mode", "bypass", { kind: "bypass" }],
  ["mode", "standard", { kind: "standard" }],
  ["mode", { forceSeconds: 0 }, { kind: "force", ttlSeconds: 0 }],
  [
    "mode",
    { forceSeconds: 31_536_000 },
    { kind: "force", ttlSeconds: 31_536_000 },
  ],
  ["mode", null, { kind: "standard" }],
  [
    "ignoredQuery",
    ["utm_*", "gclid", "*", "a[]", "%61"],
    ["utm_*", "gclid", "*", "a[]", "%61"],
  ],
  ["ignoredQuery", [], []],
  ["sortQuery", true, true],
  [
    "bypassCookies",
    ["session", "wordpress_logged_in_*"],
    ["session", "wordpress_logged_in_*"],
  ],
  ["vouchedFields", [], []],
  ["vouchedFields", ["User-Agent"], ["User-Agent"]],
  ["defaultTtlSeconds", { "200": 60, "4xx": 0 }, { "200": 60, "4xx": 0 }],
  ["maxObjectBytes", 512_000_000, 512_000_000],
  ["maxObjectBytes", 0, 0],
  ["serveStaleSeconds", 0, 0],
  ["setCookie", "as-rfc", "as-rfc"],
  ["setCookie", "strip", "strip"],
  ["ignoredCookies", ["theme", "ab_*", "*"], ["theme", "ab_*", "*"]],
  ["cookies", "static", "static"],
  ["requestDirectives", "ignored", "ignored"],
])("%s may be %j", (member, written, value) => {
  expect(read({ [member]: written })).toEqual({
    ok: true,
    value: { ...defaultCacheSettings, [member]: value },
  });
});

test.each([
  [
    "mode",
    "force",
    'is "force"; expected standard, bypass or { "forceSeconds": … }',
  ],
  [
    "mode",
    { forceSeconds: -1 },
    "is -1; expected a whole number from 0 to 31536000",
  ],
  [
    "mode",
    { forceSeconds: 31_536_001 },
    "is 31536001; expected a whole number from 0 to 31536000",
  ],
  ["mode", {}, "is missing; expected a whole number"],
  [
    "mode",
    { forceSeconds: 1, force: 1 },
    'an unexpected member; expected perhaps "forceSeconds"',
  ],
  ["ignoredQuery", ["a=b"], 'is "a=b"; expected the name of a query parameter'],
  ["ignoredQuery", ["*a"], 'is "*a"; expected the name of a query parameter'],
  ["ignoredQuery", [""], 'is ""; expected the name of a query parameter'],
  [
    "ignoredQuery",
    Array(101).fill("a"),
    "a list of 101; expected a list of at most 100 names",
  ],
  ["ignoredQuery", "utm_*", 'is "utm_*"; expected a list of at most 100 names'],
  ["sortQuery", "yes", 'is "yes"; expected true or false'],
  ["bypassCookies", ["a b"], 'is "a b"; expected the name of a cookie'],
  ["vouchedFields", ["X Y"], 'is "X Y"; expected the name of a request field'],
  [
    "defaultTtlSeconds",
    { "100": 1 },
    "expected a final status such as 404, or a class such as 4xx",
  ],
  ["defaultTtlSeconds", { "404": "1" }, 'is "1"; expected a whole number'],
  [
    "maxObjectBytes",
    512_000_001,
    "is 512000001; expected a whole number from 0 to 512000000",
  ],
  ["serveStaleSeconds", 1.5, "is 1.5; expected a whole number"],
  [
    "setCookie",
    "always",
    'is "always"; expected one of never, strip, when-public, as-rfc',
  ],
  ["cookies", "all", 'is "all"; expected one of strict, static'],
  ["ignoredCookies", ["a b"], 'is "a b"; expected the name of a cookie'],
  ["requestDirectives", true, "is true; expected one of honoured, ignored"],
  ["sortQeury", true, 'an unexpected member; expected perhaps "sortQuery"'],
])("%s of %j is a problem that says so", (member, written, problem) => {
  const parsed = read({ [member]: written });
  expect(parsed.ok ? "" : parsed.problem).toContain(problem);
  expect(parsed.ok ? "" : parsed.problem).toContain(`"${member}`);
});
