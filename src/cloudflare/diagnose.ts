import { isAddress } from "../http/host.ts";
import type { ProxyError } from "../http/proxy-status.ts";
import type { OriginProbes } from "./origin-probes.ts";

/**
 * Why did a fetch fail? The runtime has one error for an origin that refuses and one that hangs up, and another for one that has
 * no address and one whose TLS fails. One connection tells these apart; when none may be made, the first of the former stands
 * for all.
 */
export async function diagnose(
  url: URL,
  { error, sinceMs }: { error: unknown; sinceMs: number },
  probes: OriginProbes,
): Promise<ProxyError> {
  const { hostname, protocol } = url;
  const isLost = isLostConnection(error);
  const hello = !isLost && protocol === "https:" ? "tls" : "none";
  switch (await probes.probe(url, { hello, sinceMs })) {
    case "closed":
      return isLost || isAddress(hostname) ? "connection_refused" : "dns_error";
    case "tls":
      // Having agreed on a version and a cipher, it can fail by its certificate only, which is looked at next.
      return "tls_certificate_error";
    case "no-tls":
      return "tls_protocol_error";
    case "open":
    case null:
      return "connection_terminated";
  }
}

/** What workerd says of a connection that was refused or has ended, whatever the origin's protocol. */
function isLostConnection(error: unknown): boolean {
  return error instanceof Error && /connection lost/i.test(error.message);
}
