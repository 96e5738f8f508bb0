import type { ProxyError } from "../http/proxy-status.ts";

/** Errors that tell that the origin never got to see the request. */
const neverArrived = new Set<ProxyError>([
  "dns_error",
  "dns_timeout",
  "connection_refused",
  "destination_unavailable",
  "tls_protocol_error",
  "tls_certificate_error",
]);

/** RFC 9110 §9.2.2. */
const idempotent = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/**
 * May the next origin of the pool be asked after this failure? RFC 9110 §9.2.2: a proxy must not send a
 * request that is not idempotent again unless it knows that it never took effect. A body that streams
 * through cannot be sent twice.
 */
export function mayTryNext(
  request: { method: string; body: "none" | "streaming" },
  error: ProxyError,
): boolean {
  if (request.body === "streaming") return false;
  return neverArrived.has(error) || idempotent.has(request.method);
}
