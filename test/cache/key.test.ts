import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyedTarget, resource, type Authority } from "../../src/cache/key.ts";
import type { CacheSettings } from "../../src/cache/settings.ts";
import { normalisedTarget } from "../../src/http/target.ts";

type Query = Pick<CacheSettings, "ignoredQuery" | "sortQuery">;

const plain: Query = { ignoredQuery: [], sortQuery: false };
const told: Authority = { scheme: "https", authority: "shop.example" };

/** The resource of a raw target, through the URL that would be sent. */
function of(
  target: string,
  settings = plain,
  about: Partial<Authority & { customer: string }> = {},
) {
  const sent = normalisedTarget("https://origin.example", target);
  if (!sent.ok) throw new Error(sent.problem);
  const { customer = "shop", ...changes } = about;
  return resource(customer, { ...told, ...changes }, sent.value, settings);
}

const tracking = { ignoredQuery: ["utm_*", "gclid"], sortQuery: false };
const anyQuery = { ignoredQuery: ["*"], sortQuery: false };
const sorted = { ignoredQuery: [], sortQuery: true };

test.each([
  ["a query keeps its bytes", "/a?b=%7E&&c=+;d", plain, "/a?b=%7E&&c=+;d"],
  ["an empty query is not the same as none", "/a?", plain, "/a?"],
  ["a fragment is not sent", "/a?b#c", plain, "/a?b"],
  [
    "ignored parameters are dropped wherever they stand",
    "/a?utm_source=x&b=1&gclid=2",
    tracking,
    "/a?b=1",
  ],
  [
    "an ignored parameter is dropped each time",
    "/a?gclid=1&b&gclid=2&gclid",
    tracking,
    "/a?b",
  ],
  [
    "with the last parameter goes the question mark",
    "/a?utm_id=1",
    tracking,
    "/a",
  ],
  [
    "a star stands for any ending, none included",
    "/a?utm_=1&utm=2",
    tracking,
    "/a?utm=2",
  ],
  [
    "a name that only begins like an ignored one is kept",
    "/a?gclidx=1",
    tracking,
    "/a?gclidx=1",
  ],
  ["case counts", "/a?GCLID=1", tracking, "/a?GCLID=1"],
  [
    "an encoded spelling of an ignored name is keyed and sent",
    "/a?gcl%69d=1",
    tracking,
    "/a?gcl%69d=1",
  ],
  [
    "what hides behind ; in an ignored parameter goes with it",
    "/a?utm_x=1;callback=evil",
    tracking,
    "/a",
  ],
  ["a star alone ignores every query", "/a?b=1", anyQuery, "/a"],
  [
    "parameters are sorted by name when the site asks",
    "/a?b=1&a=2&ab=3",
    sorted,
    "/a?a=2&ab=3&b=1",
  ],
  [
    "those of one name keep their order",
    "/a?b=2&a=9&b=1",
    sorted,
    "/a?a=9&b=2&b=1",
  ],
])("%s", (_, target, settings, sent) => {
  expect(of(target, settings).target).toBe(sent);
});

test.each([
  ["customer", { customer: "other" }],
  [
    "scheme, so that a redirect to https is no answer for https",
    { scheme: "http" as const },
  ],
  ["host", { authority: "other.example" }],
  [
    "port, so that links to a made-up port go to nobody else",
    { authority: "shop.example:1337" },
  ],
])("another %s is another key", (_, about) => {
  expect(of("/a", plain, about).key).not.toBe(of("/a").key);
});

const query = fc
  .array(
    fc.constantFrom("a=1", "a=2", "b", "utm_x=1", "", "%61=1", "c;utm_x=1"),
  )
  .map((parameters) => parameters.join("&"));
const settings = fc.record({
  ignoredQuery: fc.subarray(["utm_*", "a", "*"]),
  sortQuery: fc.boolean(),
});

function keyOf([customer, scheme, authority, target]: [
  string,
  Authority["scheme"],
  string,
  string,
]): string {
  return of(target, plain, { customer, scheme, authority }).key;
}

test("no two customers, schemes, hosts or targets share a key, whatever they are spelt like", () => {
  const parts = fc.tuple(
    fc.string({ unit: "binary" }),
    fc.constantFrom("http" as const, "https" as const),
    fc.string({ unit: "binary" }),
    fc.webPath().map((path) => `/${path}`),
  );
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const same =
        one.slice(0, 3).every((part, at) => part === other[at]) &&
        of(one[3]).target === of(other[3]).target;
      expect(keyOf(one) === keyOf(other)).toBe(same);
    }),
  );
});

test("requests with one key are sent one target, so nothing unkeyed reaches the origin", () => {
  fc.assert(
    fc.property(query, query, settings, (one, other, site) => {
      const [a, b] = [of(`/p?${one}`, site), of(`/p?${other}`, site)];
      expect(a.key === b.key).toBe(a.target === b.target);
    }),
  );
});

test("the target that is sent is the one its own request would have", () => {
  fc.assert(
    fc.property(query, settings, (asked, site) => {
      const { target } = of(`/p?${asked}`, site);
      expect(keyedTarget(target, site)).toBe(target);
    }),
  );
});

describe("cache deception", () => {
  // Nothing is stored for looking static: only the answer's own fields decide. What remains is that the path which is keyed be
  // the one the origin saw, so that a private page got by a trick is never found under another path, nor the reverse. In mode
  // force the storing rules still refuse Set-Cookie, private, no-store and answers to Authorization.
  test.each([
    ["a made-up static ending", "/account/x.css", "/account/x.css"],
    ["a path parameter", "/account;x.css", "/account;x.css"],
    ["an encoded slash", "/account%2Fx.css", "/account%2Fx.css"],
    ["an encoded slash in lower case", "/account%2fx.css", "/account%2fx.css"],
    ["a null byte", "/account%00.css", "/account%00.css"],
    ["an encoded line end", "/account%0a.css", "/account%0a.css"],
    ["an encoded question mark", "/account%3Fx.css", "/account%3Fx.css"],
    ["an encoded fragment", "/account%23x.css", "/account%23x.css"],
    ["a double encoding", "/account%252Fx.css", "/account%252Fx.css"],
    ["a doubled slash", "//account/x.css", "//account/x.css"],
    [
      "an encoded slash after dot segments",
      "/static/..%2faccount",
      "/static/..%2faccount",
    ],
    ["an encoded backslash", "/static/..%5caccount", "/static/..%5caccount"],
    ["a dot before the ending", "/account/.css", "/account/.css"],
    ["another case", "/Account", "/Account"],
    ["a trailing slash", "/account/", "/account/"],
    ["an encoded letter", "/%61ccount", "/%61ccount"],
  ])("%s is a resource of its own, sent as it is keyed", (_, path, sent) => {
    expect(of(path).target).toBe(sent);
    expect(of(path).key).not.toBe(of("/account").key);
    expect(of(path).key).not.toBe(of("/static/x.css").key);
  });

  test.each([
    ["dot segments", "/static/../account"],
    ["encoded dot segments", "/static/%2e%2e/account"],
    ["half-encoded dot segments", "/static/.%2E/account"],
    ["a backslash", "/static\\..\\account"],
  ])("%s are gone from the key and from what is sent alike", (_, path) => {
    expect(of(path)).toEqual(of("/account"));
  });
});
