import * as fc from "fast-check";
import { expect, test } from "vitest";
import { complaintsInMemory } from "./complaints.ts";
import { printed } from "./print.ts";
import { historyWithin, virtualRange } from "./steps.ts";

test("no answer in memory is one that no origin could have meant", async () => {
  await fc.assert(
    fc.asyncProperty(historyWithin(virtualRange), async (history) => {
      const complaints = await complaintsInMemory(history);
      const told = complaints.length === 0 ? "" : printed(history);
      expect({ told, complaints }).toEqual({ told: "", complaints: [] });
    }),
    { seed: 20_261_126, numRuns: 200, interruptAfterTimeLimit: 40_000 },
  );
});
