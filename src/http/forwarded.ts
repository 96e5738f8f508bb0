import ipaddr from "ipaddr.js";
import type { FieldLine } from "./fields.ts";

/**
 * Who asked for what, told to the origin: Forwarded (RFC 7239 §4, without our own address), and the older fields that
 * origins still read. A client whose address is not known is "unknown" (§6.2), for which X-Forwarded-For has no word.
 */
export function provenance(visit: {
  clientAddress: string | null;
  host: string;
  scheme: "http" | "https";
}): FieldLine[] {
  const { clientAddress, host, scheme } = visit;
  const client =
    clientAddress !== null && isAddress(clientAddress) ? clientAddress : null;
  const node = client?.includes(":") ? `[${client}]` : (client ?? "unknown");
  const forwardedFor: FieldLine[] =
    client === null ? [] : [["X-Forwarded-For", client]];
  return [
    ["Forwarded", `for=${asValue(node)};host=${asValue(host)};proto=${scheme}`],
    ...forwardedFor,
    ["X-Forwarded-Host", host],
    ["X-Forwarded-Proto", scheme],
  ];
}

/** A full IPv4 or IPv6 address; RFC 7239 §6.1 has no room for a zone. */
export function isAddress(text: string): boolean {
  return (
    ipaddr.IPv4.isValidFourPartDecimal(text) ||
    (ipaddr.IPv6.isValid(text) && !text.includes("%"))
  );
}

/** RFC 7239 §4: a token, or else a quoted-string, as is every value with a colon or a bracket. */
function asValue(text: string): string {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text)
    ? text
    : `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
