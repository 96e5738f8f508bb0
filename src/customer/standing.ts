import * as v from "valibot";
import type { Parsed } from "../parse/parsed.ts";
import {
  jsonMeantBy,
  repeatedMembers,
  spelledOut,
  wordIn,
} from "./entry-text.ts";
import {
  maxRecordCharacters,
  readRecord,
  readValue,
  formatNames,
} from "../parse/record.ts";
import { object } from "../parse/schema.ts";
import { isMisspelling } from "../parse/spelling.ts";
import {
  allowance,
  allowing,
  deciding,
  denial,
  descriptive,
  verdict,
  type clearable,
  type grounds,
} from "./standing-form.ts";

/** Why a customer is denied, in one word; the status a visitor gets follows from it. */
export type Ground = (typeof grounds)[number];

/** What a refusal asks a visitor's browser to clear of the site (Clear-Site-Data): `storage` means the cache too. */
type ClearSiteData = (typeof clearable)[number];

/** Who demanded a denial, and under what law (RFC 7725 §3). */
interface Authority {
  name: string;
  law: string | null;
  jurisdiction: string | null;
  url: string | null;
}

export interface Denial {
  kind: "deny";
  ground: Ground | null;
  effectiveAtMs: number | null;
  endsAtMs: number | null;
  /** Null means all of them; a visit must match both. */
  scope: {
    hosts: readonly string[] | null;
    countries: readonly string[] | null;
  };
  reason: string | null;
  /** Text by language tag; `und` when the language was not said. */
  statement: Readonly<Record<string, string>>;
  reference: string | null;
  noticeUrl: string | null;
  appealUrl: string | null;
  authority: Authority | null;
  offboardUntilMs: number | null;
  clearSiteData: ClearSiteData | null;
  seq: number | null;
}

export type Standing =
  | {
      kind: "allow";
      /** Since when it has been served again: what was stored before is not taken for fresh. */
      effectiveAtMs: number | null;
      seq: number | null;
    }
  | Denial;

/** What the bare word `deny` says: everything, at once, until further notice, for no stated reason. */
export const bareDenial: Denial = {
  kind: "deny",
  ground: null,
  effectiveAtMs: null,
  endsAtMs: null,
  scope: { hosts: null, countries: null },
  reason: null,
  statement: {},
  reference: null,
  noticeUrl: null,
  appealUrl: null,
  authority: null,
  offboardUntilMs: null,
  clearSiteData: null,
  seq: null,
};

/** What a text under `customer:<id>` says. A problem names `key`, the member, what was found and what was expected. */
export type ParsedStanding =
  | { kind: "whole"; standing: Standing }
  /** Not written as it should be, but for certain what it is about: `holds` says what of it holds. */
  | { kind: "flawed"; standing: Standing; problem: string; holds: string }
  /** Says nothing for certain: what was known before holds. */
  | { kind: "malformed"; problem: string };

/** What is wrong with an entry and what of it holds, in a sentence. */
export function formatFlaw({
  problem,
  holds,
}: Extract<ParsedStanding, { kind: "flawed" }>): string {
  return `${problem}; ${holds}`;
}

/** A customer's entry in the list: a record, or the bare word `allow` or `deny` in any case. Never throws. */
export function parseStanding(key: string, text: string): ParsedStanding {
  const written = recordIn(key, text);
  if (!written.ok) return { kind: "malformed", problem: written.problem };
  const { value } = written;
  const said = readValue(key, value.record, expected, verdictAlone);
  if (said.ok) return readAs(said.value.verdict, key, value);
  const { verdict: stated } = value.record;
  const meant = typeof stated === "string" ? wordIn(stated) : null;
  return meant === null
    ? { kind: "malformed", problem: said.problem }
    : readAs(meant, key, {
        ...value,
        record: { ...value.record, verdict: meant },
        problem: value.problem ?? said.problem,
      });
}

const expected = "allow, deny or a JSON object";

const jsonObject = v.pipe(
  v.string(),
  v.transform(spelledOut),
  v.parseJson(),
  object,
);

const verdictAlone = v.pipe(
  object,
  v.transform((record) => ({ verdict: record["verdict"] })),
  v.object({ verdict }),
);

interface Written {
  record: Readonly<Record<string, unknown>>;
  repeated: ReadonlySet<string>;
  /** With the way in which it is written; what it says is another question. */
  problem: string | null;
}

function recordIn(key: string, text: string): Parsed<Written> {
  const exact = readRecord(key, text, expected, jsonObject);
  const trimmed = text.trim();
  if (exact.ok) {
    const repeated = repeatedMembers(spelledOut(trimmed));
    return {
      ok: true,
      value: { record: exact.value, repeated, problem: null },
    };
  }
  const meant = text.length > maxRecordCharacters ? null : jsonMeantBy(trimmed);
  const read =
    meant === null ? exact : readRecord(key, meant, expected, jsonObject);
  if (meant === null || !read.ok) return exact;
  return {
    ok: true,
    value: {
      record: read.value,
      repeated: repeatedMembers(meant),
      problem: exact.problem,
    },
  };
}

interface Reading {
  schema: v.GenericSchema<unknown, Standing>;
  entries: v.ObjectEntries;
  /** Can the record do without this member? */
  isSpare: (name: string) => boolean;
}

const readings: Readonly<Record<Standing["kind"], Reading>> = {
  allow: {
    schema: allowance,
    entries: allowing,
    isSpare: (name: string) => name !== "verdict",
  },
  deny: {
    schema: denial,
    entries: { ...deciding, ...descriptive },
    isSpare: isDescriptive,
  },
};

/**
 * An unknown member counts as descriptive only where it is one of those misspelt. Any other may be meant to say from when,
 * until when or to whom, in whatever word: `starts`, `until`, `regions`.
 */
function isDescriptive(name: string): boolean {
  return (
    Object.hasOwn(descriptive, name) ||
    (!Object.hasOwn(deciding, name) &&
      Object.keys(descriptive).some((known) => isMisspelling(name, known)))
  );
}

/** Reads a record whose verdict is known, as far as it can be read. */
function readAs(
  word: Standing["kind"],
  key: string,
  { record, repeated, problem }: Written,
): ParsedStanding {
  const { schema, entries, isSpare } = readings[word];
  const whole = readValue(key, record, expected, schema);
  if (whole.ok && repeated.size === 0 && problem === null)
    return { kind: "whole", standing: whole.value };

  const forms = new Map(Object.entries(entries));
  const isKept = (name: string, value: unknown) => {
    const form = forms.get(name);
    return form !== undefined && !repeated.has(name) && v.is(form, value);
  };
  const kept = Object.entries(record).filter(
    ([name, value]) => !isSpare(name) || isKept(name, value),
  );
  const rest = readValue(key, Object.fromEntries(kept), expected, schema);
  if (!rest.ok) return { kind: "malformed", problem: rest.problem };
  const twice = kept.find(([name]) => repeated.has(name))?.[0];
  if (twice !== undefined)
    return { kind: "malformed", problem: repetition(key, twice) };

  const names = new Set(kept.map(([name]) => name));
  const without = Object.keys(record).filter((name) => !names.has(name));
  return {
    kind: "flawed",
    standing: rest.value,
    problem:
      problem ?? (whole.ok ? repetition(key, without[0] ?? "") : whole.problem),
    holds:
      without.length === 0
        ? `the verdict ${word} holds`
        : `the verdict ${word} holds, without ${formatNames(without)}`,
  };
}

function repetition(key: string, name: string): string {
  return `${key}: ${formatNames([name])} says something twice; expected each member once`;
}
