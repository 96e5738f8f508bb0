import { appendMember } from "./structured.ts";

const recommended = {
  dns_timeout: 504,
  dns_error: 502,
  destination_not_found: 500,
  destination_unavailable: 503,
  destination_ip_prohibited: 502,
  connection_refused: 502,
  connection_terminated: 502,
  connection_timeout: 504,
  connection_read_timeout: 504,
  connection_limit_reached: 503,
  tls_protocol_error: 502,
  tls_certificate_error: 502,
  http_request_denied: 403,
  http_request_error: 400,
  http_response_incomplete: 502,
  http_protocol_error: 502,
  http_upgrade_failed: 502,
  proxy_internal_response: 500,
  proxy_internal_error: 500,
  proxy_configuration_error: 500,
  proxy_loop_detected: 502,
} as const;

/** The registered error types of RFC 9209 §2.3 that this edge can meet. */
export type ProxyError = keyof typeof recommended;

/**
 * The status RFC 9209 §2.3 recommends for an error. Where it leaves the choice (`http_request_error`,
 * `proxy_internal_response`) this is the general one of the class.
 */
export function statusOfError(error: ProxyError): number {
  return recommended[error];
}

/**
 * The value of Proxy-Status (RFC 9209 §2) with a member for this edge, after those of the proxies nearer the origin. An
 * `upstream` value that is no structured List is left out: it would make ours unreadable too.
 */
export function proxyStatus(
  edge: string,
  entry: { error?: ProxyError; receivedStatus?: number; details?: string },
  upstream?: string | null,
): string {
  const { error, receivedStatus, details } = entry;
  return appendMember(upstream, edge, [
    ["error", error === undefined ? undefined : { token: error }],
    ["received-status", receivedStatus],
    ["details", details],
  ]);
}
