import * as v from "valibot";
import type { Parsed } from "./parsed.ts";
import { printable } from "./text.ts";

/** In characters. KV holds up to 25 MiB a value; a record this edge can mean anything by is far smaller. */
export const maxRecordCharacters = 65_536;

/**
 * Reads the text stored under `key`, white space around it put aside. `expected` says what the whole value should have
 * been. Never throws: a text that is too long or does not fit `schema` gives one sentence for the operator, about the first
 * thing wrong.
 */
export function readRecord<T>(
  key: string,
  text: string,
  expected: string,
  schema: v.GenericSchema<string, T>,
): Parsed<T> {
  if (text.length > maxRecordCharacters) {
    return {
      ok: false,
      problem: `${key}: the value is ${text.length} characters long; expected at most ${maxRecordCharacters}`,
    };
  }
  // `trim` also takes a byte order mark, which editors put before files and JSON does not allow.
  return readValue(key, text.trim(), expected, schema);
}

/** The same for a value that stands under `key`, or is what became of its text. */
export function readValue<T>(
  key: string,
  value: unknown,
  expected: string,
  schema: v.GenericSchema<unknown, T>,
): Parsed<T> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return { ok: true, value: result.output };
  return {
    ok: false,
    problem: printable(`${key}: ${sentence(result.issues[0], expected)}`),
  };
}

function sentence(issue: v.BaseIssue<unknown>, expected: string): string {
  const path = v.getDotPath(issue);
  if (path === null) {
    const detail = issue.type === "parse_json" ? ` (${issue.received})` : "";
    return `the value is ${formatValue(issue.input)}; expected ${expected}${detail}`;
  }
  const found =
    issue.path?.at(-1)?.origin === "key"
      ? "an unexpected member"
      : formatValue(issue.input);
  return `"${clipped(path)}" is ${found}; expected ${issue.message}`;
}

/** Lists and objects are only named: writing out one nested deeply enough would overflow the stack. */
function formatValue(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return JSON.stringify(typeof value === "string" ? clipped(value) : value);
}

function clipped(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** Names of members as a problem lists them: the first few. */
export function formatNames(names: readonly string[]): string {
  const first = names.slice(0, 5).map((name) => `"${clipped(name)}"`);
  const more = names.length - first.length;
  return printable(
    [...first, ...(more > 0 ? [`${more} more`] : [])].join(", "),
  );
}
