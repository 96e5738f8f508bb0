import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  algorithmNames,
  algorithms,
  type Algorithm,
} from "../../../src/sim/cache/algorithms.ts";
import type { Eviction, Key } from "../../../src/sim/cache/eviction.ts";
import { references } from "./reference.ts";

function request(cache: Eviction, key: Key, size = 1): boolean {
  const hit = cache.get(key);
  if (!hit) cache.insert(key, size);
  return hit;
}

/** Each request with what it met: "+" a hit, "-" a miss; then what it cost others. */
function play(algorithm: Algorithm, capacity: number, trace: string): string {
  const gone: Key[] = [];
  const cache = algorithms[algorithm](capacity, (key) => gone.push(key));
  return trace
    .split(" ")
    .map((asked) => {
      const [key = "", size = "1"] = asked.split(":");
      const sign = request(cache, key, Number(size)) ? "+" : "-";
      return `${key}${sign}${gone.splice(0).join("")}`;
    })
    .join(" ");
}

/** 1 to 20 fill a cache of 20: 1 and 2 its small queue, the rest the main one. */
const filling = Array.from({ length: 20 }, (_, index) => `${index + 1}`).join(
  " ",
);

describe("hand-worked traces", () => {
  test.each<[string, Algorithm, number, string, string]>([
    [
      "LRU gives up what was not asked for longest",
      "lru",
      3,
      "a b c a d b c a",
      "a- b- c- a+ d-b b-c c-a a-d",
    ],
    [
      "FIFO gives up what came first, asked for or not",
      "fifo",
      3,
      "a b c a d a b c",
      "a- b- c- a+ d-a a-b b-c c-d",
    ],
    [
      "NSDI 2024 Algorithm 1: the hand passes over what was asked for once, and stays where it evicted",
      "sieve",
      3,
      "a b c a d b d c a e b",
      "a- b- c- a+ d-b b-c d+ c-b a+ e-d b-c",
    ],
    [
      "NSDI 2024: all asked for, the hand comes round and takes the oldest",
      "sieve",
      2,
      "a b a b c b a",
      "a- b- a+ b+ c-a b+ a-c",
    ],
    [
      "LFU gives up what was asked for least, and of several such what has waited longest",
      "lfu",
      3,
      "a b c d a a c e",
      "a- b- c- d-a a-b a+ c+ e-d",
    ],
    [
      "LFU counts anew what comes back",
      "lfu",
      2,
      "a b a b b c a c c a",
      "a- b- a+ b+ b+ c-a a-c c-a c+ a-c",
    ],
    [
      "HPL-98-69R1: a large object goes before small ones that came earlier, unless it is asked for often",
      "gdsf",
      10,
      "a:2 b:8 c:2 b:8 b:8 b:8 b:8 a:2 c:2",
      "a- b- c-b b-a b+ b+ b+ a-c c-b",
    ],
    [
      "HPL-98-69R1: the clock goes on with what is evicted, so that what was once popular goes too",
      "gdsf",
      2,
      "a a b c b c d",
      "a- a+ b- c-b b-a c+ d-b",
    ],
    [
      "FAST 2003 Figure 4, case IV: what was asked for once goes before what was asked for again",
      "arc",
      3,
      "a b a c d e a",
      "a- b- a+ c- d-b e-c a+",
    ],
    [
      "FAST 2003 Figure 4, case II: a ghost that comes back lengthens the queue that it left, so what was asked for again goes sooner",
      "arc",
      3,
      "a b a c d b e f c",
      "a- b- a+ c- d-b b-c e-a f-d c-e",
    ],
    [
      "FAST 2003 Figure 4, case IV A: without ghosts what was asked for once longest ago goes for good",
      "arc",
      2,
      "a b c a b",
      "a- b- c-a a-b b-c",
    ],
    [
      "LRU evicts until a larger object fits",
      "lru",
      10,
      "a:4 b:3 c:3 a:4 d:6 a:4",
      "a- b- c- a+ d-bc a+",
    ],
    [
      "an object larger than the cache costs nobody anything",
      "fifo",
      10,
      "a:4 b:11 b:11 a:4",
      "a- b- b- a+",
    ],
    [
      "an object exactly as large as the cache is held alone",
      "sieve",
      10,
      "a:4 b:6 c:10 c:10 a:4",
      "a- b- c-ab c+ a-c",
    ],
  ])("%s", (_, algorithm, capacity, trace, played) => {
    expect(play(algorithm, capacity, trace)).toBe(played);
  });

  // Worked out from SOSP 2023, Algorithm 1, and libCacheSim's S3FIFO.c; capacity 20: small 2, main 18, ghost 18.
  test.each([
    [
      "two uses take an object from the small queue to the main one; the next goes",
      "1 1 21 1 2",
      "1+ 1+ 21-2 1+ 2-3",
    ],
    ["one use does not: it leaves, as a ghost", "1 21 1", "1+ 21-1 1-2"],
    [
      "a ghost comes back into the main queue, and pushes there once that is over its share",
      "21 1 22 23 24 1",
      "21-1 1-2 22-3 23-21 24-22 1+",
    ],
    [
      "what the main queue gives up is no ghost: it begins again in the small queue",
      "21 1 22 3 23 24",
      "21-1 1-2 22-3 3-21 23-22 24-3",
    ],
    [
      "a use in the main queue is worth another round",
      "3 21 1 22 23 3",
      "3+ 21-1 1-2 22-4 23-21 3+",
    ],
  ])("S3-FIFO: %s", (_, trace, played) => {
    const all = play("s3-fifo", 20, `${filling} ${trace}`).split(" ");
    expect(all.slice(20).join(" ")).toBe(played);
  });

  test.each([
    ["larger than the small queue is not held", 100, 11, false],
    ["as large as the small queue is not held either", 100, 10, false],
    ["a little smaller is", 100, 9, true],
    [
      "nothing is held by a cache of 19 objects, whose small queue has room for 1",
      19,
      1,
      false,
    ],
    ["a cache of 20 holds", 20, 1, true],
  ])("libCacheSim's S3FIFO.c: an object %s", (_, capacity, size, held) => {
    const cache = algorithms["s3-fifo"](capacity);
    expect(cache.insert("a", size)).toBe(held);
    expect(cache.get("a")).toBe(held);
    expect(cache.used).toBe(held ? size : 0);
  });
});

const trace = fc.array(
  fc.tuple(fc.nat({ max: 30 }), fc.integer({ min: 1, max: 12 })),
  { maxLength: 400 },
);

describe.each(algorithmNames)("%s", (name) => {
  test("meets every request as the plain model of its definition does, by bytes", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 150 }),
        trace,
        (capacity, requests) => {
          const cache = algorithms[name](capacity);
          const reference = references[name](capacity);
          for (const [key, size] of requests)
            expect(request(cache, key, size)).toBe(
              reference.request(key, size),
            );
        },
      ),
    );
  });

  test("meets every request as the plain model of its definition does, by objects", () => {
    const popular = fc.array(
      fc.nat({ max: 80 }).map((key) => Math.floor((key * key) / 80)),
      { minLength: 200, maxLength: 1_000 },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        popular,
        (capacity, keys) => {
          const cache = algorithms[name](capacity);
          const reference = references[name](capacity);
          for (const key of keys)
            expect(request(cache, key)).toBe(reference.request(key, 1));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("holds what it says it holds, never above its capacity, whatever is asked, stored and deleted", () => {
    const steps = fc.array(
      fc.record({
        verb: fc.constantFrom(
          "get" as const,
          "insert" as const,
          "delete" as const,
        ),
        key: fc.nat({ max: 20 }),
        size: fc.integer({ min: 1, max: 9 }),
      }),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), steps, (capacity, all) => {
        const held = new Map<Key, number>();
        const cache = algorithms[name](capacity, (key) => {
          expect(held.delete(key)).toBe(true);
        });
        for (const { verb, key, size } of all) {
          const had = held.has(key);
          if (verb !== "get") held.delete(key);
          const done = {
            get: () => cache.get(key) === had,
            delete: () => cache.delete(key) === had,
            insert: () => {
              if (cache.insert(key, size)) held.set(key, size);
              return true;
            },
          }[verb]();
          expect(done).toBe(true);
          const used = [...held.values()].reduce((sum, each) => sum + each, 0);
          expect([cache.count, cache.used]).toEqual([held.size, used]);
          expect(used).toBeLessThanOrEqual(capacity);
        }
      }),
    );
  });

  test("keeps the size an object was stored with, until it is stored again", () => {
    const cache = algorithms[name](100);
    cache.insert("a", 5);
    expect(cache.get("a")).toBe(true);
    expect(cache.used).toBe(5);
    cache.insert("a", 8);
    expect([cache.used, cache.count]).toEqual([8, 1]);
  });
});
