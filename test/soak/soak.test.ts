import { expect, inject, test } from "vitest";
import { soak } from "./soak.ts";
import { kinds } from "./visits.ts";

test("a short soak finds no answer that should not have been", async () => {
  const found = await soak({
    seconds: 15,
    visitors: 24,
    seed: 7,
    kinds: Object.keys(kinds),
    settleSeconds: 1,
    bundle: inject("bundle"),
    signal: new AbortController().signal,
    onFigures: () => undefined,
  });
  expect(found.wrong).toEqual([]);
  expect(Object.keys(found.kinds)).toEqual(
    expect.arrayContaining([...Object.keys(kinds), "stray"]),
  );
  expect(found.requests).toBeGreaterThan(200);
  expect(found.drops).toBeGreaterThan(0);
  // What visitors have left is let go of.
  const [before, after] = [found.figures[0], found.figures.at(-1)];
  expect((after?.heapMib ?? 0) - (before?.heapMib ?? 0)).toBeLessThan(64);
});
