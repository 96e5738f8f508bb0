import { describe, expect, test } from "vitest";
import { selectVariants, varyOn } from "../../src/cache/vary.ts";
import { date, fields, settings, startDate, storedWith } from "./sample.ts";

describe("RFC 9111 §4.1", () => {
  test.each([
    [
      "no Vary, any ordinary request",
      "",
      "",
      "User-Agent: x\nCookie: a=1",
      true,
    ],
    ["no Vary, the same unlisted field", "", "Foo: 1", "Foo: 1", true],
    ["no Vary, an unlisted field more", "", "", "Foo: 1", false],
    ["no Vary, an unlisted field less", "", "Foo: 1", "", false],
    [
      "no Vary, another value of an unlisted field",
      "",
      "Foo: 1",
      "Foo: 2",
      false,
    ],
    ["unlisted fields in another order", "", "A: 1\nB: 2", "B: 2\nA: 1", true],
    ["the same value", "Foo", "Foo: 1", "Foo: 1", true],
    ["another value", "Foo", "Foo: 1", "Foo: 2", false],
    ["the field came, now it does not", "Foo", "Foo: 1", "", false],
    ["the field did not come, now it does", "Foo", "", "Foo: 1", false],
    ["the field never came", "Foo", "", "", true],
    ["an empty value is not absence", "Foo", "Foo:", "", false],
    [
      "fields not nominated matter as if they were",
      "Foo",
      "Foo: 1\nOther: 2",
      "Foo: 1\nOther: 3",
      false,
    ],
    [
      "fields that browsers send with everything do not",
      "Foo",
      "Foo: 1\nReferer: 2",
      "Foo: 1\nReferer: 3",
      true,
    ],
    ["names match in any case", "fOO", "Foo: 1", "foo: 1", true],
    ["values match in their own case", "Foo", "Foo: a", "Foo: A", false],
    [
      "all of several must match",
      "Foo, Bar, Baz",
      "Foo: 1\nBar: abc\nBaz: 7",
      "Baz: 7\nFoo: 1\nBar: abc",
      true,
    ],
    [
      "one of several does not",
      "Foo, Bar, Baz",
      "Foo: 1\nBar: abc\nBaz: 7",
      "Foo: 1\nBar: abcde\nBaz: 7",
      false,
    ],
    [
      "one of several absent both times",
      "Foo, Bar, Baz",
      "Foo: 1\nBaz: 7",
      "Foo: 1\nBaz: 7",
      true,
    ],
    ["a star never matches", "*", "Foo: 1", "Foo: 1", false],
    ["a star among names never matches", "Foo, *", "Foo: 1", "Foo: 1", false],
    [
      "a star after an empty member never matches",
      ", *",
      "Foo: 1",
      "Foo: 1",
      false,
    ],
    ["lines are joined", "Foo", "Foo: 1, 2", "Foo: 1\nFoo: 2", true],
    [
      "blanks around commas mean nothing",
      "Foo",
      "Foo: 1,2",
      "Foo:  1,  2 ",
      true,
    ],
    [
      "order means something in unknown fields",
      "Foo",
      "Foo: 1, 2",
      "Foo: 2, 1",
      false,
    ],
    [
      "blanks in quoted strings mean something",
      "Foo",
      'Foo: "1,2"',
      'Foo: "1, 2"',
      false,
    ],
    [
      "languages in any order",
      "Accept-Language",
      "Accept-Language: en, de",
      "Accept-Language: de, en",
      true,
    ],
    [
      "languages in any case",
      "Accept-Language",
      "Accept-Language: en, de",
      "Accept-Language: eN, De",
      true,
    ],
    [
      "languages with blanks",
      "Accept-Language",
      "Accept-Language: en, de;q=0.50",
      "Accept-Language:  en ,  de ; q=0.5",
      true,
    ],
    [
      "languages of other weight",
      "Accept-Language",
      "Accept-Language: en, de;q=0.5",
      "Accept-Language: en, de;q=0.4",
      false,
    ],
    [
      "codings that are wanted more or less",
      "Accept-Encoding",
      "Accept-Encoding: gzip, br;q=0.5",
      "Accept-Encoding: br, gzip;q=0.1, deflate;q=0",
      true,
    ],
    [
      "a coding refused",
      "Accept-Encoding",
      "Accept-Encoding: gzip, identity;q=0",
      "Accept-Encoding: gzip",
      false,
    ],
    [
      "codings in any order and case",
      "Accept-Encoding",
      "Accept-Encoding: gzip, br;q=1.0",
      "Accept-Encoding: BR,x-gzip,gzip",
      true,
    ],
    [
      "codings refused",
      "Accept-Encoding",
      "Accept-Encoding: gzip",
      "Accept-Encoding: gzip;q=0",
      false,
    ],
    [
      "no codings named is not absence",
      "Accept-Encoding",
      "Accept-Encoding:",
      "",
      false,
    ],
  ])("%s", (_, vary, before, now, expected) => {
    const stored = storedWith(vary === "" ? "" : `Vary: ${vary}`, {
      request: before,
    });
    expect(selectVariants(fields(now), [stored], settings)).toEqual(
      expected ? [stored] : [],
    );
  });

  test.each([
    ["the language wanted above all", "de", "fr;q=0.5, de;q=1.0", true],
    ["the language wanted above all, in any case", "DE", "fr;q=0.5, De", true],
    ["one of two wanted alike", "de", "fr, de, es", false],
    ["a lesser wish", "de", "fr, de;q=0.9", false],
    ["a part of a tag", "de-CH", "de", false],
    ["a language refused", "de", "de;q=0", false],
    ["two languages", "de, en", "de", false],
  ])("a response in %s", (_, language, now, expected) => {
    const stored = storedWith(
      `Vary: Accept-Language\nContent-Language: ${language}`,
      {
        request: "Accept-Language: en, de",
      },
    );
    expect(
      selectVariants(fields(`Accept-Language: ${now}`), [stored], settings),
    ).toHaveLength(expected ? 1 : 0);
  });

  test("the best is the most recent by Date", () => {
    const older = storedWith(`Date: ${startDate}\nVary: Foo`);
    const newer = storedWith(`Date: ${date(5)}\nVary: Foo`);
    expect(selectVariants(fields(), [older, newer], settings)).toEqual([
      newer,
      older,
    ]);
  });

  test("of one second, the best is the one that arrived last", () => {
    const older = storedWith(`Date: ${startDate}`);
    const newer = { ...older, responseTimeMs: older.responseTimeMs + 1 };
    expect(selectVariants(fields(), [older, newer], settings)).toEqual([
      newer,
      older,
    ]);
  });

  test("a response whose origin forgot Vary comes after those that have it", () => {
    const forgot = storedWith(`Date: ${date(5)}`);
    const varies = storedWith(`Date: ${startDate}\nVary: Foo`);
    expect(selectVariants(fields(), [forgot, varies], settings)).toEqual([
      varies,
      forgot,
    ]);
  });
});

/** Fields that count how often each is asked for. */
function counted(text: string) {
  const asked = new Map<string, number>();
  const all = fields(text);
  const counting = {
    [Symbol.iterator]: () => all[Symbol.iterator](),
    get: (name: string) => {
      asked.set(name, (asked.get(name) ?? 0) + 1);
      return all.get(name);
    },
  };
  return { asked, fields: counting };
}

const languages = (count: number) =>
  Array.from({ length: count }, (_, at) => `l-${at};q=0.${at % 1000}`);

describe("what telling variants apart costs", () => {
  test.each([
    ["accept-language", "Accept-Language"],
    ["accept-encoding", "Accept-Encoding"],
    ["foo", "Foo"],
  ])("%s is read once for one stored response and for 64", (name, field) => {
    const reads = [1, 64].map((count) => {
      const variants = languages(count).map((value) =>
        storedWith(`Vary: ${field}\nContent-Language: x`, {
          request: `${field}: ${value}`,
        }),
      );
      const request = counted(`${field}: another`);
      selectVariants(request.fields, variants, settings);
      selectVariants(request.fields, variants, settings);
      return request.asked.get(name);
    });
    expect(reads[1]).toBe(reads[0]);
  });

  test.each([
    [4_096 - "foo".length, "told apart"],
    [4_097 - "foo".length, "not"],
  ])("a value of %i characters is %s", (length, outcome) => {
    const varied = varyOn(
      fields(`Foo: ${"x".repeat(length)}`),
      fields("Vary: Foo"),
    );
    expect(varied === null ? "not" : "told apart").toBe(outcome);
  });

  test("fields that are too long together are not told apart", () => {
    const request = fields(`A: ${"x".repeat(3_000)}\nB: ${"x".repeat(3_000)}`);
    expect(varyOn(request, fields("Vary: A"))).not.toBeNull();
    expect(varyOn(request, fields("Vary: A, B"))).toBeNull();
  });

  test("a value that is too long matches nothing, whatever it means", () => {
    const stored = storedWith("Vary: Accept-Language\nContent-Language: en", {
      request: "Accept-Language: en",
    });
    const long = `Accept-Language: ${"en,".repeat(2_000)}en`;
    expect(selectVariants(fields(long), [stored], settings)).toEqual([]);
  });
});
