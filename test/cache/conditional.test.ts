import { describe, expect, test } from "vitest";
import { answerConditional } from "../../src/cache/conditional.ts";
import { date, fields, startDate, storedWith } from "./sample.ts";

const modified = date(-3000);

function answered(
  response: string,
  request: string,
  { status = 200, method = "GET" } = {},
): string {
  const stored = storedWith(response, { status });
  return answerConditional({ method, fields: fields(request) }, stored).kind;
}

describe("RFC 9110 §13.1.2 If-None-Match", () => {
  test.each([
    ["the same strong tag", '"a"', '"a"', true],
    ["the same weak tag", 'W/"a"', 'W/"a"', true],
    ["weak and strong", 'W/"a"', '"a"', true],
    ["another tag", '"a"', '"b"', false],
    ["the first of several", '"a"', '"a", "1", "5"', true],
    ["one in the middle", '"a"', '"1", "a", "5"', true],
    ["the last of several", '"a"', '"1", "5","a"', true],
    ["a comma inside the tag", '"a, b"', '"1", "a, b"', true],
    ["not a part of a tag with a comma", '"b"', '"a, b"', false],
    [
      "a backslash is an ordinary character",
      String.raw`"a\"`,
      String.raw`"1", "a\", "b"`,
      true,
    ],
    ["any tag", '"a"', "*", true],
    ["any response, tagged or not", "", "*", true],
    ["a star among tags is no star", '"a"', '*, "b"', false],
    ["no stored tag", "", '"a"', false],
    ["an empty list", '"a"', "", false],
    ["tags beyond ASCII", '"abcdefü"', '"abcdefü"', true],
    ["without quotes, the stored one with", '"a"', "a", true],
    ["without quotes, both", "a", "a", true],
    ["with quotes, the stored one without", "a", '"a"', true],
    ["a small w", 'w/"a"', 'w/"a"', true],
    ["a backslash for the slash", String.raw`W\"a"`, String.raw`W\"a"`, true],
    ["no slash", 'W"a"', 'W"a"', true],
  ])("%s", (_, etag, noneMatch, holds) => {
    const response = etag === "" ? "" : `ETag: ${etag}`;
    expect(answered(response, `If-None-Match: ${noneMatch}`)).toBe(
      holds ? "not-modified" : "full",
    );
  });

  test("§13.2.2 it outranks If-Modified-Since, both ways", () => {
    const response = `ETag: "a"\nLast-Modified: ${modified}`;
    expect(
      answered(
        response,
        `If-None-Match: "a"\nIf-Modified-Since: ${date(-9999)}`,
      ),
    ).toBe("not-modified");
    expect(
      answered(response, `If-None-Match: "b"\nIf-Modified-Since: ${date(0)}`),
    ).toBe("full");
  });
});

describe("RFC 9110 §13.1.3 If-Modified-Since", () => {
  test.each([
    ["the same moment", `Last-Modified: ${modified}`, modified, true],
    ["a later moment", `Last-Modified: ${modified}`, date(-2000), true],
    ["a second before", `Last-Modified: ${modified}`, date(-3001), false],
    [
      "rfc850-date",
      `Last-Modified: ${modified}`,
      "Wednesday, 31-Dec-25 23:10:00 GMT",
      true,
    ],
    [
      "asctime-date",
      `Last-Modified: ${modified}`,
      "Wed Dec 31 23:10:00 2025",
      true,
    ],
    [
      "no date is no condition",
      `Last-Modified: ${modified}`,
      "yesterday",
      false,
    ],
    [
      "RFC 9111 §4.3.2 Date counts without Last-Modified",
      `Date: ${startDate}`,
      date(0),
      true,
    ],
    [
      "RFC 9111 §4.3.2 and tells what is newer",
      `Date: ${startDate}`,
      date(-1),
      false,
    ],
    ["RFC 9111 §4.3.2 arrival counts without both", "", date(0), true],
  ])("%s", (_, response, since, holds) => {
    expect(answered(response, `If-Modified-Since: ${since}`)).toBe(
      holds ? "not-modified" : "full",
    );
  });
});

test.each([
  ["§13.2.1 HEAD", { method: "HEAD" }, "not-modified"],
  ["§13.2.1 no other method", { method: "POST" }, "full"],
  ["§13.2.1 a success", { status: 206 }, "not-modified"],
  ["§13.2.1 not a redirection", { status: 301 }, "full"],
  ["§13.2.1 not an error", { status: 404 }, "full"],
])("RFC 9110 %s", (_, some, expected) => {
  expect(answered('ETag: "a"', 'If-None-Match: "a"', some)).toBe(expected);
});

test("RFC 9110 §13.1.1 and §13.1.4 If-Match and If-Unmodified-Since are for origins", () => {
  expect(
    answered('ETag: "a"', `If-Match: "b"\nIf-Unmodified-Since: ${date(-9999)}`),
  ).toBe("full");
});

describe("RFC 9110 §15.4.5 a 304 carries", () => {
  const rest = [
    `Date: ${startDate}`,
    "Cache-Control: max-age=60",
    `Expires: ${date(60)}`,
    "Vary: Foo",
    "Content-Location: /a",
  ];
  function carried(...response: string[]): string[] {
    const stored = storedWith(response.join("\n"));
    const found = answerConditional(
      { method: "GET", fields: fields("If-None-Match: *") },
      stored,
    );
    return found.kind === "not-modified"
      ? found.fields.map(([name, value]) => `${name}: ${value}`)
      : [];
  }

  test("what updates the visitor's copy, and nothing of the content", () => {
    expect(
      carried(
        ...rest,
        'ETag: "a"',
        "Content-Type: text/html",
        "Content-Length: 1",
        "X: y",
      ),
    ).toEqual([...rest, 'ETag: "a"']);
  });

  test("Last-Modified only when there is no ETag", () => {
    expect(carried(...rest, `Last-Modified: ${modified}`)).toEqual([
      ...rest,
      `Last-Modified: ${modified}`,
    ]);
    expect(carried(...rest, 'ETag: "a"', `Last-Modified: ${modified}`)).toEqual(
      [...rest, 'ETag: "a"'],
    );
  });
});
