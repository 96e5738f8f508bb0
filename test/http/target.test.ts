import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  normalisedTarget,
  rawTarget,
  targetOnOrigin,
} from "../../src/http/target.ts";

test.each([
  ["a path and query", "http://h/a?b=c", "/a?b=c"],
  ["doubled slashes", "http://h//a?b", "//a?b"],
  ["dot segments", "https://h:8080/a/../b/%2e%2e/c", "/a/../b/%2e%2e/c"],
  ["encodings", "http://h/%41%zz", "/%41%zz"],
  ["RFC 9112 §3.2.1 an empty path", "http://h", "/"],
  ["an empty path with a query", "http://h?q", "/?q"],
  ["a query with a URL", "http://h/?u=http://x/y", "/?u=http://x/y"],
  ["an IPv6 host", "http://[::1]:80/a", "/a"],
  ["userinfo", "http://u@h/a", "/a"],
  ["a fragment is no part of a target", "http://h/a?b#c", "/a?b"],
  ["RFC 9112 §3.2.4 an asterisk", "http://h*", "*"],
  ["an asterisk with a port before it", "https://h:8080*", "*"],
  ["a path that is an asterisk", "http://h/*", "/*"],
  ["a query that is an asterisk", "http://h?*", "/?*"],
  ["two asterisks are none", "http://h*/*", "/*"],
  [
    "a backslash ends the host, as in the URL parser",
    "http://h\\@x/a",
    "/\\@x/a",
  ],
])("raw target: %s", (_, url, target) => {
  expect(rawTarget(url)).toBe(target);
});

test.each([
  ["a plain path", "/a/b?c=d", "https://origin.example:8443/a/b?c=d"],
  [
    "a host after two slashes",
    "//evil.example:80/x",
    "https://origin.example:8443//evil.example:80/x",
  ],
  [
    "three slashes",
    "///evil.example",
    "https://origin.example:8443///evil.example",
  ],
  [
    "a backslash",
    "/\\evil.example",
    "https://origin.example:8443//evil.example",
  ],
  [
    "a dot segment before a host",
    "/.//evil.example",
    "https://origin.example:8443//evil.example",
  ],
  [
    "userinfo after two slashes",
    "//x@evil.example",
    "https://origin.example:8443//x@evil.example",
  ],
  ["climbing", "/../../x", "https://origin.example:8443/x"],
  ["a fragment", "/a#b", "https://origin.example:8443/a"],
  ["letters outside ASCII", "/ü", "https://origin.example:8443/%C3%BC"],
])("on the origin: %s", (_, target, href) => {
  const url = targetOnOrigin("https://origin.example:8443", target);
  expect(url.ok && url.value.href).toBe(href);
});

test.each([
  ["nothing", ""],
  ["only a query", "?q"],
  ["only a fragment", "#f"],
  ["userinfo", "@evil.example"],
  ["a port, then userinfo", ":80@evil.example"],
  ["more of the name", ".evil.example"],
  ["more of the port", "1/"],
  ["an absolute URL", "http://evil.example/"],
  ["an asterisk", "*"],
  ["a leading backslash", "\\evil.example"],
  ["a space", "/a b"],
  ["a tab", "/\t/evil.example"],
  ["a line end", "/a\r\nX: y"],
  ["a NUL", "/\0"],
  ["a DEL", "/\u007f"],
])("not a target: %s", (_, target) => {
  expect(targetOnOrigin("https://origin.example", target)).toMatchObject({
    ok: false,
  });
});

test("a problem shows what was found and what was expected", () => {
  expect(targetOnOrigin("https://origin.example", "@x")).toEqual({
    ok: false,
    problem: 'target: found "@x", expected a path that begins with "/"',
  });
});

const spelling = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "/",
        "//",
        "\\",
        ".",
        "..",
        "@",
        ":",
        ":80",
        "?",
        "#",
        "%2f",
        "%2e",
        "\t",
        "\n",
        " ",
        "[",
        "]",
        "http:",
        "https://",
        "evil.example",
        "x@",
        "ü",
        "。",
      ),
      fc.string({ unit: "binary", maxLength: 3 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

test.each([
  "https://origin.example",
  "http://origin.example:8080",
  "https://[2001:db8::1]:8443",
])("no target leads from %s to another origin", (origin) => {
  fc.assert(
    fc.property(spelling, (rest) => {
      for (const target of [
        rest,
        `/${rest}`,
        rawTarget(`http://visited.example${rest}`),
      ]) {
        const url = targetOnOrigin(origin, target);
        if (!url.ok) continue;
        // Read again as fetch would, from the text.
        const sent = new URL(url.value.href);
        expect([sent.origin, sent.username, sent.password, sent.hash]).toEqual([
          origin,
          "",
          "",
          "",
        ]);
      }
    }),
    { numRuns: 2000 },
  );
});

test("a target is normalised as the URL parser would, whatever it is written with", () => {
  const origin = "https://origin.example";
  const part = fc.constantFrom(
    ..."/?.%2eE&='*~^`|{}\"<>\\[]:;@!$(),+-_a9".split(""),
    "..",
    "%2e",
    "%2E.",
    "/./",
    "ü",
  );
  const target = fc
    .array(part, { maxLength: 10 })
    .map((parts) => `/${parts.join("")}`);
  fc.assert(
    fc.property(target, (raw) => {
      const url = targetOnOrigin(origin, raw);
      expect(normalisedTarget(origin, raw)).toEqual(
        url.ok ? { ok: true, value: url.value.href.slice(origin.length) } : url,
      );
    }),
    { numRuns: 5000 },
  );
});
