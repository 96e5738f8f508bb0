import { hasCredentials, unlistedFields } from "../cache/request-fields.ts";
import { isOfResource } from "../cache/statuses.ts";
import type { StoreRefusal } from "../cache/storing.ts";
import { isWithin } from "./clock.ts";
import type { RequestContext } from "./context.ts";
import type { Edge } from "./edge.ts";
import type { Reach } from "./isolate.ts";

/** How long one answer speaks for those that follow, in milliseconds. Every further answer of the kind renews it. */
const rememberedMs: Readonly<Record<Reach, number>> = {
  // As long as Varnish remembers. Once it is over, one visitor's answer may be asked for twice.
  uncacheable: 120_000,
  "uncacheable-with-credentials": 120_000,
  "always-validated": 10_000,
  // The first answer without cookies that may not be stored ends it.
  "for-all": 3_600_000,
};

/** Refusals that will come again. Others may be of one request's making, or of an origin's in trouble, when collapsing is wanted most. */
const lasting: ReadonlySet<StoreRefusal> = new Set([
  "no-store",
  "private",
  "set-cookie",
  "vary-star",
  "no-freshness-or-validator",
  "cookie",
  "authorization",
]);

/** Remembers that answers of a resource are for one visitor each, so that nobody waits for another's (hit-for-miss). */
export function rememberRefusal(
  context: RequestContext,
  status: number,
  because: StoreRefusal,
): void {
  if (status >= 500 || !lasting.has(because)) return;
  const isOfCredentials = hasCredentials(context.request.fields);
  if (!isOfCredentials) remember(context, "uncacheable");
  else if (!isUncacheable(context))
    remember(context, "uncacheable-with-credentials");
}

/** Longer lists of fields than this are not remembered. */
const maxFieldCharacters = 200;

/**
 * What is known is known of a resource and of the fields by which its answers are told apart as if Vary named them: nobody who
 * invents some may keep a page out of the cache for the others. Null where there is too much of them.
 */
function keyOf({ resource, request, site }: RequestContext): string | null {
  const unlisted = unlistedFields(request.fields, "shared", site.cache);
  if (unlisted === null) return null;
  if (unlisted.length === 0) return resource.key;
  const text = JSON.stringify(unlisted);
  return text.length > maxFieldCharacters ? null : `${resource.key} ${text}`;
}

export function remember(context: RequestContext, reach: Reach): void {
  const { isolate, world } = context.edge;
  const key = keyOf(context);
  if (key === null) return;
  isolate.hitForMiss.set(key, { reach, sinceMs: world.nowMs() });
}

/** May one request go to the origin for others as well, as far as is known? */
export function isForOthers(context: RequestContext): boolean {
  switch (recall(context)) {
    case null:
    case "for-all":
      return true;
    case "uncacheable":
    case "always-validated":
      return false;
    case "uncacheable-with-credentials":
      return !hasCredentials(context.request.fields);
  }
}

/** Is it known that nothing can be stored of this resource? */
export function isUncacheable(context: RequestContext): boolean {
  return recall(context) === "uncacheable";
}

/** What answers have told of a resource, null for nothing. */
export function recall(context: RequestContext): Reach | null {
  const { isolate, world } = context.edge;
  if (isolate.hitForMiss.size === 0) return null;
  const key = keyOf(context);
  const known = key === null ? undefined : isolate.hitForMiss.get(key);
  return known !== undefined &&
    isWithin(known.sinceMs, rememberedMs[known.reach], world.nowMs())
    ? known.reach
    : null;
}

const enough = 3;
const confirmedMs = 10_000;

/**
 * Have other resources of the host just shown that who asks makes no difference to what is not there? Scanners ask for such by the
 * thousand.
 */
export function isConfirmed(
  host: string,
  status: number,
  { isolate, world }: Edge,
): boolean {
  const known = isolate.confirmedErrors.get(host);
  return (
    isOfResource(status) &&
    known !== undefined &&
    known.times >= enough &&
    isWithin(known.sinceMs, confirmedMs, world.nowMs())
  );
}

/** Counts a second asking after such an error. */
export function countSecond(
  host: string,
  statuses: { first: number; second: number },
  { isolate, world }: Edge,
): void {
  if (!isOfResource(statuses.first)) return;
  const { confirmedErrors } = isolate;
  const before = confirmedErrors.get(host)?.times ?? 0;
  confirmedErrors.delete(host);
  if (statuses.first !== statuses.second) return;
  confirmedErrors.set(host, { times: before + 1, sinceMs: world.nowMs() });
}
