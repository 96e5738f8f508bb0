// The runtime's only clock is the wall clock, which may be set back or forward at any moment; `performance.now()` follows it.

/** Is it less than `durationMs` since a moment? Where the clock was set back before it, nobody knows, so no. */
export function isWithin(
  sinceMs: number,
  durationMs: number,
  nowMs: number,
): boolean {
  return sinceMs <= nowMs && nowMs < sinceMs + durationMs;
}

/** How far the clocks of one PoP's machines may be apart. */
const skewMs = 1000;

/** Did something that is past happen at a moment that is to come, because the clock was set back since? */
export function isAhead(atMs: number, nowMs: number): boolean {
  return atMs > nowMs + skewMs;
}
