import { expect, test } from "vitest";
import { fieldsOf, NamedFields } from "../../src/http/fields.ts";

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

test("named fields are found in any case, absent ones are null, and all come in their order", () => {
  const lines = [
    ["host", "shop.example"],
    ["accept", ""],
  ] as const;
  const fields = new NamedFields(lines);
  expect(fields.get("Host")).toBe("shop.example");
  expect(fields.get("accept")).toBe("");
  expect(fields.get("via")).toBeNull();
  expect([...fields]).toEqual(lines);
});
