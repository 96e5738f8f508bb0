import { freshnessOf } from "../cache/freshness.ts";
import { planRange, type RangePlan } from "../cache/ranges.ts";
import { planReuse, type Reuse } from "../cache/reuse.ts";
import type { CacheStatus, ForwardReason } from "../cache/status.ts";
import { entryOf } from "./cache-store.ts";
import { purgeOf, type RequestContext } from "./context.ts";
import type { CacheEntry } from "./isolate-cache.ts";
import { canBeRequestedLater } from "./store.ts";
import { sliceBytes } from "./stored-body.ts";

/** Why the origin is asked, and what was stored when that was planned. */
export interface FetchTask {
  plan: Extract<Reuse, { kind: "validate" | "forward" }>;
  entries: readonly CacheEntry[];
}

/** A cache entry that answers a request, and how. */
export interface Serving {
  entry: CacheEntry;
  cacheStatus: CacheStatus;
  ageSeconds: number;
  range: RangePlan;
}

export type Plan =
  /** `refresh`: the entry is stale, and is fetched anew behind the request (RFC 5861 §3). */
  | { kind: "serve"; serving: Serving; refresh: FetchTask | null }
  | { kind: "fetch"; task: FetchTask }
  /** RFC 9111 §5.2.1.7: only-if-cached, and nothing to answer with. */
  | { kind: "gateway-timeout" };

/** What to do with a request, given the entries of its key. `waitedFor`: why the collapsed fetch was sent that it has waited for. */
export function planRequest(
  context: RequestContext,
  entries: readonly CacheEntry[],
  waitedFor: ForwardReason | null,
): Plan {
  const { request, site, url, edge } = context;
  let range: RangePlan = { kind: "whole" };
  const plan = planReuse(
    request,
    entries.map(({ stored }) => stored),
    site.cache,
    {
      nowMs: edge.world.nowMs(),
      purge: (stored) => purgeOf(stored, context),
      suffices: (stored) => {
        range = rangeOf(context, stored);
        return suffices(context, range, entryOf(stored, entries));
      },
    },
  );
  switch (plan.kind) {
    case "gateway-timeout":
      return plan;
    case "validate":
    case "forward":
      return { kind: "fetch", task: { plan, entries } };
    case "serve":
    case "serve-stale":
      break;
  }
  const { stored, ttlSeconds, ageSeconds } = plan;
  const validate = {
    kind: "validate",
    stored,
    because: "stale",
    purged: false,
  } as const;
  const entry = entryOf(stored, entries);
  if (entry === null)
    return { kind: "fetch", task: { plan: validate, entries } };
  edge.isolate.cache.use(context.resource.key, entry);
  const cacheStatus: CacheStatus =
    waitedFor === null
      ? { kind: "hit", ttlSeconds, key: url }
      : {
          kind: "forward",
          because: waitedFor,
          collapsed: true,
          ttlSeconds,
          key: url,
        };
  return {
    kind: "serve",
    serving: { entry, cacheStatus, ageSeconds, range },
    refresh: plan.kind === "serve-stale" ? { plan: validate, entries } : null,
  };
}

/** How an entry answers that a fetch has brought. */
export function servingOf(
  context: RequestContext,
  entry: CacheEntry,
  cacheStatus: CacheStatus,
): Serving {
  const { site, edge } = context;
  const { stored } = entry;
  const { ageSeconds } = freshnessOf(stored, site.cache, edge.world.nowMs());
  return { entry, cacheStatus, ageSeconds, range: rangeOf(context, stored) };
}

function rangeOf(
  { request, edge }: RequestContext,
  stored: CacheEntry["stored"],
): RangePlan {
  return planRange(request, stored, () => edge.world.randomHex(12));
}

/** Are the bytes held enough for the request's Range, or for the whole when there is none? */
function suffices(
  { request }: RequestContext,
  range: RangePlan,
  entry: CacheEntry | null,
): boolean {
  if (range.kind === "elsewhere" || entry === null) return false;
  const { body, stored } = entry;
  // A body of which parts may be gone at the origin is not for who wants all of it.
  if (body.kind === "pop" && !body.isWhole && range.kind === "whole")
    return request.method === "HEAD";
  if (body.kind !== "arriving") return true;
  // The origin has a part sooner than the whole has arrived up to there.
  return (
    range.kind === "whole" ||
    isShort(stored) ||
    canBeRequestedLater(stored) ||
    (range.kind === "part" && range.first <= body.arriving.length)
  );
}

/** Then it will soon be there. */
function isShort({ bodyLength }: CacheEntry["stored"]): boolean {
  return bodyLength !== null && bodyLength <= sliceBytes;
}
