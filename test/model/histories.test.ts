import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { complaintsInMemory, complaintsOnWorkerd } from "./complaints.ts";
import { histories } from "./histories.ts";
import type { History } from "./history.ts";
import { inRealTime, isForWorkerd } from "./real-time.ts";
import { startWorkerdEdge, type WorkerdEdge } from "./workerd.ts";

describe("in memory", () => {
  test.each(histories)("%s", async (_, history) => {
    expect(await complaintsInMemory(history)).toEqual([]);
  });
});

describe("on workerd", () => {
  const playable = histories.filter(([, history]) => isForWorkerd(history));
  const found = new Map<History, string[]>();
  let edge: WorkerdEdge;

  // Most of their time is waiting, so many are played at once.
  beforeAll(async () => {
    edge = await startWorkerdEdge(inject("bundle"));
    const left = [...playable];
    const playNext = async (): Promise<void> => {
      const [, history] = left.pop() ?? [];
      if (history === undefined) return;
      const real = inRealTime(history);
      found.set(history, await complaintsOnWorkerd(real, edge));
      return playNext();
    };
    await Promise.all(Array.from({ length: 20 }, playNext));
  });
  afterAll(() => edge.close());

  test.each(playable)("%s", (_, history) => {
    expect(found.get(history)).toEqual([]);
  });
});
