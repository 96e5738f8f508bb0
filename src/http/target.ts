import type { Parsed } from "../parse/parsed.ts";

const absoluteUrl = /^[^:/?#]+:\/\/([^/?#\\]*)([^#]*)/;

/**
 * The authority of a request's URL and the request target in it, as they arrived: dot segments, doubled slashes and
 * percent-encodings are left alone. An empty path is "/" (RFC 9112 §3.2.1); a fragment is no part of a target. The runtime writes
 * `OPTIONS *` (§3.2.4) as a URL of scheme, authority and asterisk, without a slash.
 */
export function splitUrl(url: string): { authority: string; target: string } {
  const [, authority = "", rest = url.replace(/#.*$/s, "")] =
    absoluteUrl.exec(url) ?? [];
  if (rest === "" && authority.endsWith("*") && !url.includes("#"))
    return { authority: authority.slice(0, -1), target: "*" };
  return { authority, target: rest.startsWith("/") ? rest : `/${rest}` };
}

/** The request target in a URL, as it stands there. */
export function rawTarget(url: string): string {
  return splitUrl(url).target;
}

// In a path and a query of these characters the URL parser encodes nothing, and there is no segment of dots for it to resolve.
const plainTarget =
  /^(?:\/(?!(?:\.|%2e){1,2}(?:[/?]|$))[\w~!$&'()*+,;=:@%.-]*)+(?:\?[\w~!$&()*+,;=:@%/.?-]*)?$/i;

/** A raw target as it is sent to an origin: normalised as `fetch` would. */
export function normalisedTarget(
  origin: string,
  target: string,
): Parsed<string> {
  if (plainTarget.test(target)) return { ok: true, value: target };
  const url = targetOnOrigin(origin, target);
  return url.ok ? { ok: true, value: rawTarget(url.value.href) } : url;
}

/**
 * The URL to fetch: `origin` ("https://host[:port]", canonical) with a raw target on it. Resolving the target as a reference would let
 * `//elsewhere/x` choose the host, so the two are concatenated, and the outcome is checked to be the same origin still.
 * The value is normalised as `fetch` would, without fragment or userinfo.
 */
export function targetOnOrigin(origin: string, target: string): Parsed<URL> {
  const problem = (expected: string): Parsed<URL> => ({
    ok: false,
    problem: `target: found ${JSON.stringify(target)}, expected ${expected}`,
  });
  // The URL parser drops tabs and line ends wherever they stand, so what is checked would not be what is sent.
  if (/[ \p{Cc}]/u.test(target))
    return problem("no spaces or control characters");
  // ":80@elsewhere", "@elsewhere" or ".elsewhere" would go on with the authority.
  if (!target.startsWith("/")) return problem('a path that begins with "/"');
  const url = URL.parse(origin + target);
  if (url === null || !url.href.startsWith(`${origin}/`))
    return problem(`a path on ${origin}`);
  url.hash = "";
  return { ok: true, value: url };
}
