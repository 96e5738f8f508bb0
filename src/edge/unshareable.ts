import type { Refusal } from "../cache/storing.ts";
import type { Edge } from "./edge.ts";

/** How long one answer that may not be stored speaks for those that follow. */
const rememberedMs = 10_000;
const mostKeys = 20_000;

/** To whom a resource gives answers of their own: to everybody, or to those who come with a cookie. */
type Alone = "everybody" | "with-cookie";

/** Refusals that will come again. Others may be of one request's making, or of an origin's in trouble, when collapsing is wanted most. */
const lasting: ReadonlyMap<Refusal, Alone> = new Map([
  ["no-store", "everybody"],
  ["private", "everybody"],
  ["set-cookie", "everybody"],
  ["vary-star", "everybody"],
  ["no-freshness-or-validator", "everybody"],
  ["cookie", "with-cookie"],
]);

/** Remembers that a resource answers each visitor alone, so that nobody waits for another's answer. */
export function noteUnshareable(
  key: string,
  status: number,
  because: Refusal,
  { isolate, world }: Edge,
): void {
  const alone = lasting.get(because);
  if (status >= 500 || alone === undefined) return;
  const noted = isolate.unshareableUntilMs;
  if (noted.size >= mostKeys) noted.clear();
  noted.set(`${alone} ${key}`, world.nowMs() + rememberedMs);
}

export function isUnshareable(
  key: string,
  alone: Alone,
  { isolate, world }: Edge,
): boolean {
  const untilMs = isolate.unshareableUntilMs.get(`${alone} ${key}`) ?? 0;
  return world.nowMs() < untilMs;
}
