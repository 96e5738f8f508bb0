import { serializeItem, Token, type BareItem } from "structured-headers";

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

// RFC 9651 §3: just enough grammar to know a List of Items from anything else.
const key = "[a-z*][a-z0-9_.*-]*";
const bareItem = String.raw`(?:"(?:[ !#-\[\]-~]|\\["\\])*"|[A-Za-z*][!#$%&'*+.^_\`|~:/0-9A-Za-z-]*|-?\d+(?:\.\d+)?|\?[01])`;
const item = `${bareItem}(?:; *${key}(?:=${bareItem})?)*`;
const list = new RegExp(`^${item}(?:[ \\t]*,[ \\t]*${item})*$`);

/**
 * The value of Proxy-Status (RFC 9209 §2) with a member for this edge, after those of the proxies nearer the origin. An
 * `upstream` value that is no structured List is left out: it would make ours unreadable too.
 */
export function proxyStatus(
  edge: string,
  entry: { error?: ProxyError; receivedStatus?: number; details?: string },
  upstream?: string | null,
): string {
  const parameters = new Map<string, BareItem>();
  if (entry.error !== undefined)
    parameters.set("error", new Token(entry.error));
  if (entry.receivedStatus !== undefined)
    parameters.set("received-status", entry.receivedStatus);
  // RFC 9651 §3.3.3: a String holds printable ASCII only.
  if (entry.details !== undefined)
    parameters.set("details", entry.details.replaceAll(/[^ -~]/g, "?"));
  const ours = serializeItem(new Token(edge), parameters);
  return upstream && list.test(upstream) ? `${upstream}, ${ours}` : ours;
}
