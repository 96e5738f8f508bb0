import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  structuredDictionary,
  structuredList,
} from "../../src/http/structured.ts";

const pieces = [
  "a",
  "max-age",
  "=",
  "1",
  "-",
  ".",
  '"',
  "\\",
  ",",
  ";",
  " ",
  "\t",
  "(",
  ")",
  "?1",
  ":",
  "YQ==",
  "*",
  "%",
  "@",
  "é",
];

test("RFC 9651 §4.2 any text is a Dictionary or List, or null, and never an exception", () => {
  const text = fc
    .array(fc.constantFrom(...pieces), { maxLength: 12 })
    .map((some) => some.join(""));
  fc.assert(
    fc.property(fc.oneof(text, fc.string()), (value) => {
      expect(structuredDictionary(value) ?? new Map()).toBeInstanceOf(Map);
      expect(structuredList(value) ?? []).toBeInstanceOf(Array);
    }),
    { numRuns: 20_000 },
  );
});

test.each([
  ["§3.1 a List of Strings", '"a", "b";x=1', 2],
  ["§3.1 an Inner List is one member", '("a" "b"), c', 2],
  ["§3.3 every kind of item", '1, -1.5, tok/en, "s\\"", ?1, :YQ==:', 6],
  ["§3.1 the empty list", "", 0],
  ["§4.2 a trailing comma", '"a",', null],
  ["§3.3.3 an open String", '"a', null],
  ["§3.3.2 a Decimal without fraction", "1.", null],
  ["§3.3.1 an Integer of 16 digits", "1234567890123456", null],
])("RFC 9651 %s", (_, value, length) => {
  expect(structuredList(value)?.length ?? null).toBe(length);
});

test("RFC 9651 §4.2 a value of nothing but brackets and blanks is judged in a moment", () => {
  const begun = process.hrtime.bigint();
  for (const text of ["(", "( ", "a=( ", '"', " ", "a;", "1"])
    structuredDictionary(text.repeat(50_000));
  expect(Number(process.hrtime.bigint() - begun) / 1e6).toBeLessThan(2000);
});
