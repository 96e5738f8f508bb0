import type { Fields } from "./fields.ts";

/** RFC 9110 §7.6.1's own list, the proxy authentication of §11.7, and two older fields of the same nature. */
export const connectionFields: ReadonlySet<string> = new Set([
  "connection",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Fields meant for every recipient, which RFC 9110 §7.6.1 forbids to list. Obeying such a list would let its sender hide a
 * loop, take the length, coding or type from a body, or make a cache further on forget its orders.
 */
const neverListed = new Set([
  "cache-control",
  "cdn-loop",
  "content-encoding",
  "content-length",
  "content-type",
  "host",
  "via",
]);

/**
 * The lower-case names of the fields that belong to one connection and are not forwarded (RFC 9110 §7.6.1): the fixed ones
 * and those that Connection lists.
 */
export function hopByHop(fields: Fields): ReadonlySet<string> {
  const connection = fields.get("connection");
  if (!connection) return connectionFields;
  // Every token counts, whatever stands around it: a malformed list must not carry a field past the edge.
  const options =
    connection.toLowerCase().match(/[!#$%&'*+.^_`|~0-9a-z-]+/g) ?? [];
  return new Set([
    ...connectionFields,
    ...options.filter((option) => !neverListed.has(option)),
  ]);
}
