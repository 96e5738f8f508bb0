import { expect, test } from "vitest";
import { histories } from "./histories.ts";
import { complaints } from "./memory-complaints.ts";

test.each(histories)("%s", async (_, history) => {
  expect(await complaints(history)).toEqual([]);
});
