import type { Parsed } from "../parse/parsed.ts";

/** RFC 9112 §3.2.4: the runtime writes `OPTIONS *` as a URL of scheme, authority and asterisk, without a slash. */
const asteriskForm = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]+\*$/i;

/**
 * The request target in a request's URL, as it arrived: dot segments, doubled slashes and percent-encodings are left alone.
 * An empty path is "/" (RFC 9112 §3.2.1); "*" is no path (§3.2.4); a fragment is no part of a target.
 */
export function rawTarget(url: string): string {
  if (asteriskForm.test(url)) return "*";
  const target = url
    .replace(/^[^:/?#]+:\/\/[^/?#\\]*/, "")
    .replace(/#.*$/s, "");
  return target.startsWith("/") ? target : `/${target}`;
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
  // The URL parser drops tabs and line ends wherever they stand, so what is judged would not be what is sent.
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
