import { expect, test } from "vitest";
import { withoutRepetition } from "../../src/http/repeated.ts";

const date = "Thu, 01 Jan 2026 00:00:00 GMT";

test.each([
  ["Age", "1, 1", "1"],
  ["age", "1, 1, 1", "1"],
  ["Date", `${date}, ${date}`, date],
  ["ETag", '"a, b", "a, b"', '"a, b"'],
  ["ETag", '"a, a"', '"a, a"'],
  ["Access-Control-Allow-Origin", "*, *", "*"],
  ["Age", "1, 2", "1, 2"],
  ["Age", "1, 1, 2", "1, 1, 2"],
  ["Date", date, date],
  ["Cache-Control", "public, public", "public, public"],
  ["Foo", "1, 1", "1, 1"],
  ["Set-Cookie", "a=b, a=b", "a=b, a=b"],
])("RFC 9110 §5.3 %s: %s is %s", (name, value, expected) => {
  expect(withoutRepetition([name, value])).toEqual([name, expected]);
});

test("a line that says nothing twice is the same object", () => {
  for (const line of [
    ["Age", "1"],
    ["Foo", "1, 1"],
    ["Date", date],
  ] as const)
    expect(withoutRepetition(line)).toBe(line);
});
