import ipaddr from "ipaddr.js";
import { canonicalHost } from "./host.ts";

/** Names that the public DNS does not have, or that are about addresses, so that only a resolver of one's own knows them. */
const privateDomains = [
  // RFC 6761 §6.2 and §6.3; the other names that systems give to loopback.
  "test",
  "localhost",
  "localdomain",
  "localdomain4",
  "localdomain6",
  // RFC 6762 §3, and appendix G: what networks use as top-level names of their own. Clouds keep their metadata in the first.
  "local",
  "internal",
  "intranet",
  "private",
  "corp",
  "home",
  "lan",
  // RFC 3172: reverse names and other infrastructure; RFC 8375's home.arpa.
  "arpa",
  // RFC 7686, RFC 9476: not in the DNS at all.
  "onion",
  "alt",
  // Kubernetes' services, by the search domain of a pod.
  "svc",
];

/** Addresses outside the special ranges that lead to a cloud's own services all the same. */
const platformAddresses = ["168.63.129.16"];

// All of the unicast space that is given out (RFC 4291 §2.4, IANA's registry); the rest is no one's yet.
const globalUnicast = ipaddr.IPv6.parse("2000::");

/**
 * Why an origin's hostname may not be reached, or null when it is a public one. Addresses must be globally reachable by
 * themselves: one that carries an IPv4 address inside (mapped, NAT64, 6to4, Teredo) is refused whatever it carries, since
 * the plain address says the same. Names are taken as written; what they resolve to is not known here.
 */
export function privateAddress(hostname: string): string | null {
  const host = canonicalHost(hostname);
  if (!host.ok) return "not a host name";
  if (host.value.startsWith("[")) return privateIPv6(host.value.slice(1, -1));
  if (ipaddr.IPv4.isValid(host.value)) return privateIPv4(host.value);

  const domain = privateDomains.find(
    (name) => host.value === name || host.value.endsWith(`.${name}`),
  );
  if (domain !== undefined) return `a name under .${domain}`;
  // Resolvers complete a single label with their own search domains.
  return host.value.includes(".") ? null : "a name without a domain";
}

function privateIPv4(address: string): string | null {
  if (platformAddresses.includes(address)) return "a platform's own address";
  const range = ipaddr.IPv4.parse(address).range();
  return range === "unicast" ? null : `an address of the range ${range}`;
}

function privateIPv6(address: string): string | null {
  const parsed = ipaddr.IPv6.parse(address);
  const range = parsed.range();
  if (range !== "unicast") return `an address of the range ${range}`;
  return parsed.match(globalUnicast, 3)
    ? null
    : "an address that is not assigned";
}
