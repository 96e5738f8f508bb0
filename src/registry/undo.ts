import {
  refuse,
  succeed,
  type ApplyResult,
  type Records,
  type Write,
} from "../customer/apply-result.ts";
import { apply } from "../customer/apply.ts";
import { formatStanding } from "../customer/format.ts";
import { denialOf, stateOf } from "../customer/state.ts";
import type { Entry } from "./entry.ts";

/**
 * What takes an entry's changes back. A record of a customer gets a number of its own, since an edge takes a lower one for an
 * older record. `force` lifts the questions.
 */
export function undo(
  entry: Entry,
  records: Records,
  { force, nowMs }: { force: boolean; nowMs: number },
): ApplyResult {
  if (entry.kind !== "commanded" && entry.kind !== "undone")
    return refuse("final", `entry ${entry.seq} changed nothing in the list`);
  const writes: Write[] = [];
  for (const [key, written] of Object.entries(entry.writes)) {
    if (key.startsWith("purge:"))
      return refuse(
        "final",
        `entry ${entry.seq} is a purge: what was purged may not be used again`,
      );
    const text = records.get(key) ?? null;
    if (text !== written && !force)
      return refuse(
        "changed-since",
        `${key} has changed since entry ${entry.seq}`,
      );
    const before = entry.before[key] ?? null;
    if (!key.startsWith("customer:")) {
      if (before !== text) writes.push([key, before]);
      continue;
    }
    const result = undoStanding(key, { before, text }, { force, nowMs });
    if (result.kind === "refused") return result;
    writes.push(...result.writes);
  }
  return writes.length === 0
    ? refuse("already-undone", `entry ${entry.seq} is undone already`)
    : succeed(...writes);
}

function undoStanding(
  key: string,
  { before, text }: { before: string | null; text: string | null },
  { force, nowMs }: { force: boolean; nowMs: number },
): ApplyResult {
  const customer = key.slice("customer:".length);
  const was = stateOf(customer, before, nowMs);
  const is = stateOf(customer, text, nowMs);
  switch (was.kind) {
    case "absent":
    case "allowed":
      // An entry that says allow tells the edge the same as none, and sooner.
      return is.kind === "allowed"
        ? succeed()
        : apply(
            new Map([[key, text]]),
            { kind: "restore", customer, force },
            nowMs,
          );
    case "malformed":
      return force ? succeed([key, before]) : refuse("malformed", was.problem);
    case "noticed":
    case "dropped":
    case "suspended":
    case "withheld":
    case "ended": {
      const standing = denialOf(is);
      if (
        standing?.ground === "legal" &&
        was.denial.ground !== "legal" &&
        !force
      )
        return refuse(
          "by-order",
          `${key} stands on a legal demand, which this would replace`,
        );
      const seq = Math.max(seqOf(before), seqOf(text)) + 1;
      return succeed([key, formatStanding({ ...was.denial, seq })]);
    }
  }
}

function seqOf(text: string | null): number {
  return Number(/"seq"\s*:\s*(\d{1,15})\b/.exec(text ?? "")?.[1] ?? 0);
}
