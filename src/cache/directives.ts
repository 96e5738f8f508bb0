import type { Fields } from "../http/fields.ts";
import { listMembers, unquoted } from "./list.ts";

/** A directive's argument as written, quotes included; null when it has none. The first of several of one name stands. */
export type Arguments = ReadonlyMap<string, string | null>;

/** What `private` and `no-cache` speak of: the response, the fields named (lower case), or, when absent, nothing. */
type Reach = "response" | readonly string[] | null;

/** RFC 9111 §5.2.2, RFC 5861 and RFC 8246. Times are seconds, null when the directive is absent. */
export interface ResponseDirectives {
  maxAge: number | null;
  sMaxage: number | null;
  staleWhileRevalidate: number | null;
  staleIfError: number | null;
  noCache: Reach;
  private: Reach;
  noStore: boolean;
  public: boolean;
  mustRevalidate: boolean;
  proxyRevalidate: boolean;
  mustUnderstand: boolean;
  immutable: boolean;
}

/** RFC 9111 §5.2.1 and RFC 5861 §4. Times are seconds, null when the directive is absent. */
export interface RequestDirectives {
  maxAge: number | null;
  /** Without an argument: any staleness will do. */
  maxStale: number | null;
  minFresh: number | null;
  staleIfError: number | null;
  noCache: boolean;
  noStore: boolean;
  onlyIfCached: boolean;
}

/** RFC 9111 §1.2.2: a greater number of seconds counts as this one. */
export const maxSeconds = 2 ** 31;

/** RFC 9111 §5.2: the directives of a Cache-Control value, names in any case. Unknown ones are kept and mean nothing. */
export function parseCacheControl(value: string | null | undefined): Arguments {
  const found = new Map<string, string | null>();
  for (const member of listMembers(value ?? "")) {
    const name = /^[^\s=]*/.exec(member)?.[0] ?? "";
    const rest = member.slice(name.length);
    // "max-age =60" and "max-age= 60" are not max-age=60: the blank stays in the argument and spoils it.
    const argument = rest.startsWith("=") ? rest.slice(1) : rest || null;
    const key = name.toLowerCase();
    if (!found.has(key)) found.set(key, argument);
  }
  return found;
}

/** What a response tells shared caches, in Cache-Control or in a field of the same meaning. */
export function responseDirectives(directives: Arguments): ResponseDirectives {
  return {
    maxAge: seconds(directives, "max-age"),
    sMaxage: seconds(directives, "s-maxage"),
    staleWhileRevalidate: seconds(directives, "stale-while-revalidate"),
    staleIfError: seconds(directives, "stale-if-error"),
    noCache: reach(directives, "no-cache"),
    private: reach(directives, "private"),
    noStore: directives.has("no-store"),
    public: directives.has("public"),
    mustRevalidate: directives.has("must-revalidate"),
    proxyRevalidate: directives.has("proxy-revalidate"),
    mustUnderstand: directives.has("must-understand"),
    immutable: directives.has("immutable"),
  };
}

const noRequestDirectives: RequestDirectives = {
  maxAge: null,
  maxStale: null,
  minFresh: null,
  staleIfError: null,
  noCache: false,
  noStore: false,
  onlyIfCached: false,
};

/** What a request asks of caches. Its Pragma is not read: RFC 9111 §5.4 deprecates it. */
export function requestDirectives(request: Fields): RequestDirectives {
  const written = request.get("cache-control");
  if (!written) return noRequestDirectives;
  const directives = parseCacheControl(written);
  return {
    maxAge: seconds(directives, "max-age"),
    maxStale:
      directives.get("max-stale") === null
        ? maxSeconds
        : seconds(directives, "max-stale"),
    minFresh: seconds(directives, "min-fresh"),
    staleIfError: seconds(directives, "stale-if-error"),
    noCache: directives.has("no-cache"),
    noStore: directives.has("no-store"),
    onlyIfCached: directives.has("only-if-cached"),
  };
}

/** RFC 9111 §4.2.1: what is no number of seconds had better count as stale, so it is zero. §5.2: it may come quoted. */
function seconds(directives: Arguments, name: string): number | null {
  const argument = directives.get(name);
  if (argument === undefined) return null;
  const digits = unquoted(argument ?? "");
  return /^\d+$/.test(digits) ? Math.min(Number(digits), maxSeconds) : 0;
}

/** RFC 9111 §5.2.2.4 and §5.2.2.7: a list of fields narrows the directive; a list of none does not. */
function reach(directives: Arguments, name: string): Reach {
  const argument = directives.get(name);
  if (argument === undefined) return null;
  const names = listMembers(unquoted(argument ?? "")).map((member) =>
    member.toLowerCase(),
  );
  return names.length === 0 ? "response" : names;
}
