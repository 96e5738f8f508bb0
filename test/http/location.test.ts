import { expect, test } from "vitest";
import { onVisitorsHost } from "../../src/http/location.ts";

const visitor = "https://shop.example";

test.each([
  [
    "an absolute URL",
    "http://origin.example:80/a?b#c",
    "http://origin.example",
    "https://shop.example/a?b#c",
  ],
  [
    "no path",
    "http://origin.example",
    "http://origin.example",
    "https://shop.example/",
  ],
  [
    "another case of host and scheme",
    "HTTP://Origin.EXAMPLE/a",
    "http://origin.example",
    "https://shop.example/a",
  ],
  [
    "a default port written out",
    "https://origin.example:443/a",
    "https://origin.example",
    "https://shop.example/a",
  ],
  [
    "a default port written out in the base",
    "https://origin.example/a",
    "https://origin.example:443",
    "https://shop.example/a",
  ],
  [
    "the origin's own port",
    "http://origin.example:8080/a",
    "http://origin.example:8080",
    "https://shop.example/a",
  ],
  [
    "no scheme",
    "//origin.example/a",
    "http://origin.example",
    "https://shop.example/a",
  ],
  [
    "no scheme, the origin's own port",
    "//origin.example:8080/a",
    "http://origin.example:8080",
    "https://shop.example/a",
  ],
  [
    "userinfo is not passed on",
    "http://u:p@origin.example/a",
    "http://origin.example",
    "https://shop.example/a",
  ],
  [
    "IPv6",
    "http://[2001:DB8::1]:8080/a",
    "http://[2001:db8::1]:8080",
    "https://shop.example/a",
  ],
  [
    "an encoded slash stays encoded",
    "http://origin.example/a%2Fb",
    "http://origin.example",
    "https://shop.example/a%2Fb",
  ],
])(
  "RFC 9110 §10.2.2 leads to the visitor's host: %s",
  (_, reference, originBase, rewritten) => {
    expect(onVisitorsHost(reference, visitor, originBase)).toBe(rewritten);
  },
);

test.each([
  ["another host", "http://other.example/a"],
  [
    "a host that begins like the origin's",
    "http://origin.example.evil.example/a",
  ],
  ["the origin's host as userinfo", "http://origin.example@evil.example/a"],
  ["another scheme", "https://origin.example:8080/a"],
  ["another port", "http://origin.example:8081/a"],
  ["the default port when the origin's is another", "//origin.example/a"],
  ["a path", "/a"],
  ["a relative path", "a/b?c"],
  ["a query", "?a"],
  ["a fragment", "#a"],
  ["nothing", ""],
  ["a URL that does not parse", "http://origin.example:port/a"],
  ["a URL without a host", "mailto:a@origin.example"],
])("RFC 9110 §10.2.2 stays as it is: %s", (_, reference) => {
  expect(onVisitorsHost(reference, visitor, "http://origin.example:8080")).toBe(
    reference,
  );
});
