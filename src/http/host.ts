import type { Parsed } from "../parse/parsed.ts";

const maxNameCharacters = 253;

// RFC 1123 §2.1 has neither underscores nor hyphens at the ends of a label, but DNS (RFC 2181 §11) and browsers have both.
const label = /^[a-z0-9_-]{1,63}$/;

// What the URL parser would take for the end of the host, for userinfo, or drop or decode without a word.
const notInAuthority = /[\s\p{Cc}@/\\?#%]/u;

/**
 * Names that are in that spelling already: the URL parser would give them back as they are. Not so A-labels, which may be none, and
 * not names whose last label may be a number, which makes them IPv4 addresses (URL Standard §3.5).
 */
const plainName =
  /^((?:(?!xn--)[a-z0-9_-]{1,63}\.)*(?!xn--)[a-z][a-z0-9_-]{0,62})(?::[1-9]\d{0,3})?$/;

/**
 * The one spelling of the host in an authority (RFC 9110 §7.2: host with an optional port): lower-case A-labels by
 * UTS 46, without port or trailing dot; IPv4 in four decimal parts; IPv6 compressed, in brackets. Gate, routing and cache
 * key all take the host from here, since two spellings of one name would be two keys. Says what is wrong otherwise.
 */
export function canonicalHost(authority: string): Parsed<string> {
  const plain = plainName.exec(authority)?.[1];
  if (plain !== undefined && plain.length <= maxNameCharacters)
    return { ok: true, value: plain };
  const problem = (expected: string): Parsed<string> => ({
    ok: false,
    problem: `Host: found ${JSON.stringify(authority)}, expected ${expected}`,
  });
  if (notInAuthority.test(authority))
    return problem("a host and an optional port, nothing else");
  const url = URL.parse(`http://${authority}`);
  if (url === null) return problem("a host and an optional port up to 65535");
  if (url.hostname.startsWith("[")) return { ok: true, value: url.hostname };

  const name = url.hostname.replace(/\.$/, "");
  if (name.length > maxNameCharacters)
    return problem(`a name of at most ${maxNameCharacters} characters`);
  if (!name.split(".").every((part) => label.test(part))) {
    return problem("labels of 1 to 63 letters, digits, hyphens or underscores");
  }
  return { ok: true, value: name };
}

/** ":port" of an authority, or "" where it is the scheme's own (RFC 9110 §4.2.3). */
export function portUnlessDefault(
  authority: string,
  scheme: "http" | "https",
): string {
  const port = Number(/:(\d+)$/.exec(authority)?.[1] ?? 0);
  const isDefault = port === 0 || port === (scheme === "https" ? 443 : 80);
  return isDefault ? "" : `:${port}`;
}

/** Is this canonical host an IP address? */
export function isAddress(host: string): boolean {
  return host.startsWith("[") || /\.\d+$/.test(host);
}

/**
 * The names under which a canonical host may be listed, most exact first: itself, then the wildcard that stands for its
 * first label. Addresses and single labels have no parent to be listed under.
 */
export function hostCandidates(host: string): string[] {
  const dot = host.indexOf(".");
  return dot === -1 || isAddress(host) ? [host] : [host, `*${host.slice(dot)}`];
}
