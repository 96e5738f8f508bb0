import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  maxPurgeFacts,
  type Purged,
  type PurgeFact,
} from "../../src/cache/purge.ts";
import { parsePurge, purgeText } from "../../src/customer/purge.ts";

const key = "purge:shop";
const at = "2019-08-05T07:00:00Z";
const through = Date.UTC(2019, 7, 5, 7) + 999;
const everything = { atMs: through, what: { kind: "all" }, how: "hard" };

function read(value: unknown) {
  return parsePurge(key, JSON.stringify(value));
}

test.each([
  ["an instant", at],
  ["an instant in quotes", `"${at}"`],
  ["an instant with white space around it", `\n ${at}\n`],
  ["one fact", `{"at":"${at}","what":"all"}`],
  ["a list of one", `[{"at":"${at}","what":"all","how":"hard"}]`],
])("%s purges everything up to the end of that second", (_, text) => {
  expect(parsePurge(key, text)).toEqual({ ok: true, value: [everything] });
});

test("an empty list purges nothing", () => {
  expect(read([])).toEqual({ ok: true, value: [] });
});

test.each([
  [
    "with a fraction, to the millisecond",
    "2019-08-05T07:00:00.250Z",
    through - 749,
  ],
  ["in another zone", "2019-08-05T09:00:00+02:00", through],
  ["in milliseconds", 1_564_988_400_250, 1_564_988_400_250],
])("a moment %s", (_, written, atMs) => {
  expect(read({ at: written, what: "all" })).toEqual({
    ok: true,
    value: [{ ...everything, atMs }],
  });
});

test.each([
  [
    "a host in its one spelling",
    { host: "Shop.Example." },
    { kind: "host", host: "shop.example" },
  ],
  [
    "a URL as the edge reads it",
    { url: "http://u@SHOP.example:8080/a/../b?c=%2f#d" },
    { kind: "url", host: "shop.example", target: "/b?c=%2f" },
  ],
  [
    "a URL that is only a host",
    { url: "https://shop.example" },
    { kind: "url", host: "shop.example", target: "/" },
  ],
  [
    "a URL with an empty query",
    { url: "https://shop.example/a?" },
    { kind: "url", host: "shop.example", target: "/a?" },
  ],
  [
    "a prefix",
    { prefix: "https://shop.example/img" },
    { kind: "prefix", host: "shop.example", target: "/img" },
  ],
  ["a group", { group: "news" }, { kind: "group", group: "news", host: null }],
  [
    "a group on a host",
    { group: "news", host: "shop.example" },
    { kind: "group", group: "news", host: "shop.example" },
  ],
])("what is purged may be %s", (_, what, purged) => {
  expect(read({ at, what, how: "soft" })).toEqual({
    ok: true,
    value: [{ atMs: through, what: purged, how: "soft" }],
  });
});

test.each([
  ["no moment", { what: "all" }, '"at" is missing; expected an instant'],
  [
    "a moment without a zone",
    { at: "2019-08-05T07:00:00", what: "all" },
    '"at" is "2019-08-05T07:00:00"; expected an instant with its time zone',
  ],
  [
    "a moment that is no whole number",
    { at: 1.5, what: "all" },
    '"at" is 1.5; expected a whole number',
  ],
  [
    "nothing purged",
    { at },
    '"what" is missing; expected all, or an object with "url", "prefix", "host" or "group"',
  ],
  [
    "an unknown word",
    { at, what: "everything" },
    '"what" is "everything"; expected all, or an object',
  ],
  [
    "a path without a host",
    { at, what: { url: "/a" } },
    '"what.url" is "/a"; expected an http or https URL',
  ],
  [
    "a URL of another scheme",
    { at, what: { url: "ftp://shop.example/" } },
    '"what.url" is "ftp://shop.example/"; expected an http or https URL',
  ],
  [
    "two things at once",
    {
      at,
      what: { url: "https://shop.example/", prefix: "https://shop.example/" },
    },
    '"what.url" is an unexpected member',
  ],
  [
    "an unknown way",
    { at, what: "all", how: "gently" },
    '"how" is "gently"; expected one of hard, soft',
  ],
  [
    "a misspelt member",
    { at, what: "all", hows: "soft" },
    '"hows" is an unexpected member; expected perhaps "how"',
  ],
  [
    "a mistake in a list",
    [
      { at, what: "all" },
      { at, what: "al" },
    ],
    '"1.what" is "al"; expected all',
  ],
  [
    "a list too long",
    Array.from({ length: maxPurgeFacts + 1 }, () => ({ at, what: "all" })),
    `expected an instant such as`,
  ],
  [
    "a number",
    5,
    "the value is 5; expected an instant such as 2019-08-05T07:00:00Z, a purge fact or a list of them",
  ],
  ["null", null, "the value is null; expected an instant such as"],
])("%s is a problem that says where", (_, value, problem) => {
  const parsed = read(value);
  expect(parsed.ok ? "" : parsed.problem).toContain(problem);
  expect(parsed.ok ? "" : parsed.problem).toContain(key);
});

test.each(["", "all", "now", "{", "[", "2019-99-99T00:00:00Z", '2019-"'])(
  "the text %j is a problem",
  (text) => {
    expect(parsePurge(key, text).ok).toBe(false);
  },
);

test("what is written is read back", () => {
  const host = fc.constantFrom("shop.example", "[2001:db8::1]", "192.0.2.1");
  const target = fc
    .webUrl({ withQueryParameters: true, size: "small" })
    .map((url) => {
      const { pathname, search } = new URL(url.replaceAll("^", ""));
      return pathname + search;
    });
  const group = fc
    .string({ minLength: 1, maxLength: 20 })
    .map((text) => `g${text}g`);
  const what: fc.Arbitrary<Purged> = fc.oneof(
    fc.constant({ kind: "all" as const }),
    fc.record({ kind: fc.constant("host" as const), host }),
    fc.record({
      kind: fc.constantFrom("url" as const, "prefix" as const),
      host,
      target,
    }),
    fc.record({
      kind: fc.constant("group" as const),
      group,
      host: fc.option(host),
    }),
  );
  const facts: fc.Arbitrary<PurgeFact[]> = fc.array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 4e12 }),
      what,
      how: fc.constantFrom("hard" as const, "soft" as const),
    }),
    { maxLength: maxPurgeFacts },
  );
  fc.assert(
    fc.property(facts, (record) => {
      expect(parsePurge(key, purgeText(record))).toEqual({
        ok: true,
        value: record,
      });
    }),
  );
});

test("a full record of the longest URLs can be read", () => {
  const longest = `https://shop.example/${"a".repeat(800 - 21)}`;
  const record = Array.from({ length: maxPurgeFacts }, () => ({
    at: "2019-08-05T07:00:00.000Z",
    what: { prefix: longest },
    how: "hard",
  }));
  expect(read(record).ok).toBe(true);
  expect(read({ at, what: { url: `${longest}a` } }).ok).toBe(false);
});

test("no text makes it throw", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(typeof parsePurge(key, text).ok).toBe("boolean");
    }),
  );
});
