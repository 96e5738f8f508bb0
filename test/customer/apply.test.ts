import { expect, test } from "vitest";
import { maxPurgeFacts } from "../../src/cache/purge.ts";
import { apply } from "../../src/customer/apply.ts";
import { command, nowMs, writesOf } from "./ordered.ts";

const past = "2026-05-01T00:00:00Z";
const later = "2026-08-01T00:00:00Z";

const fact = (at: string) => ({ at, what: "all", how: "hard" });

test.each([
  [
    "the first purge is dated now",
    null,
    {},
    [fact("2026-06-01T12:00:00.000Z")],
  ],
  [
    "a purge may wait for its moment",
    null,
    { at: "2026-07-01T00:00:00.5Z" },
    [fact("2026-07-01T00:00:00.500Z")],
  ],
  [
    "a purge of everything replaces the earlier ones",
    JSON.stringify([fact(past)]),
    {},
    [fact("2026-06-01T12:00:00.000Z")],
  ],
  [
    "a malformed record is replaced when forced",
    "{",
    { force: true },
    [fact("2026-06-01T12:00:00.000Z")],
  ],
])("%s", (_, text, members, expected) => {
  const ordered = command({
    kind: "purge",
    customer: "shop",
    what: "all",
    ...members,
  });
  expect(writesOf({ "purge:shop": text }, ordered)).toEqual(
    new Map([["purge:shop", JSON.stringify(expected)]]),
  );
});

test.each([
  ["a malformed record", "{", "malformed"],
  [
    "as many waiting purges as there may be",
    JSON.stringify(
      Array.from({ length: maxPurgeFacts }, (_, n) => ({
        at: later,
        what: { group: `g${n}` },
      })),
    ),
    "purges-full",
  ],
])("%s refuses one more purge", (_, text, because) => {
  const ordered = command({ kind: "purge", customer: "shop", what: "all" });
  const records = new Map([["purge:shop", text]]);
  expect(apply(records, ordered, nowMs)).toMatchObject({
    kind: "refused",
    because,
  });
});
