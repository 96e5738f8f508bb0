import type { ProxyError } from "../http/proxy-status.ts";

/** RFC 9110 §9.2.2. */
const idempotent = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/** Failures that are not the origin's: the next one would get no further (RFC 9209 §2.3). */
const beforeTheOrigin = new Set<ProxyError>([
  "http_request_error",
  "http_request_denied",
]);

/** A request as far as it matters to sending it again. */
export interface Repeatable {
  method: string;
  /** "streaming": content that can be sent once only. */
  content: "none" | "streaming";
}

/** May this request reach an origin twice with the effect of once (RFC 9110 §9.2.2), and can it be sent twice? */
export function isRepeatable({ method, content }: Repeatable): boolean {
  return content === "none" && idempotent.has(method);
}

/**
 * May the next origin of the pool be asked after a failure? RFC 9110 §9.2.2: a proxy must not send a request that is not
 * idempotent again unless it knows that it was never applied.
 */
export function mayTryNext(
  request: Repeatable,
  { error, sent }: { error: ProxyError; sent: "nothing" | "perhaps" },
): boolean {
  if (beforeTheOrigin.has(error)) return false;
  return sent === "nothing" || isRepeatable(request);
}
