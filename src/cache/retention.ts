import { freshnessOf } from "./freshness.ts";
import type { CacheSettings } from "./settings.ts";
import { forbidsStale } from "./stale.ts";
import { fieldsOf, type Stored } from "./stored.ts";

/** Nothing is kept for longer than this after it was fetched, however often it was validated. */
export const maxKeptSeconds = 30 * 86_400;

/** For clocks that differ, and for visitors who accept what is stale (RFC 9111 §5.2.1.2). */
const marginSeconds = 3_600;

/**
 * For how long from now a body may be of use. With a validator, as long as it is kept: a 304 makes it fresh again. Without, while
 * it is fresh or may be used stale.
 */
export function usefulSeconds(
  stored: Stored,
  settings: CacheSettings,
  nowMs: number,
): number {
  const fields = fieldsOf(stored);
  if (fields.get("etag") || fields.get("last-modified")) return maxKeptSeconds;
  const { ttlSeconds, policy } = freshnessOf(stored, settings, nowMs);
  const { staleWhileRevalidate, staleIfError } = policy.directives;
  const staleSeconds = forbidsStale(policy)
    ? 0
    : Math.max(
        staleWhileRevalidate ?? 0,
        staleIfError ?? settings.serveStaleSeconds,
      );
  const seconds = Math.ceil(Math.max(ttlSeconds, 0)) + staleSeconds;
  return Math.min(seconds + marginSeconds, maxKeptSeconds);
}
