import { expect, test } from "vitest";
import { replaceMember } from "../../../src/sim/scenario/replace-member.ts";

const whole = { pops: 10, customers: [{ id: "a" }, { id: "b" }] };

test.each([
  ["a member", ["pops"], { pops: 7, customers: whole.customers }],
  [
    "a member in a list",
    ["customers", "1", "share"],
    { pops: 10, customers: [{ id: "a" }, { id: "b", share: 7 }] },
  ],
  [
    "a member of a map that is not there",
    ["list", "cacheTtl"],
    { ...whole, list: { cacheTtl: 7 } },
  ],
  [
    "a member of what is no map",
    ["pops", "0"],
    { pops: { 0: 7 }, customers: whole.customers },
  ],
])("%s is replaced in a copy", (_, path, expected) => {
  const before = structuredClone(whole);
  expect(replaceMember(whole, path, 7)).toEqual(expected);
  expect(whole).toEqual(before);
});
