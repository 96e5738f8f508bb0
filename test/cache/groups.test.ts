import { expect, test } from "vitest";
import { groupNames } from "../../src/cache/groups.ts";

const name = (length: number) => "g".repeat(length);
const list = (count: number, length = 32) =>
  Array.from(
    { length: count },
    (_, index) => `"${String(index).padStart(length, "g")}"`,
  ).join(", ");

test.each([
  [
    "RFC 9875 §2 a List of Strings",
    '"scripts", "images"',
    ["scripts", "images"],
  ],
  ["RFC 9875 §2 parameters are ignored", '"a";x=1, "b";y', ["a", "b"]],
  [
    "RFC 9651 §3.3.3 an escaped quote is part of the name",
    String.raw`"a\"b"`,
    ['a"b'],
  ],
  ["RFC 9651 §1.1 a Token makes the field mean nothing", '"a", b', []],
  ["RFC 9651 §1.1 an inner list makes the field mean nothing", '("a" "b")', []],
  ["RFC 9651 §4.2 a trailing comma makes the field mean nothing", '"a",', []],
  [
    "RFC 9110 §5.3 several lines are one list",
    '"a", "b", "c"',
    ["a", "b", "c"],
  ],
  ["no field, no groups", null, []],
  ["an empty field, no groups", "", []],
  ["a name of 256 characters counts", `"${name(256)}"`, [name(256)]],
  ["a longer name is left out", `"${name(257)}", "b"`, ["b"]],
])("%s", (_, value, groups) => {
  expect(groupNames(value)).toEqual(groups);
});

test.each([
  ["RFC 9875 §2 32 groups of 32 characters", 32, 32],
  ["128 groups", 128, 128],
  ["128 of 129 groups", 129, 128],
])("%s count", (_, written, counted) => {
  expect(groupNames(list(written))).toHaveLength(counted);
});
