import { expect, test } from "vitest";
import { RandomStream } from "../../src/sim/random-stream.ts";
import { Isolates, type IsolateSettings } from "../../src/sim/isolates.ts";

function isolatesOf(settings: Partial<IsolateSettings> = {}) {
  let born = 0;
  return new Isolates(
    { perPop: 1, meanLifetimeMs: Infinity, idleMs: Infinity, ...settings },
    () => ({ number: (born += 1) }),
    new RandomStream(1),
  );
}

test("requests land in every isolate of a PoP, each with a memory of its own", () => {
  const isolates = isolatesOf({ perPop: 4 });
  const numbers = Array.from({ length: 100 }, () => isolates.next(0).number);
  expect(new Set(numbers)).toEqual(new Set([1, 2, 3, 4]));
  expect(isolates.started).toBe(4);
});

test("an isolate nobody asks for is taken down, one in use is not", () => {
  const isolates = isolatesOf({ idleMs: 1_000 });
  expect(
    [0, 999, 1_998, 2_998].map((nowMs) => isolates.next(nowMs).number),
  ).toEqual([1, 1, 1, 2]);
});

test("isolates live as long as told, on average", () => {
  const isolates = isolatesOf({ meanLifetimeMs: 1_000 });
  for (let nowMs = 0; nowMs < 1_000_000; nowMs += 1) isolates.next(nowMs);
  expect(isolates.started / 1_000).toBeCloseTo(1, 0.7);
});
