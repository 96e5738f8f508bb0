import { expect, test } from "vitest";
import { hasStaticPath, isStaticFile } from "../../src/cache/static-files.ts";
import { fields } from "./sample.ts";

test.each([
  ["/a.css", true],
  ["/a.CSS?v=1.php", true],
  ["/a/b.min.js", true],
  ["/font.woff2", true],
  ["/a.mp4", true],
  ["/account", false],
  ["/css.php?f=a.css", false],
  ["/a.css/", false],
  ["/a.css;x", false],
  ["/a.css%00", false],
  ["/acss", false],
  ["/a.html", false],
])("%s ends like a static file: %s", (target, expected) => {
  expect(hasStaticPath(target)).toBe(expected);
});

const explicit = { basis: "explicit", seconds: 60 } as const;

test.each([
  ["/a.css", "Content-Type: text/css; charset=utf-8", explicit, true],
  ["/a.js", "Content-Type: application/javascript", explicit, true],
  ["/a.svg", "Content-Type: Image/SVG+xml", explicit, true],
  ["/a.woff2", "Content-Type: font/woff2", explicit, true],
  ["/account/a.css", "Content-Type: text/html", explicit, false],
  ["/a.css", "Content-Type: image/png", explicit, false],
  ["/a.css", "", explicit, false],
  ["/a.css", "Content-Type: text/css\nSet-Cookie: a=b", explicit, false],
  ["/a.css", "Content-Type: text/css", { basis: "site", seconds: 60 }, true],
  [
    "/a.css",
    "Content-Type: text/css",
    { basis: "explicit", seconds: 0 },
    false,
  ],
  [
    "/a.css",
    "Content-Type: text/css",
    { basis: "heuristic", seconds: 60 },
    false,
  ],
  ["/a", "Content-Type: text/css", explicit, false],
] as const)(
  "%s with %j is a static file",
  (target, response, lifetime, expected) => {
    expect(isStaticFile(target, fields(response), lifetime)).toBe(expected);
  },
);
