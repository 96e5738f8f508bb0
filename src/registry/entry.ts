import * as v from "valibot";
import { readValue } from "../parse/record.ts";
import type { Parsed } from "../parse/parsed.ts";

const recordTexts = v.record(v.string(), v.nullable(v.string()));
const base = {
  /** From 1 on, without gaps. */
  seq: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  /** RFC 3339. */
  at: v.pipe(v.string(), v.isoTimestamp()),
  actor: v.string(),
  /** Why, as whoever decided it wrote down for colleagues: the salted hash of a text that can be erased. */
  cause: v.optional(v.string()),
};
const change = { before: recordTexts, writes: recordTexts };
const ofKey = { key: v.string(), text: v.nullable(v.string()) };

const entryForm = v.variant("kind", [
  v.strictObject({
    ...base,
    kind: v.literal("commanded"),
    command: v.looseObject({ kind: v.string() }),
    ...change,
  }),
  v.strictObject({
    ...base,
    kind: v.literal("undone"),
    undoes: v.number(),
    ...change,
  }),
  /** What stood in KV before the registry did. */
  v.strictObject({ ...base, kind: v.literal("imported"), ...ofKey }),
  /** KV was found to say something that no entry wrote. */
  v.strictObject({ ...base, kind: v.literal("observed"), ...ofKey }),
  /** What was observed is what the list is to say from now on. */
  v.strictObject({ ...base, kind: v.literal("adopted"), ...ofKey }),
  /** What was observed is written over with what the ledger says. */
  v.strictObject({ ...base, kind: v.literal("reverted"), ...ofKey }),
  v.strictObject({
    ...base,
    kind: v.literal("redacted"),
    secret: v.string(),
    why: v.string(),
  }),
  v.strictObject({
    ...base,
    kind: v.literal("token"),
    name: v.string(),
    /** Null once it is withdrawn. */
    role: v.nullable(v.picklist(["viewer", "operator"])),
  }),
]);

/** One line of the ledger: who decided what, when, and what it changed in the list. */
export type Entry = v.InferOutput<typeof entryForm>;

/** An entry that has no number yet. */
export type NewEntry = Entry extends infer One
  ? One extends Entry
    ? Omit<One, "seq">
    : never
  : never;

const entryText = v.pipe(v.string(), v.parseJson(), entryForm);

/** The entry of a text in the ledger. A problem names the member. */
export function parseEntry(text: string): Parsed<Entry> {
  return readValue("entry", text, "an entry of the ledger", entryText);
}

/** The keys of the list that an entry is about. */
export function keysOfEntry(entry: NewEntry): string[] {
  switch (entry.kind) {
    case "commanded":
    case "undone":
      return Object.keys(entry.writes);
    case "imported":
    case "observed":
    case "adopted":
    case "reverted":
      return [entry.key];
    case "redacted":
    case "token":
      return [];
  }
}
