import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addOrigin, dropVisitedHost } from "../../src/http/destination.ts";
import { mapReference } from "../../src/http/references.ts";
import { cpuMsOf } from "../cpu-time.ts";

const origin = "http://origin.example:8080";
const http = { scheme: "http", host: "shop.example" } as const;
const https = { scheme: "https", host: "shop.example" } as const;
const onPort = { scheme: "http", host: "shop.example:8787" } as const;

/** What the origin is sent, by both steps. */
function sent(
  name: string,
  value: string,
  visited: { scheme: "http" | "https"; host: string } = http,
): string | undefined {
  return addOrigin([dropVisitedHost([name, value], visited)], origin)[0]?.[1];
}

test.each([
  ["an absolute URL", http, "http://shop.example/b"],
  ["https", https, "https://shop.example/b"],
  ["a port", onPort, "http://shop.example:8787/b"],
  ["a default port written out", http, "http://shop.example:80/b"],
  ["another case", http, "HTTP://Shop.EXAMPLE/b"],
  ["a trailing dot", http, "http://shop.example./b"],
  ["TLS that ends before the edge", http, "https://shop.example/b"],
  ["§8.3 a path", http, "/b"],
  ["no scheme", http, "//shop.example/b"],
])("RFC 4918 §10.3 Destination is on the origin: %s", (_, visited, value) => {
  expect(sent("Destination", value, visited)).toBe(`${origin}/b`);
});

test.each([
  ["encodings", "/a%2Fb/%c3%a9/%20"],
  ["dot segments", "/a/../b/%2e%2e/c"],
  ["doubled slashes", "//evil.example/b"],
  ["a backslash", String.raw`/\evil.example/b`],
  ["a query", "/b?c=d&e"],
  ["what looks like userinfo", "/@evil.example"],
])("RFC 4918 §10.3 Destination keeps its path: %s", (_, target) => {
  expect(sent("destination", `http://shop.example${target}`)).toBe(
    origin + target,
  );
});

test.each([
  ["without a path", "http://shop.example", `${origin}/`],
  ["with a query alone", "http://shop.example?q", `${origin}/?q`],
])("RFC 4918 §10.3 Destination %s", (_, value, mapped) => {
  expect(sent("Destination", value)).toBe(mapped);
});

test.each([
  ["another host", "http://other.example/b"],
  ["a host under the visited one", "http://a.shop.example/b"],
  ["another port", "http://shop.example:8080/b"],
  ["the other scheme's default port", "http://shop.example:443/b"],
  ["userinfo", "http://u@shop.example/b"],
  ["the visited host as userinfo", "http://shop.example@evil.example/b"],
  [
    "the visited host before a backslash",
    String.raw`http://shop.example\@evil.example/b`,
  ],
  ["another scheme", "ftp://shop.example/b"],
  ["the origin's own name", `${origin}/b`],
  ["a relative path", "b"],
  ["nothing", ""],
])("RFC 4918 §9.9.4 Destination stays as it is: %s", (_, value) => {
  expect(sent("Destination", value)).toBe(value);
});

test("RFC 4918 §8.3 a network-path reference elsewhere is not taken for a path", () => {
  expect(sent("Destination", "//evil.example/b")).toBe("http://evil.example/b");
});

test.each([
  [
    "a tag",
    '<http://shop.example/a> (<urn:uuid:1> ["e"])',
    `<${origin}/a> (<urn:uuid:1> ["e"])`,
  ],
  [
    "several",
    '<http://shop.example/a> (<urn:uuid:1>) (Not <DAV:no-lock>) </b> ([W/"e"])',
    `<${origin}/a> (<urn:uuid:1>) (Not <DAV:no-lock>) <${origin}/b> ([W/"e"])`,
  ],
  [
    "not in a list, though a token is on the visited host",
    "(<http://shop.example/lock/1>)",
    "(<http://shop.example/lock/1>)",
  ],
  [
    "nor after a parenthesis in an entity tag",
    '(["a)b"] <http://shop.example/lock/1>)',
    '(["a)b"] <http://shop.example/lock/1>)',
  ],
  [
    "another host",
    "<http://other.example/a> (<urn:uuid:1>)",
    "<http://other.example/a> (<urn:uuid:1>)",
  ],
  ["a tag not closed", "<http://shop.example/a", `<${origin}/a`],
  ["a list not closed", "(<urn:uuid:1> <", "(<urn:uuid:1> <"],
])("RFC 4918 §10.4.2 If, %s", (_, value, mapped) => {
  expect(sent("If", value)).toBe(mapped);
});

test("lines that are not changed are the same objects", () => {
  const lines = [
    ["Origin", "http://shop.example"],
    ["Referer", "http://shop.example/a"],
    ["If-Match", '"a"'],
    ["X-Destination", "http://shop.example/b"],
    ["Destination", "http://else.example/caf\u{fffd}"],
    ["If", '(["caf\u{fffd}"])'],
  ] as const;
  for (const line of lines) expect(dropVisitedHost(line, http)).toBe(line);
  expect(addOrigin(lines, origin).every((line, at) => line === lines[at])).toBe(
    true,
  );
});

test("a hostile If costs no more than its length", () => {
  const costMs = cpuMsOf(() => {
    for (const part of ["(", "<", '"', '("', "(<", "<a>", ")"])
      sent("If", part.repeat(50_000));
  });
  expect(costMs).toBeLessThan(2000);
});

describe("whatever the path", () => {
  const path = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          "/",
          "//",
          "\\",
          "@",
          ":80",
          "..",
          "%2f",
          "?",
          "evil.example",
        ),
        fc.string({ unit: "grapheme-ascii", maxLength: 3 }),
      ),
    )
    .map((parts) => `/${parts.join("")}`);

  test("a Destination on the visited host never leaves the origin", () => {
    fc.assert(
      fc.property(path, (target) => {
        for (const at of ["", "http://shop.example", "//shop.example"]) {
          // A path of two slashes is a host without the visited one before it.
          if (at === "" && target.startsWith("//")) continue;
          expect(sent("Destination", at + target)).toBe(origin + target);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("Location leads back from where Destination led", () => {
    fc.assert(
      fc.property(fc.webPath(), (webPath) => {
        const target = webPath.startsWith("/") ? webPath : `/${webPath}`;
        const named = URL.parse(`http://shop.example${target}`)?.href ?? "";
        const there = sent("Destination", named) ?? "";
        expect(
          mapReference(there, {
            visitorBase: "http://shop.example",
            origins: [origin],
          }),
        ).toBe(named);
      }),
    );
  });
});
