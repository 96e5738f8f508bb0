/** How one site is cached: the part of its record that the rules of this room ask for. */
export interface CacheSettings {
  /** By the responses' own fields; not at all; or for `ttlSeconds` whatever freshness they state. */
  mode:
    | { kind: "standard" }
    | { kind: "bypass" }
    | { kind: "force"; ttlSeconds: number };
  /** Query parameters that never reach the origin on a cacheable request; a trailing star stands for any ending. */
  ignoredQuery: readonly string[];
  /** Whether `?b=1&a=2` is asked for, and kept, as `?a=2&b=1`. */
  sortQuery: boolean;
  /** A request with a cookie of such a name goes round the cache; a trailing star stands for any ending. */
  bypassCookies: readonly string[];
  /** Cookies that cacheable requests go without, beside those of analytics and consent; a trailing star stands for any ending. */
  ignoredCookies: readonly string[];
  /**
   * What a visitor who has other cookies is asked for: "strict", the answer to these very cookies until one says that it is for
   * all; "static", where the path ends like a static file's, first the answer without cookies, which is everybody's when it is
   * a static file that states its freshness.
   */
  cookies: "strict" | "static";
  /** Request fields that reach the origin without being keyed, because the site vouches that no answer depends on them. */
  vouchedFields: readonly string[];
  /** For responses that state no freshness, by status ("404") or class ("4xx"). */
  defaultTtlSeconds: Readonly<Record<string, number>>;
  /** A larger body is passed on and not stored. */
  maxObjectBytes: number;
  /** How long past its freshness a stored response may stand in for an origin that cannot be reached. */
  serveStaleSeconds: number;
  /**
   * RFC 9111 §7.3: what becomes of a response with Set-Cookie. "strip": one that says that it is for all is stored without
   * these lines. "when-public" and "as-rfc" store them too, so that all visitors get one and the same cookie.
   */
  setCookie: "never" | "strip" | "when-public" | "as-rfc";
  /** Whether a visitor's own Cache-Control decides (RFC 9111 §5.2.1). */
  requestDirectives: "honoured" | "ignored";
}

/** What holds for a site that says nothing. */
export const defaultCacheSettings: CacheSettings = {
  mode: { kind: "standard" },
  ignoredQuery: [],
  sortQuery: false,
  bypassCookies: [],
  ignoredCookies: [],
  cookies: "strict",
  vouchedFields: [],
  defaultTtlSeconds: {},
  maxObjectBytes: 100_000_000,
  serveStaleSeconds: 86_400,
  setCookie: "strip",
  requestDirectives: "honoured",
};

/** The lifetime the site gives a response that states none: an exact status outranks its class. Null when it gives none. */
export function defaultTtlSeconds(
  { defaultTtlSeconds: byStatus }: Pick<CacheSettings, "defaultTtlSeconds">,
  status: number,
): number | null {
  return (
    byStatus[String(status)] ??
    byStatus[`${Math.trunc(status / 100)}xx`] ??
    null
  );
}

/** Does a cookie of this request (RFC 6265 §4.2.1) send it round the cache? */
export function hasBypassCookie(
  cookie: string | null | undefined,
  { bypassCookies }: Pick<CacheSettings, "bypassCookies">,
): boolean {
  return (
    bypassCookies.length > 0 &&
    (cookie ?? "")
      .split(/[;,]/)
      .some((pair) => isListed(pair.replace(/=.*$/s, "").trim(), bypassCookies))
  );
}

/** Is a name among those listed, where `utm_*` lists all that begin so? Case counts, as it does to origins. */
export function isListed(name: string, listed: readonly string[]): boolean {
  return listed.some((entry) =>
    entry.endsWith("*") ? name.startsWith(entry.slice(0, -1)) : name === entry,
  );
}
