import * as fc from "fast-check";
import { expect, test } from "vitest";
import { apply } from "../../src/customer/apply.ts";
import { parseCommand } from "../../src/customer/command.ts";
import { formatSite, formatStanding } from "../../src/customer/format.ts";
import { parseSite } from "../../src/customer/site.ts";
import { parseStanding } from "../../src/customer/standing.ts";
import { covers, stateOf } from "../../src/customer/state.ts";

const instant = fc
  .date({
    min: new Date("0001-01-01T00:00:00Z"),
    max: new Date("9998-12-31T00:00:00Z"),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString());
const words = fc
  .array(
    fc.constantFrom(
      "spam",
      'a "quoted" word',
      "öffentlich",
      "\\",
      "🦔",
      "</p>",
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((list) => list.join(" "));
const host = fc.constantFrom(
  "a.example",
  "*.a.example",
  "b.example",
  "xn--bcher-kva.example",
);
const country = fc.constantFrom("DE", "AT", "FR", "XX", "T1");
const scope = fc.record(
  {
    hosts: fc.uniqueArray(host, { minLength: 1 }),
    countries: fc.uniqueArray(country, { minLength: 1 }),
  },
  { requiredKeys: [] },
);
const terms = {
  effectiveAt: instant,
  scope,
  reason: words,
  statement: fc.oneof(
    words,
    fc.dictionary(fc.constantFrom("en", "de", "pt-BR"), words),
  ),
  reference: words,
  noticeUrl: fc.constant("https://notices.example/N-1"),
  appealUrl: fc.constant("mailto:appeals@edge.example"),
  offboardUntil: instant,
  clearSiteData: fc.constantFrom("cache", "storage"),
};
const denial = fc.record(
  {
    verdict: fc.constant("deny"),
    ground: fc.constantFrom("policy", "billing", "legal", "request"),
    ...terms,
    authority: fc.record(
      { name: words, law: words },
      { requiredKeys: ["name"] },
    ),
    seq: fc.nat(),
  },
  { requiredKeys: ["verdict"] },
);
const allowance = fc.record(
  { verdict: fc.constant("allow"), effectiveAt: instant, seq: fc.nat() },
  { requiredKeys: ["verdict"] },
);
const site = fc.record(
  {
    customer: fc.constantFrom("shop", "forum"),
    origins: fc.uniqueArray(
      fc.constantFrom("https://a.example", "http://b.example:8080"),
      {
        minLength: 1,
      },
    ),
    originHost: fc.constantFrom(
      "origin",
      "visitor",
      "www.shop.example",
      "shop.example:8080",
    ),
    timeoutSeconds: fc.integer({ min: 1, max: 600 }),
    betweenBytesTimeoutSeconds: fc.constantFrom(1, 60, 3600),
    lastByteTimeoutSeconds: fc.constantFrom(1, 86_400, 604_800),
    originFields: fc.dictionary(
      fc.constantFrom("X-Key", "7", "x-other"),
      fc.constant("k"),
    ),
    cache: fc.record(
      {
        mode: fc.oneof(
          fc.constantFrom("standard", "bypass"),
          fc.record({ forceSeconds: fc.nat(1000) }),
        ),
        ignoredQuery: fc.uniqueArray(fc.constantFrom("utm_*", "fbclid")),
        sortQuery: fc.boolean(),
        bypassCookies: fc.uniqueArray(fc.constantFrom("session", "cart*")),
        vouchedFields: fc.uniqueArray(fc.constantFrom("X-Trace")),
        defaultTtlSeconds: fc.dictionary(
          fc.constantFrom("404", "4xx"),
          fc.nat(1000),
        ),
        maxObjectBytes: fc.nat(1000),
        serveStaleSeconds: fc.nat(1000),
        setCookie: fc.constantFrom("never", "strip", "as-rfc"),
        ignoredCookies: fc.uniqueArray(fc.constantFrom("theme", "*")),
        cookies: fc.constantFrom("strict", "static"),
        requestDirectives: fc.constantFrom("honoured", "ignored"),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["customer", "origins"] },
);

test("a standing's text reads back as the same standing", () => {
  fc.assert(
    fc.property(fc.oneof(denial, allowance), (record) => {
      const read = parseStanding("customer:a", JSON.stringify(record));
      if (read.kind !== "whole") throw new Error(read.problem);
      const again = parseStanding("customer:a", formatStanding(read.standing));
      expect(again).toEqual(read);
    }),
  );
});

test("a site's text reads back as the same site", () => {
  fc.assert(
    fc.property(site, (record) => {
      const read = parseSite("host:a.example", JSON.stringify(record));
      if (!read.ok) throw new Error(read.problem);
      const again = parseSite("host:a.example", formatSite(read.value));
      expect(again).toEqual(read);
    }),
  );
});

test.each([
  ["deny", '{"verdict":"deny"}'],
  ["allow", '{"verdict":"allow"}'],
  ['{"verdict":"DENY","reason":null,"scope":{}}', '{"verdict":"deny"}'],
])("of %s only what it says is written", (text, expected) => {
  const read = parseStanding("customer:a", text);
  expect(read.kind === "whole" && formatStanding(read.standing)).toBe(expected);
});

test("of a site's cache only what is not as usual is written", () => {
  const text =
    '{"customer":"a","origins":["https://a.example"],"cache":{"sortQuery":true,"setCookie":"strip"}}';
  const read = parseSite("host:a.example", text);
  expect(read.ok && JSON.parse(formatSite(read.value)).cache).toEqual({
    sortQuery: true,
  });
});

const someCommand = fc.oneof(
  fc.record(
    { kind: fc.constant("drop"), customer: fc.constant("a"), ...terms },
    { requiredKeys: ["kind", "customer"] },
  ),
  fc.record(
    {
      kind: fc.constant("withhold"),
      customer: fc.constant("a"),
      authority: fc.record({ name: words }),
      ...terms,
    },
    { requiredKeys: ["kind", "customer", "authority"] },
  ),
  fc.record({ kind: fc.constant("restore"), customer: fc.constant("a") }),
);
const nowMs = Date.parse("2026-06-01T12:00:00Z");

test("whatever is ordered, the list stays readable, counts up, and only restore serves anyone again", () => {
  fc.assert(
    fc.property(fc.array(someCommand, { maxLength: 12 }), (given) => {
      let text: string | null = null;
      let count = 0;
      for (const one of given) {
        const command = parseCommand(one);
        if (!command.ok) throw new Error(command.problem);
        const records = new Map([["customer:a", text]]);
        const result = apply(records, command.value, nowMs);
        if (result.kind === "refused") continue;
        const before = refusedScope(text);
        text = result.writes.get("customer:a") ?? null;
        count += 1;
        expect(JSON.parse(text ?? "").seq).toBe(count);
        expect(stateOf("a", text, nowMs).kind).not.toBe("malformed");
        if (before === null || command.value.kind === "restore") continue;
        const after = refusedScope(text);
        expect(after !== null && covers(after, before)).toBe(true);
      }
    }),
  );
});

/** Whom this entry refuses now; null when nobody. */
function refusedScope(text: string | null) {
  const state = stateOf("a", text, nowMs);
  return state.kind === "dropped" || state.kind === "withheld"
    ? state.denial.scope
    : null;
}
