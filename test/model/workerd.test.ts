import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { complaintsOnWorkerd } from "./complaints.ts";
import { histories } from "./histories.ts";
import type { History } from "./history.ts";
import { printed } from "./print.ts";
import { inRealTime, isForWorkerd } from "./real-time.ts";
import { historyWithin, realRange } from "./steps.ts";
import { startWorkerdEdge, type WorkerdEdge } from "./workerd.ts";

const known = histories.filter(([, history]) => isForWorkerd(history));
const random = fc
  .sample(historyWithin(realRange), { seed: 20_261_126, numRuns: 8 })
  .filter(isForWorkerd);
const found = new Map<History, string[]>();
let edge: WorkerdEdge;

// Most of their time is waiting, so many are played at once.
beforeAll(async () => {
  edge = await startWorkerdEdge(inject("bundle"));
  const left = [...random, ...known.map(([, history]) => history)];
  const playNext = async (): Promise<void> => {
    const history = left.pop();
    if (history === undefined) return;
    const real = inRealTime(history);
    found.set(history, await complaintsOnWorkerd(real, edge));
    return playNext();
  };
  await Promise.all(Array.from({ length: 20 }, playNext));
});
afterAll(() => edge.close());

describe("on workerd", () => {
  test.each(known)("%s", (_, history) => {
    expect(found.get(history)).toEqual([]);
  });

  test("no answer is one that no origin could have meant", () => {
    const complained = random.filter((history) => found.get(history)?.length);
    expect(
      complained.map((history) => [printed(history), found.get(history)]),
    ).toEqual([]);
  });
});
