import { expect, test } from "vitest";
import { table } from "../../src/node/table.ts";

const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, n) => [
    `c${n}`,
    n === 7 ? "a longer state" : "allowed",
    `host-${n}.example`,
  ]);

test("a long table is as aligned as a short one, with one head, and no row is lost", () => {
  const lines = table(["customer", "state", "sites"], rowsOf(1000)).split("\n");
  expect(lines).toHaveLength(1001);
  expect(lines[0]).toBe("customer  state           sites");
  for (const [n, line] of lines.slice(1).entries())
    expect(line).toBe(
      `${`c${n}`.padEnd(10)}${(n === 7 ? "a longer state" : "allowed").padEnd(16)}host-${n}.example`,
    );
});

test("twenty thousand rows are all there", () => {
  const lines = table(["customer", "state", "sites"], rowsOf(20_000));
  expect(lines.split("\n")).toHaveLength(20_001);
});
