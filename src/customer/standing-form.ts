import * as v from "valibot";
import {
  listOf,
  members,
  oneOf,
  optional,
  wholeNumber,
} from "../parse/schema.ts";
import { contactUrl, instant, line, texts, webUrl } from "../parse/text.ts";
import { country, hostPattern } from "./names.ts";

/** The members of a record under `customer:<id>`, and which of them it cannot do without. */

export const grounds = [
  "policy",
  "security",
  "billing",
  "legal",
  "maintenance",
  "request",
] as const;

/** What a refusal asks browsers to clear: `storage` means the cache too. */
export const clearable = ["cache", "storage"] as const;

export const verdict = v.pipe(
  v.string("allow or deny"),
  v.trim(),
  v.toLowerCase(),
  v.picklist(["allow", "deny"], "allow or deny"),
);
const seq = optional(wholeNumber(0, Number.MAX_SAFE_INTEGER));

/** What decides who is refused and when. Where one of these cannot be read, the record decides nothing. */
export const deciding = {
  verdict,
  effectiveAt: optional(instant),
  endsAt: optional(instant),
  scope: optional(
    members({
      hosts: optional(listOf(hostPattern, 1000)),
      countries: optional(listOf(country, 300)),
    }),
  ),
};

/** What is said about a denial. It holds without those of these that cannot be read. */
export const descriptive = {
  ground: optional(oneOf(grounds)),
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
  clearSiteData: optional(oneOf(clearable)),
  seq,
};

export const denial = v.pipe(
  members({ ...deciding, ...descriptive }),
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
  v.transform((record) => ({
    kind: "deny" as const,
    ground: record.ground,
    effectiveAtMs: record.effectiveAt,
    endsAtMs: record.endsAt,
    scope: record.scope ?? { hosts: null, countries: null },
    reason: record.reason,
    statement: record.statement ?? {},
    reference: record.reference,
    noticeUrl: record.noticeUrl,
    appealUrl: record.appealUrl,
    authority: record.authority,
    offboardUntilMs: record.offboardUntil,
    clearSiteData: record.clearSiteData,
    seq: record.seq,
  })),
);

// Restoring a customer by changing one word of a record must work whatever else stands in it.
export const allowing = {
  ...Object.fromEntries(
    [...Object.keys(deciding), ...Object.keys(descriptive)].map((name) => [
      name,
      v.unknown(),
    ]),
  ),
  verdict,
  effectiveAt: deciding.effectiveAt,
  seq,
};

export const allowance = v.pipe(
  members(allowing),
  v.transform((record) => ({
    kind: "allow" as const,
    effectiveAtMs: record.effectiveAt,
    seq: record.seq,
  })),
);
