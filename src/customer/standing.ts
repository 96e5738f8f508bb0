import * as v from "valibot";
import type { Parsed } from "../http/parsed.ts";
import { readRecord } from "./record.ts";
import { listOf, members, oneOf, optional, wholeNumber } from "./schema.ts";
import {
  contactUrl,
  country,
  hostPattern,
  instant,
  line,
  texts,
  webUrl,
} from "./text.ts";

const grounds = [
  "policy",
  "security",
  "billing",
  "legal",
  "maintenance",
  "request",
] as const;

/** Why a customer is denied, in one word; the status a visitor gets follows from it. */
export type Ground = (typeof grounds)[number];

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
  seq: null,
};

const verdict = v.pipe(
  v.string("allow or deny"),
  v.toLowerCase(),
  v.picklist(["allow", "deny"], "allow or deny"),
);
const seq = optional(wholeNumber(0, Number.MAX_SAFE_INTEGER));

// Restoring a customer by changing one word of a record must work whatever else stands in it.
const allowance = v.pipe(
  v.object({ verdict, effectiveAt: v.fallback(optional(instant), null), seq }),
  v.transform((record): Standing => ({
    kind: "allow",
    effectiveAtMs: record.effectiveAt,
    seq: record.seq,
  })),
);

const denial = v.pipe(
  members({
    verdict,
    ground: optional(oneOf(grounds)),
    effectiveAt: optional(instant),
    endsAt: optional(instant),
    scope: optional(
      members({
        hosts: optional(listOf(hostPattern, 1000)),
        countries: optional(listOf(country, 300)),
      }),
    ),
    reason: optional(line(500)),
    statement: optional(texts(5000)),
    reference: optional(line(100)),
    noticeUrl: optional(webUrl),
    appealUrl: optional(contactUrl),
    authority: optional(
      members({
        name: line(200),
        law: optional(line(500)),
        jurisdiction: optional(line(100)),
        url: optional(webUrl),
      }),
    ),
    offboardUntil: optional(instant),
    seq,
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { effectiveAt, endsAt } = dataset.value;
    if (effectiveAt === null || endsAt === null || effectiveAt < endsAt) return;
    const input = new Date(endsAt).toISOString();
    addIssue({
      input,
      message: "an instant after effectiveAt",
      path: [
        {
          type: "object",
          origin: "value",
          input: dataset.value,
          key: "endsAt",
          value: endsAt,
        },
      ],
    });
  }),
  v.transform((record): Standing => ({
    kind: "deny",
    ground: record.ground,
    effectiveAtMs: record.effectiveAt,
    endsAtMs: record.endsAt,
    scope: record.scope ?? bareDenial.scope,
    reason: record.reason,
    statement: record.statement ?? bareDenial.statement,
    reference: record.reference,
    noticeUrl: record.noticeUrl,
    appealUrl: record.appealUrl,
    authority: record.authority,
    offboardUntilMs: record.offboardUntil,
    seq: record.seq,
  })),
);

const saysAllow = v.object({ verdict: v.pipe(verdict, v.literal("allow")) });

const standing = v.pipe(
  v.string(),
  v.transform(spelledOut),
  v.parseJson(),
  v.lazy((record) => (v.is(saysAllow, record) ? allowance : denial)),
);

/** A bare word, quoted or not, stands for the record that holds nothing else. */
function spelledOut(text: string): string {
  return text.replace(/^("?)(allow|deny)\1$/i, '{"verdict":"$2"}');
}

/**
 * A customer's entry in the list: a record, or the bare word `allow` or `deny` in any case. Never throws; a problem names
 * `key`, the member, what was found and what was expected.
 */
export function parseStanding(key: string, text: string): Parsed<Standing> {
  return readRecord(key, text, "allow, deny or a JSON object", standing);
}
