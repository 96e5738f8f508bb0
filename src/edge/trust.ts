import { isWithin } from "./clock.ts";

/**
 * How long what was read of a key is used. Moments are of the wall clock, the only one that the runtime has: what seems to lie
 * in the future was learned before the clock was set back, so its age is not known and it counts as too old.
 */
export interface Trust {
  /** From this age on it is read again, behind the requests that use it, */
  renewedAfterMs: number;
  /** once so many requests have used it. */
  renewedAfterUses: number;
  /** From this age on it is read again before a request uses it. */
  endsAfterMs: number;
}

/** What is remembered of when a key was read. */
export interface Reading {
  /** When it was asked for: what KV answers is as old as the question. */
  readAtMs: number;
  /** When the last read of it failed; null since one succeeded. */
  failedAtMs: number | null;
  /** How many requests have used it since it was read. */
  uses: number;
}

export type TrustDecision =
  /** `degraded`: only because the list cannot be read. */
  { kind: "use"; renew: boolean; degraded: boolean } | { kind: "read-first" };

/** How long a key that could not be read is left alone. */
const restMs = 1000;

/** How long after a failed read nobody waits for the next: until that one has failed too. */
export function failingMs(deadlineMs: number): number {
  return 2 * restMs + deadlineMs;
}

/** Whether a request may use what is remembered, and whether that is read again behind it. */
export function decideTrust(
  { readAtMs, failedAtMs, uses }: Reading,
  trust: Trust,
  nowMs: number,
  deadlineMs: number,
): TrustDecision {
  const rests = failedAtMs !== null && isWithin(failedAtMs, restMs, nowMs);
  if (isWithin(readAtMs, trust.endsAfterMs, nowMs)) {
    const isDue =
      nowMs - readAtMs >= trust.renewedAfterMs &&
      uses >= trust.renewedAfterUses;
    return { kind: "use", renew: isDue && !rests, degraded: false };
  }
  return failedAtMs !== null &&
    isWithin(failedAtMs, failingMs(deadlineMs), nowMs)
    ? { kind: "use", renew: !rests, degraded: true }
    : { kind: "read-first" };
}
