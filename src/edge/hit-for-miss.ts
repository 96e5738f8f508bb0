import { hasCredentials } from "../cache/request-fields.ts";
import { isOfResource } from "../cache/statuses.ts";
import type { Refusal } from "../cache/storing.ts";
import type { RequestContext } from "./context.ts";
import type { Edge } from "./edge.ts";

const maxKeys = 20_000;

/** Whom an answer of this resource is good for, as far as answers have told. */
export type Reach =
  /** Only who asked: it may not be stored, or is another one for who sends all fields. */
  | "uncacheable"
  /** Only who asked, when the request had a Cookie or Authorization. */
  | "uncacheable-with-credentials"
  /** It is stored, but has to be validated by everybody. */
  | "always-validated"
  /** Everybody, whatever their cookies: an answer to a request with some said so. */
  | "for-all";

/** What is known of a resource, and until when. */
export interface Known {
  reach: Reach;
  untilMs: number;
}

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
const lasting: ReadonlySet<Refusal> = new Set([
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
  { resource: { key }, request }: RequestContext,
  status: number,
  because: Refusal,
  edge: Edge,
): void {
  if (status >= 500 || !lasting.has(because)) return;
  const isOfCredentials = hasCredentials(request.fields);
  if (!isOfCredentials) remember(key, "uncacheable", edge);
  else if (!isUncacheable(key, edge))
    remember(key, "uncacheable-with-credentials", edge);
}

export function remember(
  key: string,
  reach: Reach,
  { isolate, world }: Edge,
): void {
  const { hitForMiss } = isolate;
  const untilMs = world.nowMs() + rememberedMs[reach];
  hitForMiss.delete(key);
  hitForMiss.set(key, { reach, untilMs });
  if (hitForMiss.size <= maxKeys) return;
  const [oldest] = hitForMiss.keys();
  if (oldest !== undefined) hitForMiss.delete(oldest);
}

/** May one request go to the origin for others as well, as far as is known? */
export function isForOthers(
  { resource: { key }, request }: RequestContext,
  edge: Edge,
): boolean {
  switch (recall(key, edge)) {
    case null:
    case "for-all":
      return true;
    case "uncacheable":
    case "always-validated":
      return false;
    case "uncacheable-with-credentials":
      return !hasCredentials(request.fields);
  }
}

/** Is it known that nothing can be stored of this resource? */
export function isUncacheable(key: string, edge: Edge): boolean {
  return recall(key, edge) === "uncacheable";
}

/** What answers have told of a resource, null for nothing. */
export function recall(key: string, { isolate, world }: Edge): Reach | null {
  const known = isolate.hitForMiss.get(key);
  return known !== undefined && world.nowMs() < known.untilMs
    ? known.reach
    : null;
}

/** Second askings that came to the same status, in a row, of a host's missing resources; and until when that counts. */
export interface Confirmed {
  times: number;
  untilMs: number;
}

const enough = 3;
const confirmedMs = 10_000;
const maxHosts = 10_000;

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
    world.nowMs() < known.untilMs
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
  const untilMs = world.nowMs() + confirmedMs;
  confirmedErrors.set(host, { times: before + 1, untilMs });
  if (confirmedErrors.size <= maxHosts) return;
  const [oldest] = confirmedErrors.keys();
  if (oldest !== undefined) confirmedErrors.delete(oldest);
}
