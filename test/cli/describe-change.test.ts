import { expect, test } from "vitest";
import { describeChange } from "../../src/cli/commands/describe-change.ts";
import type { Session } from "../../src/cli/commands/session.ts";
import { apply } from "../../src/customer/apply.ts";
import { colorsFor } from "../../src/node/terminal.ts";
import { command, nowMs } from "../customer/ordered.ts";

/** What is said before a command is carried out. */
function said(
  given: object,
  entry: string,
  kind: "local" | "remote",
  hosts: readonly string[] = ["forum.example"],
): string {
  const done = async () => ({ ok: true, value: null }) as const;
  const session: Session = {
    store: {
      kind,
      name: kind,
      ledger: null,
      keys: async () => ({ ok: true, value: [] }),
      read: async () => ({ ok: true, value: new Map() }),
      write: done,
      disk: async () => null,
      close: async () => undefined,
    },
    nowMs,
    colors: colorsFor(process.stdout),
    cause: null,
    confirm: async () => true,
  };
  const before = new Map([["customer:forum", entry]]);
  const ordered = command(given);
  const result = apply(before, ordered, nowMs);
  if (result.kind === "refused") throw new Error(result.problem);
  const change = { before, writes: result.writes, hosts };
  return describeChange(ordered, change, session);
}

const at = (seconds: number) => new Date(nowMs + seconds * 1000).toISOString();
const notice = (seconds: number) => ({
  kind: "notice",
  customer: "forum",
  effectiveAt: at(seconds),
});

test.each([
  ["a minute ahead, everywhere", 60, "remote", true],
  ["two minutes ahead, everywhere", 120, "remote", false],
  ["a minute ahead, on one machine", 60, "local", false],
] as const)("a notice %s", (_, seconds, kind, warns) => {
  expect(said(notice(seconds), "allow", kind).includes("warning")).toBe(warns);
});

test("what visitors read is shown with what they read before", () => {
  const entry = JSON.stringify({
    verdict: "deny",
    ground: "billing",
    reason: "Invoice 7",
  });
  const text = said(
    { kind: "drop", customer: "forum", reason: "Invoices 7 and 8" },
    entry,
    "local",
  );
  expect(text).toMatch(/^ *ground +billing$/m);
  expect(text).toMatch(/^ *reason +Invoices 7 and 8 \(was Invoice 7\)$/m);
});

test.each([
  [["forum.example"], /^ *sites +forum\.example$/m],
  [[], /^ *sites +none in the list$/m],
  [
    Array.from({ length: 20 }, (_, n) => `h${n}.example`),
    /^ *sites +h0\.example, .*h11\.example and 8 more$/m,
  ],
])("the sites that go dark are named: %j", (hosts, expected) => {
  const text = said(
    { kind: "drop", customer: "forum" },
    "allow",
    "local",
    hosts,
  );
  expect(text).toMatch(expected);
});
