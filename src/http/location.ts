/**
 * A reference that leads to the origin itself, as one to the visitor's own host; any other reference as it is. Left alone
 * are relative ones, which the visitor resolves against the right host, and those on another scheme, host or port than
 * `originBase`, which are another server's (RFC 9110 §10.2.2, §8.7).
 */
export function onVisitorsHost(
  reference: string,
  visitorBase: string,
  originBase: string,
): string {
  const origin = URL.parse(originBase);
  // Only an absolute URI, or a network-path reference (RFC 3986 §4.2), names a host.
  const url = reference.startsWith("//")
    ? URL.parse(reference, originBase)
    : URL.parse(reference);
  if (url === null || url.origin !== origin?.origin) return reference;
  return visitorBase + url.pathname + url.search + url.hash;
}
