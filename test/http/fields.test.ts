import { expect, test } from "vitest";
import { fieldsOf } from "../../src/http/fields.ts";

test("RFC 9110 §5.3 lines of one name are joined in their order, whatever their case", () => {
  const fields = fieldsOf([
    ["Via", "1.0 fred"],
    ["Accept", "*/*"],
    ["vIA", "1.1 barney"],
  ]);
  expect(fields.get("VIA")).toBe("1.0 fred, 1.1 barney");
});

test("an absent field is not an empty one", () => {
  expect(fieldsOf([["A", ""]]).get("a")).toBe("");
  expect(fieldsOf([["A", ""]]).get("b")).toBeUndefined();
});
