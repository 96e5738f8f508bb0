import { expect, test } from "vitest";
import { isCustomerId, siteKey, standingKey } from "../../src/customer/keys.ts";

test("a site is kept by host or wildcard, a standing by customer", () => {
  expect(siteKey("*.shop.example")).toBe("host:*.shop.example");
  expect(standingKey("shop")).toBe("customer:shop");
});

test.each([
  ["shop", true],
  ["a", true],
  ["0-9", true],
  ["a".repeat(63), true],
  ["a".repeat(64), false],
  ["", false],
  ["Shop", false],
  ["shop.example", false],
  ["shop\n", false],
  ["bücher", false],
])("%j is a customer id: %s", (id, is) => {
  expect(isCustomerId(id)).toBe(is);
});
