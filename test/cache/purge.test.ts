import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyedTarget } from "../../src/cache/key.ts";
import {
  addFact,
  evaluatePurges,
  maxPurgeFacts,
  type Purged,
  type PurgeFact,
} from "../../src/cache/purge.ts";

const plain = { ignoredQuery: [], sortQuery: false };
const nowMs = 1_000_000;
const host = "shop.example";

const page = {
  host,
  target: "/a?b=1",
  groups: ["news", "shop"],
  requestTimeMs: 500,
  bodyRequestTimeMs: 500,
};

function fact(what: Purged, changes: Partial<PurgeFact> = {}): PurgeFact {
  return { atMs: 500, what, how: "hard", ...changes };
}

const all: Purged = { kind: "all" };

test.each([
  ["everything", all, "hard"],
  ["its host", { kind: "host", host }, "hard"],
  ["another host", { kind: "host", host: "www.shop.example" }, "none"],
  ["its URL", { kind: "url", host, target: "/a?b=1" }, "hard"],
  ["its URL without the query", { kind: "url", host, target: "/a" }, "none"],
  [
    "its URL on another host",
    { kind: "url", host: "other.example", target: "/a?b=1" },
    "none",
  ],
  ["a beginning of its path", { kind: "prefix", host, target: "/a" }, "hard"],
  ["the root", { kind: "prefix", host, target: "/" }, "hard"],
  ["a longer path", { kind: "prefix", host, target: "/a/" }, "none"],
  [
    "a beginning of its path on another host",
    { kind: "prefix", host: "other.example", target: "/" },
    "none",
  ],
  ["a group it is in", { kind: "group", group: "shop", host: null }, "hard"],
  [
    "a group it is in, on its host",
    { kind: "group", group: "shop", host },
    "hard",
  ],
  [
    "RFC 9875 §2.1 a group of that name on another host",
    { kind: "group", group: "shop", host: "other.example" },
    "none",
  ],
  [
    "a group it is not in",
    { kind: "group", group: "Shop", host: null },
    "none",
  ],
] satisfies [string, Purged, string][])("a purge of %s", (_, what, kind) => {
  expect(evaluatePurges([fact(what)], page, plain, nowMs)).toEqual({ kind });
});

test.each([
  [
    "written as browsers show it, with what the site ignores",
    "/a?utm_source=mail&b=1",
  ],
  ["with its parameters in another order", "/a?b=1&a=2"],
])("a purge of a URL %s finds what is stored", (_, target) => {
  const settings = { ignoredQuery: ["utm_*", "a"], sortQuery: true };
  expect(
    evaluatePurges([fact({ kind: "url", host, target })], page, settings, nowMs)
      .kind,
  ).toBe("hard");
});

test.each([
  ["an exchange begun at the purge is no newer than it", 500, 500, "hard"],
  ["an exchange begun a millisecond later is", 499, 500, "none"],
  ["an answer of before the purge is purged", 501, 500, "hard"],
  ["a purge whose moment is now acts", nowMs, 500, "hard"],
  ["a purge whose moment is to come does not act yet", nowMs + 1, 500, "none"],
])("%s", (_, atMs, requestTimeMs, kind) => {
  const stored = { ...page, requestTimeMs, bodyRequestTimeMs: requestTimeMs };
  expect(evaluatePurges([fact(all, { atMs })], stored, plain, nowMs).kind).toBe(
    kind,
  );
});

test.each(["soft", "hard"] as const)(
  "a validation since then is an answer to a soft purge only: %s",
  (how) => {
    const validated = { ...page, requestTimeMs: 700 };
    const facts = [fact(all, { how, atMs: 600 })];
    expect(evaluatePurges(facts, validated, plain, nowMs).kind).toBe(
      how === "soft" ? "none" : "hard",
    );
  },
);

test.each([
  ["none", [], "none"],
  ["soft ones only", ["soft", "soft"], "soft"],
  ["a soft and an older hard one", ["soft", "hard"], "hard"],
] satisfies [string, PurgeFact["how"][], string][])(
  "of several purges, %s",
  (_, hows, kind) => {
    const facts = hows.map((how, index) =>
      fact(all, { how, atMs: 900 - index }),
    );
    expect(evaluatePurges(facts, page, plain, nowMs).kind).toBe(kind);
  },
);

describe("adding a fact", () => {
  const hour = 3600;
  const add = (facts: PurgeFact[], added: PurgeFact) =>
    addFact(facts, added, nowMs, hour);
  const url = (target: string): Purged => ({ kind: "url", host, target });

  test.each([
    ["a newer purge of everything replaces all", fact(all), fact(url("/a")), 1],
    [
      "an older purge of everything does not",
      fact(all, { atMs: 400 }),
      fact(url("/a")),
      2,
    ],
    [
      "a soft one does not replace a hard one",
      fact(all, { how: "soft" }),
      fact(url("/a")),
      2,
    ],
    [
      "a hard one replaces a soft one",
      fact(url("/a")),
      fact(url("/a"), { how: "soft" }),
      1,
    ],
    [
      "what a standing purge of everything repeats is not added",
      fact(url("/a")),
      fact(all),
      1,
    ],
    ["the same twice is once", fact(url("/a")), fact(url("/a")), 1],
    [
      "one that waits for its moment replaces nothing yet",
      fact(all, { atMs: nowMs + 1 }),
      fact(url("/a")),
      2,
    ],
    [
      "a host replaces its prefixes",
      fact({ kind: "host", host }),
      fact({ kind: "prefix", host, target: "/" }),
      1,
    ],
    [
      "a host does not replace a group of every host",
      fact({ kind: "host", host }),
      fact({ kind: "group", group: "g", host: null }),
      2,
    ],
    [
      "a prefix replaces a URL under it",
      fact({ kind: "prefix", host, target: "/a" }),
      fact(url("/a/b")),
      1,
    ],
    [
      "a prefix into the query does not: the site may ignore that parameter",
      fact({ kind: "prefix", host, target: "/a?utm" }),
      fact(url("/a?utm=1")),
      2,
    ],
    [
      "a group everywhere replaces it on one host",
      fact({ kind: "group", group: "g", host: null }),
      fact({ kind: "group", group: "g", host }),
      1,
    ],
  ])("%s", (_, added, before, count) => {
    expect(add([before], added)).toHaveLength(count);
  });

  test.each([
    ["as old as the oldest stored response is kept", nowMs - hour * 1000, 2],
    ["a millisecond older is pruned", nowMs - hour * 1000 - 1, 1],
  ])("a fact %s", (_, atMs, count) => {
    expect(add([fact(url("/a"), { atMs })], fact(url("/b")))).toHaveLength(
      count,
    );
  });

  test("the newest stands first", () => {
    const facts = add(
      [fact(url("/a"), { atMs: 300 }), fact(url("/b"), { atMs: 700 })],
      fact(url("/c")),
    );
    expect(facts?.map(({ atMs }) => atMs)).toEqual([700, 500, 300]);
  });

  const many = (count: number, from: number) =>
    Array.from({ length: count }, (_, index) =>
      fact(url(`/${index}`), { atMs: from - index }),
    );

  test("one more than there is room for makes the two oldest a purge of everything", () => {
    const facts = add(
      many(maxPurgeFacts, 900),
      fact(url("/new"), { atMs: 901 }),
    );
    expect(facts).toHaveLength(maxPurgeFacts);
    expect(facts?.at(-1)).toEqual(fact(all, { atMs: 900 - maxPurgeFacts + 2 }));
  });

  test("there is no room when all that stand there wait for their moment", () => {
    expect(
      add(many(maxPurgeFacts, nowMs + 1000), fact(url("/new"))),
    ).toBeNull();
  });

  test("whatever is added, no response that was purged becomes usable, at any later moment", () => {
    const hosts = fc.constantFrom(host, "other.example");
    const target = fc.oneof(
      fc.constantFrom("/", "/a", "/a/b", "/a?b=1", "/a?utm_x=1&b=1"),
      fc.nat(500).map((number) => `/${number}`),
    );
    const place = fc.record({ host: hosts, target });
    const group = fc.constantFrom("g", "h");
    const wide: fc.Arbitrary<Purged> = fc.oneof(
      fc.constant(all),
      fc.record({ kind: fc.constant("host" as const), host: hosts }),
      fc.record({
        kind: fc.constant("group" as const),
        group,
        host: fc.option(hosts),
      }),
      place.map((at) => ({ kind: "prefix" as const, ...at })),
    );
    const narrow: fc.Arbitrary<Purged> = place.map((at) => ({
      kind: "url",
      ...at,
    }));
    const moment = fc.integer({ min: nowMs - hour * 2000, max: nowMs + 5000 });
    const factOf = (what: fc.Arbitrary<Purged>): fc.Arbitrary<PurgeFact> =>
      fc.record({ atMs: moment, what, how: fc.constantFrom("hard", "soft") });
    const list = (what: fc.Arbitrary<Purged>) =>
      fc.array(factOf(what), {
        minLength: 1,
        maxLength: 2 * maxPurgeFacts,
        size: "max",
      });
    const added = fc.oneof(list(narrow), list(fc.oneof(wide, narrow)));
    const settings = fc.constantFrom(plain, {
      ignoredQuery: ["utm_*"],
      sortQuery: true,
    });
    const strength = { none: 0, soft: 1, hard: 2 };
    fc.assert(
      fc.property(
        added,
        fc.nat(),
        moment,
        settings,
        fc.nat(10_000),
        fc.nat(10_000),
        (asked, index, requestTimeMs, site, laterMs, validatedMs) => {
          fc.pre(requestTimeMs - validatedMs + hour * 1000 >= nowMs + laterMs);
          const concerned = asked[index % asked.length]?.what ?? all;
          const stored = {
            host: ("host" in concerned ? concerned.host : null) ?? host,
            target: keyedTarget(
              "target" in concerned ? concerned.target : "/",
              site,
            ),
            groups: "group" in concerned ? [concerned.group] : [],
            requestTimeMs,
            bodyRequestTimeMs: requestTimeMs - validatedMs,
          };
          const kept = asked.reduce<PurgeFact[]>(
            (facts, one) => addFact(facts, one, nowMs, hour) ?? facts,
            [],
          );
          const judged = (facts: PurgeFact[]) =>
            strength[evaluatePurges(facts, stored, site, nowMs + laterMs).kind];
          expect(judged(kept)).toBeGreaterThanOrEqual(judged(asked));
          expect(kept.length).toBeLessThanOrEqual(maxPurgeFacts);
        },
      ),
      { numRuns: 500 },
    );
  });
});
