import type { Fields } from "../http/fields.ts";
import { groupNames } from "./groups.ts";

/** RFC 9110 §9.2.1 and the registry of methods: what cannot change a resource. Any other method may. */
const safeMethods = new Set([
  "GET",
  "HEAD",
  "OPTIONS",
  "TRACE",
  "PROPFIND",
  "QUERY",
  "REPORT",
  "SEARCH",
]);

/** Which stored responses an exchange makes unusable: those of these URLs and of these groups of the same origin. */
export interface Invalidated {
  urls: string[];
  groups: string[];
}

/**
 * RFC 9111 §4.4: an unsafe request that did not fail invalidates its target, and what Location and Content-Location name on
 * the same origin. RFC 9875 §3: its response may name groups. `target` is the absolute URL as the visitor asked for it.
 */
export function findInvalidated(
  method: string,
  target: string,
  response: { status: number; fields: Fields },
): Invalidated {
  if (safeMethods.has(method)) return { urls: [], groups: [] };
  const failed = response.status < 200 || response.status >= 400;
  const named = ["location", "content-location"].flatMap((name) =>
    sameOrigin(response.fields.get(name), target),
  );
  return {
    urls: failed ? [] : [...new Set([target, ...named])],
    groups: groupNames(response.fields.get("cache-group-invalidation")),
  };
}

/** The response of another origin must not empty another origin's cache (RFC 9111 §4.4). */
function sameOrigin(
  reference: string | null | undefined,
  target: string,
): string[] {
  if (!reference) return [];
  const url = URL.parse(reference, target);
  if (url === null || url.origin !== URL.parse(target)?.origin) return [];
  url.hash = "";
  return [url.href];
}
