import { describe, expect, test } from "vitest";
import { freshnessOf } from "../../src/cache/freshness.ts";
import { defaultCacheSettings } from "../../src/cache/settings.ts";
import {
  conditionalFields,
  freshen,
  freshenByHead,
  isValidatedBy,
  otherVariants,
  selectedBy,
  selectionFields,
} from "../../src/cache/validation.ts";
import type { Stored } from "../../src/cache/stored.ts";
import {
  after,
  date,
  fields,
  lines,
  settings,
  settingsWith,
  startDate,
  storedWith,
} from "./sample.ts";

const modified = date(-3600);

/** A request of these fields in the shared form. */
function asked(text = "") {
  return { fields: fields(text), form: "shared" } as const;
}

describe("RFC 9111 §4.3.1 a stored response is asked about by", () => {
  test.each([
    ["its entity tag as received", 'ETag: W/"a"', 'If-None-Match: W/"a"'],
    ["even without quotes", "ETag: abc", "If-None-Match: abc"],
    [
      "Last-Modified as received",
      `Last-Modified: ${modified}`,
      `If-Modified-Since: ${modified}`,
    ],
    [
      "both",
      `ETag: "a"\nLast-Modified: ${modified}`,
      `If-None-Match: "a"\nIf-Modified-Since: ${modified}`,
    ],
    ["nothing without validators", `Date: ${startDate}`, ""],
  ])("%s", (_, stored, expected) => {
    expect(conditionalFields(storedWith(stored))).toEqual(lines(expected));
  });
});

describe("RFC 9111 §4.3.4 a 304", () => {
  const a = storedWith(`ETag: "a"\nLast-Modified: ${modified}`);
  const weakA = storedWith('ETag: W/"a"');
  const bare = storedWith(`Date: ${startDate}`);
  test.each([
    ["is about the response of its strong tag", 'ETag: "a"', a, true],
    ["is not about one of another tag", 'ETag: "c"', a, false],
    ["with a strong tag is not about a weak one", 'ETag: "a"', weakA, false],
    ["with a strong tag is not about one without", 'ETag: "a"', bare, false],
    ["is about the response of its weak tag", 'ETag: W/"a"', weakA, true],
    ["with a weak tag is about the strong one too", 'ETag: W/"a"', a, true],
    [
      "is about the response of its Last-Modified",
      `Last-Modified: ${modified}`,
      a,
      true,
    ],
    [
      "is not about one of another Last-Modified",
      `Last-Modified: ${startDate}`,
      a,
      false,
    ],
    ["without a validator is about the one asked about", "", a, true],
    ["without a validator is about one without", "", bare, true],
  ])("%s", (_, text, stored, expected) => {
    expect(isValidatedBy(stored, fields(text))).toBe(expected);
  });
});

describe("RFC 9111 §4.1 when no variant matches the request", () => {
  const gzip = "Accept-Encoding: gzip";
  test.each([
    ["one with a strong tag is asked about", 'ETag: "a"', {}, true],
    ["a weak tag does not say which bytes", 'ETag: W/"a"', {}, false],
    [
      "a date does not say which bytes",
      `Last-Modified: ${modified}`,
      {},
      false,
    ],
    [
      "a part is not what is wanted",
      'ETag: "a"',
      { range: { first: 0, last: 9, complete: 20 } },
      false,
    ],
    [
      "one of another coding is not asked about",
      'ETag: "a"\nVary: Accept-Encoding, Cookie',
      { request: "Cookie: u=1" },
      false,
    ],
    [
      "one of the same coding is",
      'ETag: "a"\nVary: Accept-Encoding, Cookie',
      { request: `Cookie: u=1\n${gzip}` },
      true,
    ],
  ])("%s", (_, text, some, expected) => {
    const stored = storedWith(text, some);
    const request = fields(`Cookie: u=2\n${gzip}`);
    expect(otherVariants(request, [stored])).toEqual(expected ? [stored] : []);
  });

  const a = storedWith(`ETag: "a"\nLast-Modified: ${modified}`);
  const b = storedWith('ETag: "b"');
  const alsoA = storedWith('ETag: "a"\nX: 1');
  test.each([
    ["by the tags alone, each once", [a, b, alsoA], 'If-None-Match: "a", "b"'],
    ["by nothing, when there is none", [], ""],
  ])("they are asked about %s", (_, stored, expected) => {
    expect(selectionFields(stored)).toEqual(lines(expected));
  });

  test.each([
    ["chooses all with its strong tag", 'ETag: "a"', [a, alsoA]],
    ["with a tag of none chooses none", 'ETag: "c"', []],
    ["with a weak tag chooses none", 'ETag: W/"a"', []],
    ["with a date alone chooses none", `Last-Modified: ${modified}`, []],
    ["without a validator chooses none", "", []],
  ])("a 304 %s", (_, text, expected) => {
    expect(selectedBy(fields(text), [a, b, alsoA])).toEqual(expected);
  });
});

function received(text: string, status = 304) {
  return {
    status,
    fields: lines(text),
    requestTimeMs: after(99),
    responseTimeMs: after(100),
  };
}

describe("RFC 9111 §3.2 and §4.3.4", () => {
  const stored = storedWith(`
    Date: ${startDate}
    Age: 50
    ETag: "a"
    Cache-Control: max-age=60
    Content-Length: 10
    Content-Encoding: gzip
    Content-Range: x
    Content-Type: text/plain
    Test: 1
    Test: 2`);

  function freshened(text: string, chosen = settings, from: Stored = stored) {
    return freshen(from, asked(), received(text), chosen);
  }

  function value(text: string, name: string): string | undefined {
    return freshened(text)
      .stored.fields.filter(([each]) => each === name)
      .map(([, each]) => each)
      .join("|");
  }

  test.each([
    ["a field the 304 leaves out stays", "Test", "Date: x", "1|2"],
    [
      "a field it has replaces all lines of its name",
      "Test",
      "Test: 3\nTest: 4",
      "3|4",
    ],
    ["a new field is added", "New", "New: 1", "1"],
    [
      "Cache-Control is updated",
      "Cache-Control",
      "Cache-Control: max-age=9",
      "max-age=9",
    ],
    [
      "Content-Type is updated",
      "Content-Type",
      "Content-Type: text/html",
      "text/html",
    ],
    ["Content-Length is not", "Content-Length", "Content-Length: 99", "10"],
    [
      "nor Content-Encoding",
      "Content-Encoding",
      "Content-Encoding: br",
      "gzip",
    ],
    ["nor Content-Range", "Content-Range", "Content-Range: y", "x"],
    [
      "fields of the connection are not taken",
      "Keep-Alive",
      "Keep-Alive: x",
      "",
    ],
    ["nor those it lists", "Test", "Connection: test\nTest: 9", "1|2"],
    ["Age of the old exchange goes", "Age", "", ""],
    [
      "RFC 9110 §6.6.1 a missing Date becomes the arrival",
      "Date",
      "",
      date(100),
    ],
  ])("%s", (_, name, text, expected) => {
    expect(value(text, name)).toBe(expected);
  });

  test("it is as old as the 304", () => {
    const { kind, stored: fresh } = freshened(`Date: ${date(100)}\nAge: 5`);
    expect(kind).toBe("keep");
    expect(
      freshnessOf(fresh, defaultCacheSettings, after(110)).ageSeconds,
    ).toBe(16);
    expect(fresh).toMatchObject({
      requestTimeMs: after(99),
      responseTimeMs: after(100),
      bodyRequestTimeMs: stored.bodyRequestTimeMs,
    });
  });

  test("§4.1 it is the variant of the request that it was validated for", () => {
    const variant = storedWith('ETag: "a"\nVary: Foo', { request: "Foo: 1" });
    const fresh = freshen(
      variant,
      asked("Foo: 2"),
      received('ETag: "a"'),
      settings,
    );
    expect(fresh.stored.varyOn).toEqual([["foo", "2"]]);
  });

  test.each([
    ["no-store", "Cache-Control: no-store", "no-store"],
    ["private", "Cache-Control: private", "private"],
    ["Vary: *", "Vary: *", "vary-star"],
    ["Set-Cookie", "Set-Cookie: a=b", "set-cookie"],
  ])("a 304 with %s is used for its visitor only", (_, text, because) => {
    const fresh = freshened(text);
    expect(fresh).toMatchObject({ kind: "use-once", because });
    expect(fresh.stored.fields).toContainEqual(lines(text)[0]);
  });

  test("§7.3 a 304 with Set-Cookie is kept where the site says so", () => {
    expect(
      freshened("Set-Cookie: a=b", settingsWith({ setCookie: "as-rfc" })).kind,
    ).toBe("keep");
  });
});

describe("RFC 9111 §4.3.5 a HEAD", () => {
  const stored = storedWith(
    `Date: ${startDate}\nETag: "a"\nLast-Modified: ${modified}\nCache-Control: max-age=2`,
  );
  test.each([
    ["without validators updates", "", "keep"],
    [
      "with the same ones updates",
      `ETag: "a"\nLast-Modified: ${modified}\nContent-Length: 10`,
      "keep",
    ],
    ["with another ETag does not", 'ETag: "b"', null],
    [
      "with another Last-Modified does not",
      `Last-Modified: ${startDate}`,
      null,
    ],
    ["with another length does not", "Content-Length: 11", null],
    [
      "that forbids storing updates nothing for others",
      "Cache-Control: no-store",
      "use-once",
    ],
  ])("%s", (_, text, expected) => {
    expect(
      freshenByHead(stored, asked(), received(text, 200), settings)?.kind ??
        null,
    ).toBe(expected);
  });

  test("is measured against the complete length of a part", () => {
    const part = { ...stored, range: { first: 0, last: 9, complete: 20 } };
    expect(
      freshenByHead(
        part,
        asked(),
        received("Content-Length: 20", 200),
        settings,
      )?.kind,
    ).toBe("keep");
  });

  test("brings its fields", () => {
    const fresh = freshenByHead(
      stored,
      asked(),
      received("Cache-Control: max-age=1000\nA: 2", 200),
      settings,
    );
    expect(fresh?.stored.fields).toContainEqual([
      "Cache-Control",
      "max-age=1000",
    ]);
    expect(fresh?.stored.fields).toContainEqual(["A", "2"]);
    expect(fresh?.stored.fields).toContainEqual(["ETag", '"a"']);
  });
});
