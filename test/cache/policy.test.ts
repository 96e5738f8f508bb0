import { describe, expect, test } from "vitest";
import { policyOf } from "../../src/cache/policy.ts";
import { fields, settings, settingsWith } from "./sample.ts";

const policy = (text: string, status = 200, chosen = settings) =>
  policyOf({ status, fields: fields(text) }, chosen);

describe("who speaks for a response", () => {
  test.each([
    [
      "RFC 9111 §5.2 Cache-Control without targeted fields",
      "Cache-Control: max-age=1",
      1,
    ],
    [
      "§2.2 CDN-Cache-Control overrules Cache-Control",
      "CDN-Cache-Control: max-age=9\nCache-Control: max-age=1",
      9,
    ],
    [
      "§2.2 our own field overrules CDN-Cache-Control",
      "CDN-Cache-Control: max-age=9\nPortcullis-CDN-Cache-Control: max-age=5",
      5,
    ],
    [
      "§2.2 an empty field is passed over",
      "Portcullis-CDN-Cache-Control:\nCDN-Cache-Control: max-age=9",
      9,
    ],
    [
      "§2.1 a field that does not parse is passed over",
      "CDN-Cache-Control: max-age=9, &&&\nCache-Control: max-age=1",
      1,
    ],
    [
      "§2.1 upper case does not parse",
      "CDN-Cache-Control: Max-Age=9\nCache-Control: max-age=1",
      1,
    ],
    [
      "§2.1 a blank around = does not parse",
      "CDN-Cache-Control: max-age =9\nCache-Control: max-age=1",
      1,
    ],
    [
      "§2.1 a String is not consumed as a number",
      'CDN-Cache-Control: max-age="9"\nCache-Control: max-age=1',
      0,
    ],
    [
      "§2.1 a Decimal is not consumed",
      "CDN-Cache-Control: max-age=9.5\nCache-Control: max-age=1",
      0,
    ],
    [
      "§2.1 an Inner List is not consumed",
      "CDN-Cache-Control: max-age=(9)\nCache-Control: max-age=1",
      0,
    ],
    ["§2.1 parameters are ignored", "CDN-Cache-Control: max-age=9;x=1", 9],
    [
      "RFC 9651 §3.2 of two members of a key the last counts",
      "CDN-Cache-Control: max-age=1\nCDN-Cache-Control: max-age=9",
      9,
    ],
    [
      "§2.2 a valid field silences Cache-Control even when it knows nothing",
      "CDN-Cache-Control: none\nCache-Control: max-age=1",
      null,
    ],
    [
      "RFC 9111 §1.2.2 a large number is capped",
      "CDN-Cache-Control: max-age=99999999999",
      2 ** 31,
    ],
    [
      "Surrogate-Control outranks Cache-Control",
      "Surrogate-Control: max-age=9\nCache-Control: max-age=1",
      9,
    ],
    [
      "Surrogate-Control aimed at us counts",
      "Surrogate-Control: max-age=9;portcullis",
      9,
    ],
    [
      "Surrogate-Control aimed elsewhere does not",
      "Surrogate-Control: max-age=9;other\nCache-Control: max-age=1",
      1,
    ],
    [
      "Surrogate-Control of other things only does not",
      'Surrogate-Control: content="ESI/1.0"\nCache-Control: max-age=1',
      1,
    ],
    [
      "CDN-Cache-Control outranks Surrogate-Control",
      "Surrogate-Control: max-age=9\nCDN-Cache-Control: max-age=5",
      5,
    ],
  ])("RFC 9213 %s", (_, text, maxAge) => {
    expect(policy(text).directives.maxAge).toBe(maxAge);
  });

  test.each([
    ["private", { private: "response" }],
    ["no-cache", { noCache: "response" }],
    ['no-cache="a, b"', { noCache: ["a", "b"] }],
    ["no-store", { noStore: true }],
    ["no-store=?0", { noStore: false }],
    ["must-revalidate", { mustRevalidate: true }],
    ["max-age=1, stale-while-revalidate=60", { staleWhileRevalidate: 60 }],
  ])(
    "RFC 9213 §2.2 %s means what it means in Cache-Control",
    (value, expected) => {
      const found = policy(
        `CDN-Cache-Control: ${value}\nCache-Control: max-age=10000\nExpires: x`,
      );
      expect(found).toMatchObject({
        from: "targeted",
        directives: expected,
        expires: null,
      });
    },
  );

  test("RFC 9213 §2.2 without a targeted field Expires speaks", () => {
    expect(policy("Expires: x")).toMatchObject({
      from: "cache-control",
      expires: "x",
    });
  });

  test.each([
    [200, "site", 60],
    [404, "cache-control", 1],
    [302, "cache-control", 1],
  ])("a site in force mode speaks for a %i as %s", (status, from, maxAge) => {
    const force = settingsWith({ mode: { kind: "force", ttlSeconds: 60 } });
    const found = policy("Cache-Control: max-age=1, no-store", status, force);
    expect(found).toMatchObject({
      from,
      directives: { maxAge, noStore: from !== "site" },
    });
  });
});
