import { currentAgeSeconds, initialAgeSeconds } from "./age.ts";
import type { Fields } from "../http/fields.ts";
import { dateOf, readDate } from "./dates.ts";
import { policyOf } from "./policy.ts";
import type { Policy } from "./policy.ts";
import { defaultTtlSeconds } from "./settings.ts";
import type { CacheSettings } from "./settings.ts";
import { heuristicallyCacheable } from "./statuses.ts";
import { fieldsOf } from "./stored.ts";
import type { Stored } from "./stored.ts";

/** How long a response stays fresh after it was made, and on whose word. */
export interface Lifetime {
  seconds: number;
  basis: "explicit" | "site" | "heuristic" | "none";
}

/** RFC 9111 §4.2 for one stored response at one moment. `ttlSeconds` is what is left of its lifetime: zero or less is stale. */
export interface Freshness {
  ageSeconds: number;
  ttlSeconds: number;
  policy: Policy;
}

/** How old a stored response is, how long it stays fresh, and by whose word. */
export function freshnessOf(
  stored: Stored,
  settings: CacheSettings,
  nowMs: number,
): Freshness {
  const { policy, initialSeconds, lifetimeSeconds } = termsOf(stored, settings);
  const ageSeconds = currentAgeSeconds(
    initialSeconds,
    stored.responseTimeMs,
    nowMs,
  );
  return { ageSeconds, ttlSeconds: lifetimeSeconds - ageSeconds, policy };
}

/** What time does not change. */
interface Terms {
  settings: CacheSettings;
  policy: Policy;
  initialSeconds: number;
  lifetimeSeconds: number;
}

// Every request for a stored response needs this, and all of this follows from values that never change.
const known = new WeakMap<Stored, Terms>();

function termsOf(stored: Stored, settings: CacheSettings): Terms {
  const before = known.get(stored);
  if (before?.settings === settings) return before;
  const response = { status: stored.status, fields: fieldsOf(stored) };
  const policy = policyOf(response, settings);
  const lifetime = freshnessLifetime(
    response,
    policy,
    stored.responseTimeMs,
    settings,
  );
  const terms = {
    settings,
    policy,
    initialSeconds: initialAgeSeconds(stored),
    lifetimeSeconds: lifetime.seconds,
  };
  known.set(stored, terms);
  return terms;
}

/** RFC 9111 §4.2.1, shared cache: s-maxage outranks max-age, which outranks Expires; then the site's default, then a guess. */
export function freshnessLifetime(
  response: { status: number; fields: Fields },
  policy: Policy,
  responseTimeMs: number,
  settings: CacheSettings,
): Lifetime {
  const { sMaxage, maxAge } = policy.directives;
  const stated =
    sMaxage ??
    maxAge ??
    expiresSeconds(policy.expires, response.fields, responseTimeMs);
  if (stated !== null) return { seconds: stated, basis: "explicit" };
  const siteSeconds = defaultTtlSeconds(settings, response.status);
  if (siteSeconds !== null) return { seconds: siteSeconds, basis: "site" };
  const guess = heuristicSeconds(response, policy, responseTimeMs);
  return guess === null
    ? { seconds: 0, basis: "none" }
    : { seconds: guess, basis: "heuristic" };
}

/** RFC 9111 §5.3: what is no date, "0" above all, is in the past. */
function expiresSeconds(
  expires: string | null,
  response: Fields,
  responseTimeMs: number,
): number | null {
  if (expires === null) return null;
  const at = readDate(expires, responseTimeMs);
  return at === null
    ? 0
    : Math.max(0, Math.floor((at - dateOf(response, responseTimeMs)) / 1000));
}

/** A guess should not outlast the day on which someone may look into why the page has not changed. */
const maxHeuristicSeconds = 24 * 60 * 60;

/** RFC 9110 §15.4.2, §15.4.9: "permanently" is as good as a date of the last change, but origins change their minds. */
const permanentRedirectSeconds = 600;
const permanentRedirects: ReadonlySet<number> = new Set([301, 308]);

/**
 * RFC 9111 §4.2.2: a tenth of the time since the last change, for statuses that allow it and for whatever is public; ten minutes for a
 * permanent redirect that does not tell.
 */
function heuristicSeconds(
  response: { status: number; fields: Fields },
  policy: Policy,
  responseTimeMs: number,
): number | null {
  if (!policy.directives.public && !heuristicallyCacheable.has(response.status))
    return null;
  const modified = readDate(
    response.fields.get("last-modified"),
    responseTimeMs,
  );
  if (modified === null)
    return permanentRedirects.has(response.status)
      ? permanentRedirectSeconds
      : null;
  const unchangedSeconds =
    (dateOf(response.fields, responseTimeMs) - modified) / 1000;
  return Math.min(
    maxHeuristicSeconds,
    Math.max(0, Math.floor(unchangedSeconds / 10)),
  );
}
