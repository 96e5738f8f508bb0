import { hopByHop } from "../http/connection.ts";
import { fieldsOf as fieldsOfLines } from "../http/fields.ts";
import type { FieldLine, Fields } from "../http/fields.ts";
import {
  entityTag,
  isStrong,
  sameStrongly,
  sameWeakly,
} from "./entity-tags.ts";
import { freshnessLifetime } from "./freshness.ts";
import { policyOf } from "./policy.ts";
import type { CacheSettings } from "./settings.ts";
import { storedFields } from "./stored-fields.ts";
import { sharingRefusal, unkeyedRefusal } from "./storing.ts";
import type {
  CacheRequest,
  ReceivedResponse,
  StoreRefusal,
} from "./storing.ts";
import { fieldsOf } from "./stored.ts";
import type { Stored } from "./stored.ts";
import { matchesOn, unlistedBesides, varyOn } from "./vary.ts";

/** What new fields from the next hop make of a stored response. */
export type Freshened =
  /** Keep this in its place. */
  | { kind: "keep"; stored: Stored }
  /** Answer this visitor with it, but keep what was stored as it was: the new fields are not for sharing. */
  | { kind: "use-once"; stored: Stored; because: StoreRefusal };

/**
 * RFC 9111 §4.3.1: the fields that ask whether the stored response that matches a request is still good: its entity tag, as
 * received, and its Last-Modified. None when there is nothing to ask by.
 */
export function conditionalFields(stored: Stored): FieldLine[] {
  const etag = fieldsOf(stored).get("etag");
  const modified = fieldsOf(stored).get("last-modified");
  const lines: FieldLine[] = [];
  if (etag) lines.push(["If-None-Match", etag]);
  if (modified) lines.push(["If-Modified-Since", modified]);
  return lines;
}

/**
 * RFC 9111 §4.1: of stored responses none of which matches a request, those whose entity tags may be sent with it, so that
 * the origin can choose one. Only a strong tag says which bytes are meant (RFC 9110 §8.8.1), and only of a whole response
 * (RFC 9111 §4.3.2). A variant for another Accept-Encoding is left out: some origins compare tags before they choose a
 * coding, and would answer 304 for one that this client cannot read or that is larger than what it should get.
 */
export function otherVariants(
  request: Fields,
  candidates: readonly Stored[],
): Stored[] {
  return candidates.filter(
    (stored) =>
      stored.range === null &&
      isStrong(entityTag(fieldsOf(stored).get("etag") ?? "")) &&
      matchesOn("accept-encoding", request, stored),
  );
}

/** The fields that ask which of these responses, none of which matches the request, is meant by it (RFC 9111 §4.1). */
export function selectionFields(stored: readonly Stored[]): FieldLine[] {
  const tags = stored.flatMap((each) => fieldsOf(each).get("etag") || []);
  return tags.length === 0
    ? []
    : [["If-None-Match", [...new Set(tags)].join(", ")]];
}

/** Those of the stored responses in `selectionFields` that a 304 chose: it has to name a strong tag (RFC 9110 §8.8.3.2). */
export function selectedBy(
  notModified: Fields,
  candidates: readonly Stored[],
): Stored[] {
  const tag = entityTag(notModified.get("etag") ?? "");
  return isStrong(tag)
    ? candidates.filter((stored) =>
        sameStrongly(entityTag(fieldsOf(stored).get("etag") ?? ""), tag),
      )
    : [];
}

/**
 * RFC 9111 §4.3.3 and §4.3.4: whether a 304 speaks of the stored response that was asked about. If not, it is about something
 * else, and the request must be sent again without conditions.
 *
 * A 304 without validators is taken to mean the response asked about, even if that has one: many origins leave out the ETag
 * that RFC 9110 §15.4.5 demands, and the answer to one condition leaves no doubt which.
 */
export function isValidatedBy(stored: Stored, notModified: Fields): boolean {
  const fields = fieldsOf(stored);
  const etag = notModified.get("etag");
  const modified = notModified.get("last-modified");
  if (!etag && !modified) return true;
  if (!etag) return fields.get("last-modified") === modified;
  const storedTag = fields.get("etag");
  if (!storedTag) return false;
  const tag = entityTag(etag);
  const compare = tag.weak ? sameWeakly : sameStrongly;
  return compare(entityTag(storedTag), tag);
}

/** RFC 9111 §4.3.4: a stored response with the fields of the 304 that validated it for this request. */
export function freshen(
  stored: Stored,
  request: Pick<CacheRequest, "fields" | "form">,
  notModified: ReceivedResponse,
  settings: CacheSettings,
): Freshened {
  const fields = updatedFields(stored, notModified);
  const response = { status: stored.status, fields: fieldsOfLines(fields) };
  const policy = policyOf(response, settings);
  const { requestTimeMs, responseTimeMs } = notModified;
  const varied = varyOn(request.fields, response.fields);
  const unlisted = unlistedBesides(
    varied ?? [],
    request.fields,
    request.form,
    settings,
  );
  const renewed: Stored = {
    ...stored,
    fields: storedFields({ fields, responseTimeMs }, policy, settings),
    varyOn: varied ?? [],
    unlisted: unlisted ?? [],
    requestTimeMs,
    responseTimeMs,
  };
  const lifetime = freshnessLifetime(
    response,
    policy,
    responseTimeMs,
    settings,
  );
  const because =
    sharingRefusal(request.fields, response, policy, lifetime, settings) ??
    unkeyedRefusal(varied, unlisted);
  if (because === null) return { kind: "keep", stored: renewed };
  const own = storedFields({ fields, responseTimeMs }, policy, forOne);
  return { kind: "use-once", stored: { ...renewed, fields: own }, because };
}

/** Whoever is answered alone gets the cookies that were set. */
const forOne: Pick<CacheSettings, "setCookie"> = { setCookie: "as-rfc" };

/**
 * RFC 9111 §4.3.5: what the 200 that answered a HEAD makes of a stored response that could have answered it. Null when they
 * are of different content, so that the stored one is stale at least.
 */
export function freshenByHead(
  stored: Stored,
  request: Pick<CacheRequest, "fields" | "form">,
  head: ReceivedResponse,
  settings: CacheSettings,
): Freshened | null {
  const received = fieldsOfLines(head.fields);
  const fields = fieldsOf(stored);
  const agrees = (name: string, value: string | null | undefined) =>
    !received.get(name) || received.get(name) === value;
  const length = stored.range?.complete ?? stored.bodyLength;
  const isSame =
    agrees("etag", fields.get("etag")) &&
    agrees("last-modified", fields.get("last-modified")) &&
    (length === null || agrees("content-length", String(length)));
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
  { fields }: Pick<ReceivedResponse, "fields">,
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
