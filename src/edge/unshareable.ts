import type { Refusal } from "../cache/storing.ts";
import type { Edge } from "./edge.ts";

/** How long one answer that may not be stored speaks for those that follow. */
const rememberedMs = 10_000;
const mostKeys = 20_000;

/** Refusals that come from the response and will come again; those that a visitor can provoke are not among them. */
const lasting = new Set<Refusal>([
  "no-store",
  "private",
  "set-cookie",
  "vary-star",
  "no-freshness-or-validator",
]);

/** Remembers that a resource answers each visitor alone, so that nobody looks for it on the shelf or waits for another's answer. */
export function noteUnshareable(
  key: string,
  status: number,
  because: Refusal,
  { isolate, world }: Edge,
): void {
  // An origin in trouble is when collapsing is wanted most.
  if (status >= 500 || !lasting.has(because)) return;
  const noted = isolate.unshareableUntilMs;
  if (noted.size >= mostKeys) noted.clear();
  noted.set(key, world.nowMs() + rememberedMs);
}

export function isUnshareable(key: string, { isolate, world }: Edge): boolean {
  return world.nowMs() < (isolate.unshareableUntilMs.get(key) ?? 0);
}
