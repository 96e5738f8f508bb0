import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Denial } from "../../src/customer/standing.ts";
import { webLink } from "../../src/page/link.ts";
import { dropped, field, occasions, operator, told } from "./samples.ts";
import type { PageReason } from "../../src/page/reason.ts";

/** Text made to break out of whatever it is put into; the letter keeps it from being blank. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "<script>alert(1)</script>",
        "</style>",
        "</title>",
        "<!--",
        "-->",
        "]]>",
        "<img src=x onerror=a>",
      ),
      fc.constantFrom(
        '"',
        "'",
        "&",
        "&lt;",
        "`",
        "\\",
        "*",
        "_",
        "[x](javascript:a)",
        "![x](http://h/)",
        "| - |",
        "# ",
        "1. ",
      ),
      fc.constantFrom(
        "\u202e",
        "\u2066",
        "\u2029",
        "\u0000",
        "\u001b[31m",
        "\u0085",
        "\t",
        "\r\nSet-Cookie: a=b\r\n\r\n",
        "\ud800",
      ),
      fc.string({ unit: "binary" }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => `x${parts.join("")}`);

const url = fc.oneof(
  hostile.map((text) => `https://h.example/${text}`),
  hostile.map((text) => `mailto:${text}`),
);

function full(text: string, address: string): Partial<Denial> {
  return {
    ground: "legal",
    reason: text,
    // How many paragraphs a statement has is its own affair; here it has one.
    statement: {
      [`en-${text.replaceAll(/\p{C}/gu, "")}`]: text.replaceAll(
        /[\r\n\u0085\u2028\u2029]/g,
        "",
      ),
    },
    reference: text,
    scope: { hosts: [text, text], countries: [text] },
    authority: { name: text, law: text, jurisdiction: text, url: address },
    noticeUrl: address,
    appealUrl: address,
  };
}

function occasionOf(text: string, address: string): PageReason {
  return { ...dropped(full(text, address), 451), host: text } as PageReason;
}

function bodyOf(accept: string, text: string, address: string): string {
  const named = { ...operator, name: text, url: address, contact: address };
  return (
    told(occasionOf(text, address), { accept }, { operator: named }).body ?? ""
  );
}

describe("whatever a record, a host or a name says", () => {
  test("HTML has the same elements and attributes as for harmless words", () => {
    const skeleton = (html: string): string[] =>
      [...html.matchAll(/<[^>]*>/g)].map(([tag]) =>
        tag.replaceAll(/"[^"]*"/g, '""'),
      );
    const harmless = skeleton(bodyOf("text/html", "x", "https://h.example/x"));
    fc.assert(
      fc.property(hostile, url, (text, address) => {
        expect(skeleton(bodyOf("text/html", text, address))).toEqual(harmless);
      }),
    );
  });

  test("HTML has no control character of theirs, nor one that turns text around", () => {
    fc.assert(
      fc.property(hostile, url, (text, address) => {
        expect(bodyOf("text/html", text, address)).not.toMatch(
          /[^\P{Cc}\n]|[\u202A-\u202E\u2066-\u2069]/u,
        );
      }),
    );
  });

  test("text has the same lines as for harmless words, and no control character", () => {
    const count = bodyOf("text/plain", "x", "https://h.example/x").split(
      "\n",
    ).length;
    fc.assert(
      fc.property(hostile, url, (text, address) => {
        const body = bodyOf("text/plain", text, address);
        expect(body.split("\n")).toHaveLength(count);
        expect(body).not.toMatch(/[^\P{Cc}\n]/u);
      }),
    );
  });

  test("Markdown has the same marks as for harmless words", () => {
    const marks = (markdown: string): string[] =>
      markdown
        .replaceAll(/<(?:https|mailto):[^<>\s]*>/g, "<url>")
        .replaceAll(/\\[!-/:-@[-`{-~]/g, "")
        .split("\n")
        .map((line) => line.replaceAll(/[^`*_[\]<>&~|#\\]/g, ""));
    const harmless = marks(bodyOf("text/markdown", "x", "https://h.example/x"));
    fc.assert(
      fc.property(hostile, url, (text, address) => {
        // A # means something at the start of a line only, and there stands our own.
        const quiet = text.replaceAll("#", "");
        expect(
          marks(bodyOf("text/markdown", quiet, address.replaceAll("#", ""))),
        ).toEqual(harmless);
      }),
    );
  });

  test("JSON gives back the very words", () => {
    fc.assert(
      fc.property(hostile, url, (text, address) => {
        expect(
          JSON.parse(bodyOf("application/json", text, address)),
        ).toMatchObject({
          reference: text,
          authority: { law: text },
        });
      }),
    );
  });

  test("fields are printable ASCII, and none is added", () => {
    const names = told(occasionOf("x", "https://h.example/x")).fields.map(
      ([name]) => name,
    );
    fc.assert(
      fc.property(hostile, url, (text, address) => {
        const named = {
          ...operator,
          name: text,
          url: address,
          contact: address,
        };
        const { fields } = told(
          occasionOf(text, address),
          {},
          { operator: named },
        );
        expect(fields.map(([name]) => name)).toEqual(names);
        for (const [, value] of fields) expect(value).toMatch(/^[ -~]*$/);
        expect(fields.find(([name]) => name === "Link")?.[1]).toMatch(
          /^<[^<>"\s]*>; rel="blocked-by", <[^<>"\s]*>; rel="describedby"$/,
        );
      }),
    );
  });
});

test.each([
  [
    "a statement's paragraphs are told apart",
    "one\n\n\ntwo\r\nthree",
    ["one", "two", "three"],
  ],
  [
    "a line that would be a list is not one",
    "- a\n1. b\n# c",
    [String.raw`\- a`, String.raw`1\. b`, String.raw`\# c`],
  ],
])("Markdown: %s", (_, en, lines) => {
  const { body } = told(dropped({ statement: { en } }), {
    accept: "text/markdown",
  });
  expect(body).toContain(lines.join("\n\n"));
});

test.each([
  "javascript:alert(1)",
  " javascript:alert(1)",
  "java\nscript:alert(1)",
  "data:text/html,<script>",
  "vbscript:x",
  "file:///etc/passwd",
  "//h.example/",
  "not a URL",
  "",
])("%j never becomes a link", (address) => {
  expect(webLink(address)).toBeNull();
  const answer = told(
    dropped({ noticeUrl: address, appealUrl: address }),
    {},
    { operator: { ...operator, url: address, contact: address } },
  );
  const links = [...(answer.body ?? "").matchAll(/<a [^>]*href="([^"]*)"/g)];
  const ours =
    /^(?:#owner|\/\.well-known\/portcullis\/decision\?lang=[a-z]{2})$/;
  expect(links.filter(([, href = ""]) => !ours.test(href))).toEqual([]);
  expect(field(answer, "Link")).toBeUndefined();
});

test("a malformed request's own words are escaped too", () => {
  const problem = `Host: "<b>" is no host`;
  expect(told({ kind: "malformed", status: 400, problem }).body).toContain(
    "Host: &quot;&lt;b&gt;&quot; is no host",
  );
});

test("no page has a script, a form, an inline style, an event handler or anything to load", () => {
  for (const [, occasion] of occasions) {
    expect(told(occasion).body).not.toMatch(
      /<(?:script|form|img|link|iframe|object)\b|\s(?:style|src|on\w+)=|url\(|@import/i,
    );
  }
});
