import { expect, test } from "vitest";
import { suggestion } from "../../src/parse/suggest.ts";

test.each([
  ["forun", "; did you mean forum?"],
  ["shp", "; did you mean shop?"],
  ["shop.exampel", "; did you mean shop.example?"],
  ["museum", ""],
])("%s%s", (word, expected) => {
  expect(suggestion(word, ["forum", "shop", "shop.example"])).toBe(expected);
});

test("nothing is suggested where nothing is known", () => {
  expect(suggestion("forum", [])).toBe("");
});
