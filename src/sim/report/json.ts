import type { Result } from "../result.ts";

/** The result in pieces to be written one after the other: members in alphabetical order, each element of a list on a line of its own. */
export function* resultJson(result: Result): Generator<string> {
  let before = "{\n";
  for (const [member, value] of inOrder(result)) {
    yield `${before}${JSON.stringify(member)}:`;
    if (Array.isArray(value)) yield* lines(value);
    else yield canonical(value);
    before = ",\n";
  }
  yield "\n}\n";
}

function* lines(values: readonly unknown[]): Generator<string> {
  let before = "[";
  for (const value of values) {
    yield `${before}\n${canonical(value)}`;
    before = ",";
  }
  yield values.length === 0 ? "[]" : "\n]";
}

/** However an object came about, its members are written in one order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(inOrder(part))
      : part,
  );
}

function inOrder(value: object): [string, unknown][] {
  return Object.entries(value).toSorted(([one], [other]) =>
    one < other ? -1 : 1,
  );
}
