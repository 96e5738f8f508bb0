import { canonicalHost, isAddress } from "./host.ts";

/**
 * A Set-Cookie value without a Domain that covers an origin's host and not the visitor's (RFC 6265 §5.1.3): browsers would
 * reject the cookie, and the name is the origin's. Without Domain it is the visitor's host's alone, as it was the origin's.
 * A Domain that covers the visitor's host stays, and so does one of any other host, which browsers reject themselves.
 */
export function mapCookieDomain(
  setCookie: string,
  visitorHost: string,
  originHosts: readonly string[],
): string {
  // Most have none.
  if (!/domain/i.test(setCookie)) return setCookie;
  // RFC 6265 §5.2: attributes end at a semicolon, quoted or not.
  const [pair = "", ...attributes] = setCookie.split(";");
  const remaining = attributes.filter((attribute) => {
    const domain = domainOf(attribute);
    return (
      domain === null ||
      domainMatches(visitorHost, domain) ||
      !originHosts.some((host) => domainMatches(host, domain))
    );
  });
  return remaining.length === attributes.length
    ? setCookie
    : [pair, ...remaining].join(";");
}

/** RFC 6265 §5.2.3: without the leading dot, in canonical form; null for another attribute or what is no host. */
function domainOf(attribute: string): string | null {
  const equals = attribute.indexOf("=");
  if (attribute.slice(0, equals).trim().toLowerCase() !== "domain") return null;
  const value = attribute.slice(equals + 1).trim();
  const host = canonicalHost(value.replace(/^\./, ""));
  return host.ok ? host.value : null;
}

/** RFC 6265 §5.1.3. */
function domainMatches(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(`.${domain}`) && !isAddress(host));
}
