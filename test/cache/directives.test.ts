import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  parseCacheControl,
  requestDirectives,
  responseDirectives,
} from "../../src/cache/directives.ts";
import { fields } from "./sample.ts";

const directives = (value: string) =>
  responseDirectives(parseCacheControl(value));

describe("RFC 9111 §5.2", () => {
  test.each([
    ["§5.2.2.1 max-age is seconds", "max-age=3600", 3600],
    ["§5.2 names match in any case", "MaX-aGe=3600", 3600],
    ["§5.2 the quoted form is read too", 'max-age="3600"', 3600],
    ["§1.2.2 leading zeros change nothing", "max-age=003600", 3600],
    ["§1.2.2 2^31 - 1 is itself", "max-age=2147483647", 2_147_483_647],
    ["§1.2.2 2^31 is itself", "max-age=2147483648", 2_147_483_648],
    [
      "§1.2.2 more than 2^31 counts as 2^31",
      "max-age=2147483649",
      2_147_483_648,
    ],
    [
      "§1.2.2 far more than 2^31 counts as 2^31",
      "max-age=99999999999999999999999",
      2_147_483_648,
    ],
    [
      "§5.6.1 other members and empty ones do not matter",
      ", foobar,, max-age=60 ,x=y",
      60,
    ],
    [
      "§4.2.1 of two, the first counts when it is longer",
      "max-age=1800, max-age=1",
      1800,
    ],
    [
      "§4.2.1 of two, the first counts when it is shorter",
      "max-age=1, max-age=1800",
      1,
    ],
    ["§4.2.1 a negative value is stale", "max-age=-3600", 0],
    ["§4.2.1 a decimal value is stale", "max-age=3600.0", 0],
    ["§4.2.1 a letter before spoils it", "max-age=a3600", 0],
    ["§4.2.1 a letter after spoils it", "max-age=3600a", 0],
    ["§4.2.1 single quotes are no quotes", "max-age='3600'", 0],
    ["§4.2.1 no value is stale", "max-age", 0],
    ["§4.2.1 an empty value is stale", "max-age=", 0],
    ["§5.2 a blank before = spoils it", "max-age =3600", 0],
    ["§5.2 a blank after = spoils it", "max-age= 3600", 0],
    [
      "§5.6.4 a max-age in a quoted string is text",
      'extension="max-age=3600", max-age=1',
      1,
    ],
    [
      "§5.6.4 a max-age in a quoted string is text after it too",
      'max-age="1", extension="max-age=3600"',
      1,
    ],
    [
      "§5.6.4 an escaped quote does not end the string",
      String.raw`a="\", max-age=9", max-age=1`,
      1,
    ],
    ["§5.2.3 a longer name is another directive", "max-age-x=60", null],
    ["§5.2.2 absence is null", "public", null],
  ])("%s", (_, value, expected) => {
    expect(directives(value).maxAge).toBe(expected);
  });

  test.each([
    ["no-store", "noStore"],
    ["No-StOrE", "noStore"],
    ["no-store=1", "noStore"],
    ['a="open, no-store', "noStore"],
    ["public", "public"],
    ["must-revalidate", "mustRevalidate"],
    ["proxy-revalidate", "proxyRevalidate"],
    ["must-understand", "mustUnderstand"],
    ["immutable", "immutable"],
  ] as const)("§5.2.2 %s sets %s", (value, member) => {
    expect(directives(`max-age=1, ${value}`)[member]).toBe(true);
    expect(directives("max-age=1")[member]).toBe(false);
  });

  test.each([
    ["§5.2.2.7 alone it is about the response", "private", "response"],
    [
      "§5.2.2.7 with names it is about those fields",
      'private="X-User, Set-Cookie"',
      ["x-user", "set-cookie"],
    ],
    ["§5.2.2.7 the token form names one", "private=X-User", ["x-user"]],
    ["§5.2.2.7 naming none narrows nothing", 'private=""', "response"],
    ["§5.2.2.7 absent", "public", null],
  ])("%s", (_, value, expected) => {
    expect(directives(value).private).toEqual(expected);
    expect(directives(value.replace("private", "no-cache")).noCache).toEqual(
      expected,
    );
  });

  test.each([
    [
      "§5.2.1.2 max-stale alone accepts any staleness",
      "max-stale",
      { maxStale: 2 ** 31 },
    ],
    ["§5.2.1.2 max-stale with a bound", "max-stale=10", { maxStale: 10 }],
    [
      "§5.2.1.2 max-stale with junk accepts none",
      "max-stale=x",
      { maxStale: 0 },
    ],
    ["§5.2.1.3 min-fresh", "min-fresh=20", { minFresh: 20 }],
    [
      "§5.2.1.4 no-cache, §5.2.1.5 no-store",
      "no-cache, no-store",
      { noCache: true, noStore: true },
    ],
    ["§5.2.1.7 only-if-cached", "only-if-cached", { onlyIfCached: true }],
    ["RFC 5861 §4 stale-if-error", "stale-if-error=5", { staleIfError: 5 }],
  ])("%s", (_, value, expected) => {
    expect(requestDirectives(fields(`Cache-Control: ${value}`))).toMatchObject(
      expected,
    );
  });

  test("§5.4 a request's Pragma says nothing", () => {
    expect(requestDirectives(fields("Pragma: no-cache")).noCache).toBe(false);
  });

  test("any text is read, and each directive found where it stands alone", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string().map((text) => text.replaceAll(/["\\]/g, "")),
        (before, after) => {
          expect(directives(before).maxAge ?? 0).toBeGreaterThanOrEqual(0);
          expect(directives(`${after},no-store`).noStore).toBe(true);
        },
      ),
    );
  });

  test("a value of nothing but quotes is read in a moment", () => {
    const begun = process.hrtime.bigint();
    directives(String.raw`"\"`.repeat(40_000));
    expect(Number(process.hrtime.bigint() - begun) / 1e6).toBeLessThan(1000);
  });
});
