import { expect, test } from "vitest";
import { complaintsInMemory } from "./complaints.ts";
import { histories } from "./histories.ts";

test.each(histories)("%s", async (_, history) => {
  expect(await complaintsInMemory(history)).toEqual([]);
});
