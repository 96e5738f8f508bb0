import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FieldLine } from "../../src/http/fields.ts";
import {
  mapLine,
  mapRedirect,
  mapReference,
  type Mapping,
} from "../../src/http/references.ts";
import { cpuMsOf } from "../cpu-time.ts";

const visitorBase = "https://shop.example";
const pool: Mapping = {
  visitorBase,
  origins: [
    "http://origin.example:8080",
    "https://spare.example",
    "http://192.0.2.7",
    "http://[2001:db8::1]:8080",
  ],
};

test.each([
  ["an absolute URL", "http://origin.example:8080/a?b#c", "/a?b#c"],
  ["no path", "http://origin.example:8080", "/"],
  ["another origin of the pool", "https://spare.example/a", "/a"],
  ["another case of host and scheme", "HTTP://Origin.EXAMPLE:8080/a", "/a"],
  ["another scheme", "https://origin.example:8080/a", "/a"],
  ["another scheme, both ports the default", "http://spare.example/a", "/a"],
  ["another port", "http://origin.example:9090/a", "/a"],
  ["no port", "http://origin.example/a", "/a"],
  ["a default port written out", "https://spare.example:443/a", "/a"],
  ["an empty port", "https://spare.example:/a", "/a"],
  ["a trailing dot", "https://spare.example./a", "/a"],
  ["userinfo is not passed on", "http://u:p@origin.example:8080/a", "/a"],
  ["no scheme", "//origin.example:8080/a", "/a"],
  ["no scheme and no port", "//spare.example/a", "/a"],
  ["backslashes", String.raw`\\spare.example\a`, "/a"],
  ["a slash and a backslash", String.raw`/\spare.example/a`, "/a"],
  ["a backslash and a slash", String.raw`\/spare.example/a`, "/a"],
  ["many slashes", "///spare.example/a", "/a"],
  [
    "one slash after the scheme, and a backslash",
    String.raw`http:/\spare.example/a`,
    "/a",
  ],
  ["one slash after another scheme", "http:/spare.example/a", "/a"],
  ["no slash after another scheme", "http:spare.example/a", "/a"],
  ["spaces around", "  http://spare.example/a ", "/a"],
  ["a tab inside", "https://spare\t.example/a", "/a"],
  ["percent-encoding in the host", "https://%73pare.example/a", "/a"],
  ["full-width letters in the host", "https://ｓpare.example/a", "/a"],
  ["IPv4", "http://192.0.2.7/a", "/a"],
  ["IPv4 as one number", "http://3221225991/a", "/a"],
  ["IPv6", "http://[2001:DB8:0::1]:8080/a", "/a"],
  ["an encoded slash stays encoded", "http://spare.example/a%2Fb", "/a%2Fb"],
])(
  "RFC 9110 §10.2.2 leads to the visitor's host: %s",
  (_, reference, target) => {
    expect(mapReference(reference, pool)).toBe(visitorBase + target);
  },
);

test.each([
  ["http", "http://shop.example:8787", "http://shop.example:8787/a"],
  ["ws", "http://shop.example:8787", "ws://shop.example:8787/a"],
  ["wss", "https://shop.example", "wss://shop.example/a"],
])("a reference by %s leads to %s", (scheme, base, mapped) => {
  expect(
    mapReference(`${scheme}://spare.example/a`, { ...pool, visitorBase: base }),
  ).toBe(mapped);
});

const foreign = [
  ["another host", "http://other.example/a"],
  ["a host under the origin's", "http://a.origin.example/a"],
  ["a host that ends like the origin's", "http://myorigin.example/a"],
  ["a host that begins like it", "http://origin.example.evil.example/a"],
  ["the origin's host as userinfo", "http://origin.example@evil.example/a"],
  ["the origin's host in the path", "http://evil.example/origin.example/"],
  ["the origin's host in the query", "/login?next=http://origin.example:8080/"],
  ["a path", "/a"],
  ["a relative path", "a/b?c"],
  ["a path that looks like the origin's host", "origin.example/a"],
  ["the visitor's own scheme without a slash", "https:spare.example/a"],
  ["a query", "?a"],
  ["a fragment", "#a"],
  ["nothing", ""],
  ["a URL that does not parse", "http://origin.example:port/a"],
  ["a URL without a host", "mailto:a@origin.example"],
  ["another scheme than the web's", "ftp://origin.example/a"],
] as const;

test.each(foreign)("RFC 9110 §10.2.2 stays as it is: %s", (_, reference) => {
  expect(mapReference(reference, pool)).toBe(reference);
});

const self = "http://shop.example/a?b";
test.each([
  ["to the same URL by https", "https://o.example/a?b", self, "https"],
  ["with a fragment", "https://o.example/a?b#c", `${self}#c`, "https"],
  ["in another spelling", " HTTPS://o.example:443/a?b", self, "https"],
  ["to the same URL by http", "http://o.example/a?b", self, "http"],
  ["to another path", "https://o.example/c", "http://shop.example/c", "http"],
  [
    "beside port 80",
    "https://o.example/a",
    "http://shop.example:8787/a",
    "http",
  ],
])(
  "RFC 9110 §15.4 a redirect %s is not turned back",
  (_, received, mapped, scheme) => {
    const location = mapRedirect(mapped, received, [
      "http://shop.example:8787/a",
      self,
    ]);
    expect(location).toBe(mapped.replace(/^https?:/, `${scheme}:`));
  },
);

describe("fields", () => {
  const o = "http://origin.example:8080";
  const v = visitorBase;
  const rows: [string, string, string, string][] = [
    ["RFC 9110 §10.2.2", "Location", `${o}/a`, `${v}/a`],
    ["RFC 9110 §8.7", "Content-Location", `${o}/a`, `${v}/a`],
    ["ECMA-426 §11.1.2.1", "SourceMap", `${o}/a.map`, `${v}/a.map`],
    ["its older name", "X-SourceMap", `//origin.example/a`, `${v}/a`],
    ["Pingback §2.1", "X-Pingback", `${o}/x.php`, `${v}/x.php`],

    ["HTML, Refresh", "Refresh", `5; url=${o}/r`, `5; url=${v}/r`],
    ["no space", "Refresh", `5;url=${o}/r`, `5;url=${v}/r`],
    ["a comma", "Refresh", `5, URL = ${o}/r`, `5, URL = ${v}/r`],
    ["quotes", "Refresh", `0;url="${o}/r"`, `0;url="${v}/r"`],
    [
      "apostrophes, more after",
      "Refresh",
      `0;url='${o}/r'x`,
      `0;url='${v}/r'x`,
    ],
    ["a quote not closed", "Refresh", `0;url="${o}/r`, `0;url="${v}/r`],
    ["no url=", "Refresh", `0; ${o}/r`, `0; ${v}/r`],
    ["only a space", "Refresh", `0 ${o}/r`, `0 ${v}/r`],
    ["a fraction", "Refresh", ` .5 ; url=${o}/r`, ` .5 ; url=${v}/r`],
    ["no seconds", "Refresh", `url=${o}/r`, `url=${v}/r`],
    ["a relative one", "Refresh", "5; url=/r", "5; url=/r"],
    ["no URL", "Refresh", "5", "5"],
    ["another host", "Refresh", "5; url=http://x/", "5; url=http://x/"],

    ["RFC 8288 §3", "Link", `<${o}/s>; rel=preload`, `<${v}/s>; rel=preload`],
    [
      "RFC 8288 §3 several members",
      "Link",
      `<${o}/1>; rel=a, </2>;rel=b,<http://x/3>, < //origin.example/4 >`,
      `<${v}/1>; rel=a, </2>;rel=b,<http://x/3>, <${v}/4>`,
    ],
    [
      "RFC 8288 §3 parameters stay",
      "Link",
      `</1>; title="<${o}/>, \\"<${o}/>"; rel="${o}/r", <${o}/2>`,
      `</1>; title="<${o}/>, \\"<${o}/>"; rel="${o}/r", <${v}/2>`,
    ],
    ["a target not closed", "Link", `<${o}/1`, `<${v}/1`],
    ["a quote not closed", "Link", '</1>; title="<', '</1>; title="<'],

    ["Fetch §3.3.3", "Access-Control-Allow-Origin", o, v],
    ["Fetch §3.3.3 all", "Access-Control-Allow-Origin", "*", "*"],
    ["Fetch §3.3.3 none", "Access-Control-Allow-Origin", "null", "null"],
    [
      "Fetch §3.3.3 another",
      "Access-Control-Allow-Origin",
      "http://x",
      "http://x",
    ],
    [
      "Resource Timing",
      "Timing-Allow-Origin",
      `http://x, ${o}`,
      `http://x, ${v}`,
    ],

    ["RFC 6265 §4.1.2.3", "Set-Cookie", "a=b; Domain=origin.example", "a=b"],
    [
      "whom a page trusts",
      "Content-Security-Policy",
      `img-src ${o}`,
      `img-src ${o}`,
    ],
    [
      "a realm is signed",
      "WWW-Authenticate",
      `Bearer realm="${o}"`,
      `Bearer realm="${o}"`,
    ],
    ["a field nobody knows", "X-Note", o, o],
  ];
  test.each(rows)("%s: %s %j", (_, name, value, mapped) => {
    expect(mapLine([name, value], pool)).toEqual([name, mapped]);
    expect(mapLine([name.toLowerCase(), value], pool)[1]).toBe(mapped);
  });

  test("that are not changed are the same objects", () => {
    for (const [, name, value, mapped] of rows) {
      const line: FieldLine = [name, value];
      expect(mapLine(line, pool) === line).toBe(value === mapped);
    }
  });

  test("cost no more than their length, however hostile", () => {
    const costMs = cpuMsOf(() => {
      for (const name of ["Link", "Refresh", "Access-Control-Allow-Origin"])
        for (const part of [
          "<",
          '"',
          '"\\',
          "\\",
          "<a>;",
          " ",
          "5;",
          "url=",
          "',",
        ])
          mapLine([name, part.repeat(50_000)], pool);
    });
    expect(costMs).toBeLessThan(2000);
  });
});

const host = fc.constantFrom(
  "origin.example",
  "ORIGIN.example.",
  "spare.example",
  "192.0.2.7",
  "[2001:db8::1]",
  "shop.example",
  "evil.example",
  "origin.example.evil.example",
  "x@evil.example",
  "origin.example@evil.example",
);
const reference = fc
  .tuple(
    fc.constantFrom(
      "",
      "http:",
      "https:",
      "HTTP:",
      "ws:",
      "ftp:",
      "javascript:",
    ),
    fc.constantFrom("", "/", "//", "///", "\\\\", "/\\", "\\/"),
    fc.oneof(host, fc.string({ maxLength: 5 })),
    fc.constantFrom("", ":80", ":443", ":8080", ":x"),
    fc.oneof(
      fc.constantFrom("", "/", "/a?b#c", "?q", "#f", "/<\"'>", "\\a"),
      fc.webPath(),
    ),
  )
  .map((parts) => parts.join(""));
const base = fc.constantFrom(
  "https://shop.example",
  "http://shop.example",
  "http://shop.example:8787",
);
const line = fc.tuple(
  fc.constantFrom(
    "location",
    "content-location",
    "refresh",
    "link",
    "access-control-allow-origin",
    "timing-allow-origin",
  ),
  fc.oneof(
    reference,
    fc
      .array(
        fc.oneof(
          reference,
          fc.constantFrom("<", ">", '"', "'", ", ", "; ", "5", "url=", "\\"),
        ),
        { maxLength: 8 },
      )
      .map((parts) => parts.join("")),
  ),
);

const resolve = (text: string, at: string) => URL.parse(text, `${at}/x/y`);
const isOrigins = (url: URL | null) =>
  url !== null &&
  /^(?:http|ws)s?:$/.test(url.protocol) &&
  pool.origins.some(
    (origin) => URL.parse(origin)?.hostname === url.hostname.replace(/\.$/, ""),
  );

describe("whatever the reference", () => {
  test("it leads where it led, unless that was an origin", () => {
    fc.assert(
      fc.property(reference, base, (text, at) => {
        const mapped = mapReference(text, { ...pool, visitorBase: at });
        const before = resolve(text, at);
        const after = resolve(mapped, at);
        expect(
          isOrigins(before)
            ? [after?.host, after?.pathname, after?.search]
            : mapped,
        ).toEqual(
          isOrigins(before)
            ? [URL.parse(at)?.host, before?.pathname, before?.search]
            : text,
        );
      }),
      { numRuns: 5000 },
    );
  });

  test("to map a field twice is to map it once, and nothing is invented where no origin is named", () => {
    fc.assert(
      fc.property(line, base, (one, at) => {
        const mapping = { ...pool, visitorBase: at };
        const once = mapLine(one, mapping);
        expect(mapLine(once, mapping)).toEqual(once);
        expect(
          mapLine(one, { ...mapping, origins: ["http://none.test"] }),
        ).toBe(one);
      }),
      { numRuns: 5000 },
    );
  });
});
