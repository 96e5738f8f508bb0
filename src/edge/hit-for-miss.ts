import type { Refusal } from "../cache/storing.ts";
import type { Edge } from "./edge.ts";

/** How long one answer speaks for those that follow. */
const rememberedMs = 10_000;
const maxKeys = 20_000;

/** Whom an answer of this resource is good for: only who asked, in three ways. */
type Reach =
  /** It may not be stored. */
  | "uncacheable"
  /** It may not be stored when the request had a cookie. */
  | "uncacheable-with-cookie"
  /** It is stored, but has to be validated by everybody. */
  | "always-validated";

/** What is known of a resource, and until when. */
export interface Known {
  reach: Reach;
  untilMs: number;
}

/** Refusals that will come again. Others may be of one request's making, or of an origin's in trouble, when collapsing is wanted most. */
const lasting: ReadonlyMap<Refusal, Reach> = new Map([
  ["no-store", "uncacheable"],
  ["private", "uncacheable"],
  ["set-cookie", "uncacheable"],
  ["vary-star", "uncacheable"],
  ["no-freshness-or-validator", "uncacheable"],
  ["cookie", "uncacheable-with-cookie"],
]);

/** Remembers that answers of a resource are for one visitor each, so that nobody waits for another's (hit-for-miss). */
export function rememberRefusal(
  key: string,
  status: number,
  because: Refusal,
  edge: Edge,
): void {
  const reach = lasting.get(because);
  if (status < 500 && reach !== undefined) remember(key, reach, edge);
}

export function remember(
  key: string,
  reach: Reach,
  { isolate, world }: Edge,
): void {
  const { hitForMiss } = isolate;
  const untilMs = world.nowMs() + rememberedMs;
  hitForMiss.delete(key);
  hitForMiss.set(key, { reach, untilMs });
  if (hitForMiss.size <= maxKeys) return;
  const [oldest] = hitForMiss.keys();
  if (oldest !== undefined) hitForMiss.delete(oldest);
}

/** Is an answer of this resource good for others, as far as is known? */
export function isForAll(
  key: string,
  request: { cookie: string | null },
  edge: Edge,
): boolean {
  const reach = recall(key, edge);
  return (
    reach === null ||
    (reach === "uncacheable-with-cookie" && request.cookie === null)
  );
}

/** There is no use in looking for something stored. */
export function isUncacheable(key: string, edge: Edge): boolean {
  return recall(key, edge) === "uncacheable";
}

function recall(key: string, { isolate, world }: Edge): Reach | null {
  const known = isolate.hitForMiss.get(key);
  return known !== undefined && world.nowMs() < known.untilMs
    ? known.reach
    : null;
}
