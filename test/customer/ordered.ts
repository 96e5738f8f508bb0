import type { Records } from "../../src/customer/apply-result.ts";
import { apply } from "../../src/customer/apply.ts";
import { parseCommand, type Command } from "../../src/customer/command.ts";

/** The moment at which commands are applied here. */
export const nowMs = Date.parse("2026-06-01T12:00:00Z");

export function command(given: object): Command {
  const parsed = parseCommand(given);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

/** What a command writes to a list with these records; its refusal is an error. */
export function writesOf(
  records: Readonly<Record<string, string | null>>,
  ordered: Command,
): Records {
  const result = apply(new Map(Object.entries(records)), ordered, nowMs);
  if (result.kind === "refused") throw new Error(result.problem);
  return result.writes;
}
