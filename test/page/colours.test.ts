import { expect, test } from "vitest";
import { legibleOn } from "../../src/page/colours.ts";

test.each([
  ["black on white", "#ffffff", "#000000", true],
  ["yellow on white", "#ffffff", "#ff0", false],
  ["yellow on black", "#000", "#ff0", true],
  ["the lightest grey that passes", "#fff", "#767676", true],
  ["the next one", "#ffffff", "#777777", false],
  ["itself", "#123456", "#123456", false],
])("WCAG 2.2 §1.4.3 %s", (_, ground, colour, legible) => {
  expect(legibleOn(ground, colour, "otherwise")).toBe(
    legible ? colour : "otherwise",
  );
});
