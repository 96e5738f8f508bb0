import { expect, test } from "vitest";
import { TokenBucket } from "../../src/edge/token-bucket.ts";

/** How many are taken when as many as there are are taken at each of these moments. */
function takenAt(...momentsMs: number[]): number[] {
  const bucket = new TokenBucket({ perSecond: 10, burst: 50 });
  return momentsMs.map((nowMs) => {
    let taken = 0;
    for (; taken < 1000 && bucket.has(nowMs); taken++) bucket.take();
    return taken;
  });
}

test.each([
  ["gives its burst at once", [0], [50]],
  ["fills at its rate", [0, 100, 1100], [50, 1, 10]],
  ["holds no more than its burst", [0, 3_600_000], [50, 50]],
  ["gives nothing for a clock set back", [3_600_000, 0], [50, 0]],
  ["goes on filling after that", [3_600_000, 0, 1000], [50, 0, 10]],
])("a bucket %s", (_, moments, taken) => {
  expect(takenAt(...moments)).toEqual(taken);
});
