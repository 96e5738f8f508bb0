import type { Fields } from "../http/fields.ts";
import { requestDirectives } from "./directives.ts";
import { freshnessOf } from "./freshness.ts";
import type { Policy } from "./policy.ts";
import type { CacheSettings } from "./settings.ts";
import type { Stored } from "./stored.ts";

/** How the next hop failed: no complete response at all, or one with this status. */
export type Failure =
  { kind: "unreachable" } | { kind: "status"; status: number };

/** What to answer after a failure: the stored response, stale as it is, or the failure itself. */
export type OnError =
  | {
      kind: "serve-stale";
      stored: Stored;
      ageSeconds: number;
      ttlSeconds: number;
    }
  | { kind: "fail" };

/** RFC 9111 §4.2.4: directives that forbid any use of a stale response. §5.2.2.10: s-maxage implies proxy-revalidate. */
export function forbidsStale({ directives }: Policy): boolean {
  return (
    directives.mustRevalidate ||
    directives.proxyRevalidate ||
    directives.sMaxage !== null ||
    directives.noCache === "response"
  );
}

/** RFC 5861 §4: the statuses that are errors for stale-if-error. */
const errors = new Set([500, 502, 503, 504]);

/**
 * RFC 9111 §4.2.4 and RFC 5861 §4. stale-if-error sets a time for either failure. Without it a response stands in, as long as
 * the site lets it, for an origin that cannot be reached, but not for one that answers with an error: that answer is news.
 */
export function staleOnError(
  stored: Stored,
  request: Fields,
  failure: Failure,
  settings: CacheSettings,
  nowMs: number,
): OnError {
  const { ageSeconds, ttlSeconds, policy } = freshnessOf(
    stored,
    settings,
    nowMs,
  );
  if (forbidsStale(policy)) return { kind: "fail" };
  if (failure.kind === "status" && !errors.has(failure.status))
    return { kind: "fail" };
  const unasked =
    failure.kind === "unreachable" ? settings.serveStaleSeconds : 0;
  const granted = policy.directives.staleIfError ?? unasked;
  const directives =
    settings.requestDirectives === "honoured"
      ? requestDirectives(request).staleIfError
      : null;
  // A fresh response comes here too, when a visitor or a purge had it validated.
  const staleSeconds = Math.max(0, -ttlSeconds);
  return staleSeconds < Math.max(granted, directives ?? 0)
    ? { kind: "serve-stale", stored, ageSeconds, ttlSeconds }
    : { kind: "fail" };
}
