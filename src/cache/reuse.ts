import { requestDirectives } from "./directives.ts";
import type { RequestDirectives } from "./directives.ts";
import { freshnessOf } from "./freshness.ts";
import type { Freshness } from "./freshness.ts";
import type { RequestFields } from "./request-fields.ts";
import type { CacheSettings } from "./settings.ts";
import { forbidsStale } from "./stale.ts";
import type { ForwardReason } from "./status.ts";
import { bypasses } from "./storing.ts";
import type { Stored } from "./stored.ts";
import { otherVariants } from "./validation.ts";
import { newestFirst, selectVariants } from "./vary.ts";

/** How a stored response may answer a request, or why it may not, in the words of RFC 9211. */
export type Reuse =
  | { kind: "serve"; stored: Stored; ageSeconds: number; ttlSeconds: number }
  /** Served as it is while someone asks the origin anew (RFC 5861 §3). */
  | {
      kind: "serve-stale";
      stored: Stored;
      ageSeconds: number;
      ttlSeconds: number;
    }
  /** `purged`: a soft purge is why, so that the stored response must not stand in for an origin that fails. */
  | {
      kind: "validate";
      stored: Stored;
      because: "stale" | "request";
      purged: boolean;
    }
  /** `known`: stored responses that did not fit, whose entity tags or parts may still spare the origin a body. */
  | { kind: "forward"; because: ForwardReason; known: readonly Stored[] }
  /** RFC 9111 §5.2.1.7: only-if-cached, and nothing to answer with. */
  | { kind: "gateway-timeout" };

/** What else is known of stored responses when a request comes. */
export interface Moment {
  nowMs: number;
  /** What the purge facts say of it: hard, as if never stored; soft, stale until validated. */
  purge(stored: Stored): { kind: "none" | "soft" | "hard" };
  /** Whether the bytes held are enough for the request's Range, or for the whole when there is none. */
  suffices(stored: Stored): boolean;
}

/** RFC 9111 §4: what to do with a request, given the stored responses of its cache key. */
export function planReuse(
  request: { method: string; fields: RequestFields },
  candidates: readonly Stored[],
  settings: CacheSettings,
  moment: Moment,
): Reuse {
  const plan = planUnlimited(request, candidates, settings, moment);
  const goesOn = plan.kind === "validate" || plan.kind === "forward";
  // The one request directive that costs the origin nothing, so it is obeyed whatever the site says of the others.
  return goesOn && requestDirectives(request.fields).onlyIfCached
    ? { kind: "gateway-timeout" }
    : plan;
}

function planUnlimited(
  request: { method: string; fields: RequestFields },
  candidates: readonly Stored[],
  settings: CacheSettings,
  moment: Moment,
): Reuse {
  if (bypasses(request.fields, settings))
    return { kind: "forward", because: "bypass", known: [] };
  if (request.method !== "GET" && request.method !== "HEAD")
    return { kind: "forward", because: "method", known: [] };
  const directives =
    settings.requestDirectives === "honoured"
      ? requestDirectives(request.fields)
      : null;
  if (directives?.noStore)
    return { kind: "forward", because: "request", known: [] };

  const usable = candidates.filter(
    (stored) => moment.purge(stored).kind !== "hard",
  );
  if (usable.length === 0)
    return { kind: "forward", because: "uri-miss", known: [] };
  const matching = selectVariants(request.fields, usable, settings);
  if (matching.length === 0) {
    return {
      kind: "forward",
      because: "vary-miss",
      known: newestFirst(otherVariants(request.fields, usable)),
    };
  }
  const stored = matching.find((each) => moment.suffices(each));
  if (stored === undefined)
    return { kind: "forward", because: "partial", known: matching };
  return evaluate(stored, directives, settings, moment);
}

/** May a stored response answer anybody at this moment without the origin being asked first? Purges apart. */
export function isReusable(
  stored: Stored,
  settings: CacheSettings,
  nowMs: number,
): boolean {
  const moment: Moment = {
    nowMs,
    purge: () => ({ kind: "none" }),
    suffices: () => true,
  };
  return evaluate(stored, null, settings, moment).kind !== "validate";
}

/** RFC 9111 §4.2 to §4.2.4 for the selected response. `directives` is null where a visitor's directives do not count. */
function evaluate(
  stored: Stored,
  directives: RequestDirectives | null,
  settings: CacheSettings,
  moment: Moment,
): Reuse {
  const freshness = freshnessOf(stored, settings, moment.nowMs);
  const { ageSeconds, ttlSeconds, policy } = freshness;
  const purged = moment.purge(stored).kind === "soft";
  if (policy.directives.noCache === "response" || purged)
    return { kind: "validate", stored, because: "stale", purged };
  if (directives !== null && wantsNewer(directives, freshness))
    return { kind: "validate", stored, because: "request", purged };
  if (ttlSeconds > 0) return { kind: "serve", stored, ageSeconds, ttlSeconds };
  if (!forbidsStale(policy)) {
    if (-ttlSeconds <= (directives?.maxStale ?? -1))
      return { kind: "serve", stored, ageSeconds, ttlSeconds };
    if (-ttlSeconds < (policy.directives.staleWhileRevalidate ?? 0))
      return { kind: "serve-stale", stored, ageSeconds, ttlSeconds };
  }
  return { kind: "validate", stored, because: "stale", purged };
}

/**
 * RFC 9111 §5.2.1. RFC 8246 §2: what is immutable and fresh is not validated for a reload, which sends max-age=0; no-cache is
 * the sign that it is wanted all the same.
 */
function wantsNewer(
  directives: RequestDirectives,
  { ageSeconds, ttlSeconds, policy }: Freshness,
): boolean {
  if (directives.noCache) return true;
  if (directives.minFresh !== null && ttlSeconds < directives.minFresh)
    return true;
  if (
    directives.maxAge === null ||
    (policy.directives.immutable && ttlSeconds > 0)
  )
    return false;
  // An age is rounded down, and what is older than nothing has none to spare.
  return directives.maxAge === 0 || ageSeconds > directives.maxAge;
}
