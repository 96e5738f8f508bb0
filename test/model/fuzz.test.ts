import * as fc from "fast-check";
import { expect, inject, test } from "vitest";
import { complaintsInMemory, complaintsOnWorkerd } from "./complaints.ts";
import { printed } from "./print.ts";
import { isForWorkerd } from "./real-time.ts";
import { historyWithin, realRange, virtualRange } from "./steps.ts";
import { startWorkerdEdge } from "./workerd.ts";

const seed = 20_261_126;

test("no answer in memory is one that no origin could have meant", async () => {
  await fc.assert(
    fc.asyncProperty(historyWithin(virtualRange), async (history) => {
      const complaints = await complaintsInMemory(history);
      const told = complaints.length === 0 ? "" : printed(history);
      expect({ told, complaints }).toEqual({ told: "", complaints: [] });
    }),
    { seed, numRuns: 200, interruptAfterTimeLimit: 40_000 },
  );
});

test("no answer on workerd is one that no origin could have meant", async () => {
  const edge = await startWorkerdEdge(inject("bundle"));
  const histories = fc
    .sample(historyWithin(realRange), { seed, numRuns: 8 })
    .filter(isForWorkerd);
  const found = await Promise.all(
    histories.map(async (history) => ({
      history: printed(history),
      complaints: await complaintsOnWorkerd(history, edge),
    })),
  );
  await edge.close();
  expect(found.filter(({ complaints }) => complaints.length > 0)).toEqual([]);
});
