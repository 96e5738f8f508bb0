import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { complaintsInMemory, complaintsOnWorkerd } from "./complaints.ts";
import { histories } from "./histories.ts";
import { inRealTime, isForWorkerd } from "./real-time.ts";
import { startWorkerdEdge, type WorkerdEdge } from "./workerd.ts";

describe("in memory", () => {
  test.each(histories)("%s", async (_, history) => {
    expect(await complaintsInMemory(history)).toEqual([]);
  });
});

// Most of their time is waiting.
describe.concurrent("on workerd", () => {
  let edge: WorkerdEdge;
  beforeAll(async () => {
    edge = await startWorkerdEdge(inject("bundle"));
  });
  afterAll(() => edge.close());

  const playable = histories.filter(([, history]) => isForWorkerd(history));
  test.each(playable)("%s", async (_, history) => {
    const found = await complaintsOnWorkerd(inRealTime(history), edge);
    expect(found).toEqual([]);
  });
});
