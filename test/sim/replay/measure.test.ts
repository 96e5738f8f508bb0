import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../src/sim/random-stream.ts";
import { parseCsvLine } from "../../../src/sim/replay/csv.ts";
import { lineBatches } from "../../../src/sim/replay/lines.ts";
import {
  byteHitRatio,
  hitRatio,
  measure,
  Measurement,
} from "../../../src/sim/replay/measure.ts";
import { readEntries } from "../../../src/sim/replay/trace.ts";
import { zipf } from "../../../src/sim/weights.ts";

const entries = (trace: string) =>
  trace.split(" ").map((asked) => {
    const [key = "", size = "1"] = asked.split(":");
    return { atMs: 0, key, size: Number(size) };
  });

test("requests and bytes are counted as the requests say, sizes kept as first stored", () => {
  const measurement = new Measurement(["lru"], [10], "bytes");
  measurement.add(entries("a:4 b:4 a:8 c:2 a:4 d:11 d:11"));
  const { caches, ...totals } = measurement.figures;
  expect(totals).toEqual({
    requests: 7,
    bytes: 44,
    emptyRequests: 0,
    warmUpRequests: 0,
  });
  expect(caches).toEqual([
    { algorithm: "lru", capacity: 10, hits: 2, hitBytes: 12 },
  ]);
});

test("in objects every size is one, bytes are counted all the same", () => {
  const measurement = new Measurement(["fifo"], [2], "objects");
  measurement.add(entries("a:100 b:7 a:100 c:1 b:7 a:100"));
  expect(measurement.figures.caches[0]).toMatchObject({
    hits: 2,
    hitBytes: 107,
  });
});

test("requests for nothing are left out, and said to be", () => {
  const measurement = new Measurement(["lru"], [10], "bytes");
  measurement.add(entries("a:1 b:0 b:0 a:1"));
  expect(measurement.figures).toMatchObject({
    requests: 2,
    emptyRequests: 2,
    caches: [{ hits: 1 }],
  });
});

test("what warms the caches up fills them and counts nowhere else, however the trace comes in batches", () => {
  const trace = entries("a:4 b:0 b:4 a:4 a:4 c:2 b:4");
  for (const size of [1, 2, 3, 7]) {
    const measurement = new Measurement(["lru"], [10], "bytes", 3);
    for (let at = 0; at < trace.length; at += size)
      measurement.add(trace.slice(at, at + size));
    expect(measurement.figures).toEqual({
      requests: 3,
      bytes: 10,
      emptyRequests: 1,
      warmUpRequests: 3,
      caches: [{ algorithm: "lru", capacity: 10, hits: 2, hitBytes: 8 }],
    });
  }
});

test("a trace without requests has no hits, rather than no number", () => {
  const measurement = new Measurement(["lru"], [10], "bytes");
  const { figures } = measurement;
  const [cache] = figures.caches;
  expect(
    cache && [hitRatio(figures, cache), byteHitRatio(figures, cache)],
  ).toEqual([0, 0]);
});

// FAST 2003, NSDI 2024 and SOSP 2023 find this order on Zipf-like traces, theirs and synthetic ones.
test("on a Zipf trace ARC, LFU, GDSF, SIEVE and S3-FIFO beat LRU, and LRU beats FIFO; larger caches do better", () => {
  const algorithmsCompared = [
    "fifo",
    "lru",
    "s3-fifo",
    "sieve",
    "arc",
    "lfu",
    "gdsf",
  ] as const;
  const random = new RandomStream("zipf");
  const popularity = zipf(10_000, 1);
  const measurement = new Measurement(
    algorithmsCompared,
    [100, 1_000],
    "objects",
  );
  measurement.add(
    Array.from({ length: 200_000 }, () => ({
      atMs: 0,
      key: random.index(popularity),
      size: 1,
    })),
  );
  const { figures } = measurement;
  const ratios = (capacity: number) =>
    algorithmsCompared.map((algorithm) => {
      const cache = figures.caches.find(
        (each) => each.algorithm === algorithm && each.capacity === capacity,
      );
      return cache ? hitRatio(figures, cache) : 0;
    });
  for (const capacity of [100, 1_000]) {
    const [fifo = 1, lru = 1, ...others] = ratios(capacity);
    expect(fifo).toBeLessThan(lru);
    expect(others).toHaveLength(5);
    expect(Math.min(...others)).toBeGreaterThan(lru);
  }
  expect(Math.max(...ratios(100))).toBeLessThan(Math.min(...ratios(1_000)));
});

describe("a whole file", () => {
  async function* bytes(text: string) {
    yield new TextEncoder().encode(text);
  }
  const read = (text: string) =>
    readEntries(lineBatches(bytes(text)), parseCsvLine);

  test("is measured, and its progress told", async () => {
    let told = 0;
    const measured = await measure(
      read("time,key,size\n1,a,5\n2,a,5\n3,b,5\n"),
      new Measurement(["sieve"], [10], "bytes"),
      (requests) => {
        told += requests;
      },
    );
    expect(told).toBe(3);
    expect(measured).toEqual({
      ok: true,
      value: {
        requests: 3,
        bytes: 15,
        emptyRequests: 0,
        warmUpRequests: 0,
        caches: [{ algorithm: "sieve", capacity: 10, hits: 1, hitBytes: 5 }],
      },
    });
  });

  test("or its problem named", async () => {
    const measured = await measure(
      read("1,a,5\n2,a\n"),
      new Measurement(["sieve"], [10], "bytes"),
    );
    expect(measured.ok ? "measured" : measured.problem).toMatch(
      /^line 2: size/,
    );
  });
});
