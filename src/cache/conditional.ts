import type { FieldLine, Fields } from "../http/fields.ts";
import { dateOf, readDate } from "./dates.ts";
import { entityTag, entityTags, sameWeakly } from "./entity-tags.ts";
import { fieldsOf } from "./stored.ts";
import type { Stored } from "./stored.ts";

/** What a visitor's own conditions make of a stored response: nothing, or a 304 with these fields of it. */
export type Conditional =
  { kind: "full" } | { kind: "not-modified"; fields: FieldLine[] };

/** RFC 9110 §15.4.5, and what caches on the way to the visitor steer by. */
const fieldsOf304 = new Set([
  "cache-control",
  "cache-groups",
  "cdn-cache-control",
  "content-location",
  "date",
  "etag",
  "expires",
  "vary",
]);

/**
 * RFC 9111 §4.3.2, RFC 9110 §13.2: If-None-Match, or in its absence If-Modified-Since. If-Match and If-Unmodified-Since are
 * for origins; a cache may ignore them (RFC 9110 §13.1.1). Last-Modified goes into a 304 only when no ETag does.
 */
export function answerConditional(
  request: { method: string; fields: Fields },
  stored: Stored,
): Conditional {
  if (request.method !== "GET" && request.method !== "HEAD")
    return { kind: "full" };
  // RFC 9110 §13.2.1: conditions count only where the answer would otherwise be a success.
  if (
    stored.status < 200 ||
    stored.status > 299 ||
    !holdsAlready(request.fields, stored)
  )
    return { kind: "full" };
  const tagged = Boolean(fieldsOf(stored).get("etag"));
  const fields = stored.fields.filter(([name]) => {
    const key = name.toLowerCase();
    return fieldsOf304.has(key) || (key === "last-modified" && !tagged);
  });
  return { kind: "not-modified", fields };
}

/** Whether the visitor's copy is as new as the stored response. */
function holdsAlready(request: Fields, stored: Stored): boolean {
  const storedFields = fieldsOf(stored);
  const noneMatch = request.get("if-none-match");
  if (noneMatch !== null && noneMatch !== undefined) {
    if (noneMatch.trim() === "*") return true;
    const etag = storedFields.get("etag");
    return (
      Boolean(etag) &&
      entityTags(noneMatch).some((tag) =>
        sameWeakly(tag, entityTag(etag ?? "")),
      )
    );
  }
  const since = readDate(
    request.get("if-modified-since"),
    stored.responseTimeMs,
  );
  if (since === null) return false;
  // RFC 9111 §4.3.2: without a Last-Modified, the time it was made counts.
  const modified =
    readDate(storedFields.get("last-modified"), stored.responseTimeMs) ??
    dateOf(storedFields, stored.responseTimeMs);
  return modified <= since;
}
