import { hopByHop } from "../http/connection.ts";
import { fieldsOf as fieldsOfLines } from "../http/fields.ts";
import type { FieldLine, Fields } from "../http/fields.ts";
import { entityTag, sameStrongly, sameWeakly } from "./entity-tags.ts";
import { freshnessLifetime } from "./freshness.ts";
import { policyOf } from "./policy.ts";
import type { CacheSettings } from "./settings.ts";
import { keptFields } from "./kept-fields.ts";
import { sharingRefusal } from "./storing.ts";
import type { Received, Refusal } from "./storing.ts";
import { fieldsOf } from "./stored.ts";
import type { Stored } from "./stored.ts";
import { varyOn } from "./vary.ts";

/** What new fields from the next hop make of a stored response. */
export type Freshened =
  /** Keep this in its place. */
  | { kind: "keep"; stored: Stored }
  /** Answer this visitor with it, but keep what was stored as it was: the new fields are not for sharing. */
  | { kind: "use-once"; stored: Stored; because: Refusal };

/**
 * RFC 9111 §4.3.1: the fields that ask whether stored responses are still good: all their entity tags, as received, and for
 * one alone its Last-Modified too. None when there is nothing to ask by.
 */
export function conditionalFields(stored: readonly Stored[]): FieldLine[] {
  const tags = stored.flatMap((each) => fieldsOf(each).get("etag") || []);
  const [only, ...others] = stored;
  const modified =
    only && others.length === 0 ? fieldsOf(only).get("last-modified") : null;
  const lines: FieldLine[] = [];
  if (tags.length > 0)
    lines.push(["If-None-Match", [...new Set(tags)].join(", ")]);
  if (modified) lines.push(["If-Modified-Since", modified]);
  return lines;
}

/**
 * RFC 9111 §4.3.3 and §4.3.4: those of the stored responses asked about that a 304 speaks of, the first the one to answer
 * with. None means that the 304 is about something else, and the request must be sent again without conditions.
 *
 * A 304 without validators is taken to mean the one response asked about, even if that has a validator: many origins leave out
 * the ETag that RFC 9110 §15.4.5 demands, and the answer to one condition leaves no doubt which.
 */
export function validatedBy(
  notModified: Fields,
  asked: readonly Stored[],
): Stored[] {
  const etag = notModified.get("etag");
  const modified = notModified.get("last-modified");
  if (!etag && !modified) return asked.length === 1 ? [...asked] : [];
  if (!etag)
    return asked
      .filter((stored) => fieldsOf(stored).get("last-modified") === modified)
      .slice(0, 1);
  const tag = entityTag(etag);
  const tagged = asked.filter((stored) => fieldsOf(stored).get("etag"));
  const same = (compare: typeof sameWeakly) =>
    tagged.filter((stored) =>
      compare(entityTag(fieldsOf(stored).get("etag") ?? ""), tag),
    );
  return tag.weak ? same(sameWeakly).slice(0, 1) : same(sameStrongly);
}

/** RFC 9111 §4.3.4: a stored response with the fields of the 304 that validated it for this request. */
export function freshen(
  stored: Stored,
  request: Fields,
  notModified: Received,
  settings: CacheSettings,
): Freshened {
  const fields = updatedFields(stored, notModified);
  const response = { status: stored.status, fields: fieldsOfLines(fields) };
  const policy = policyOf(response, settings);
  const { requestTimeMs, responseTimeMs } = notModified;
  const renewed: Stored = {
    ...stored,
    fields: keptFields({ fields, responseTimeMs }, policy),
    varyOn: varyOn(request, response.fields),
    requestTimeMs,
    responseTimeMs,
  };
  const lifetime = freshnessLifetime(
    response,
    policy,
    responseTimeMs,
    settings,
  );
  const because = sharingRefusal(request, response, policy, lifetime, settings);
  return because === null
    ? { kind: "keep", stored: renewed }
    : { kind: "use-once", stored: renewed, because };
}

/**
 * RFC 9111 §4.3.5: what the 200 that answered a HEAD makes of a stored response that could have answered it. Null when they
 * are of different content, so that the stored one is stale at least.
 */
export function freshenByHead(
  stored: Stored,
  request: Fields,
  head: Received,
  settings: CacheSettings,
): Freshened | null {
  const received = fieldsOfLines(head.fields);
  const held = fieldsOf(stored);
  const agrees = (name: string, value: string | null | undefined) =>
    !received.get(name) || received.get(name) === value;
  const length = String(stored.range?.complete ?? stored.bodyLength);
  const isSame =
    agrees("etag", held.get("etag")) &&
    agrees("last-modified", held.get("last-modified")) &&
    agrees("content-length", length);
  return isSame ? freshen(stored, request, head, settings) : null;
}

/** RFC 9111 §3.2: the bytes held were read by these, so they stay as they are. */
const tiedToBody = [
  "content-encoding",
  "content-length",
  "content-md5",
  "content-range",
];

/** RFC 9111 §3.2: each field of the update replaces all lines of its name. Age and Date of the old exchange say nothing of the new. */
function updatedFields(
  stored: Stored,
  { fields }: Pick<Received, "fields">,
): FieldLine[] {
  const excluded = new Set([...tiedToBody, ...hopByHop(fieldsOfLines(fields))]);
  const update = fields.filter(([name]) => !excluded.has(name.toLowerCase()));
  const replaced = new Set([
    "age",
    "date",
    ...update.map(([name]) => name.toLowerCase()),
  ]);
  return [
    ...stored.fields.filter(([name]) => !replaced.has(name.toLowerCase())),
    ...update,
  ];
}
