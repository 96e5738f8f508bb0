import { dateOf } from "./dates.ts";
import { longestSeconds } from "./directives.ts";
import { fieldsOf } from "./stored.ts";
import type { Stored } from "./stored.ts";

/**
 * RFC 9111 §5.1: the first member of Age, when that is a non-negative integer; otherwise zero. Parameters after it are passed
 * over, as a structured-field reader would, because a response that says it is old had better be taken at its word.
 */
export function ageValueSeconds(value: string | null | undefined): number {
  const digits = /^\s*(\d+)\s*(?:[,;]|$)/.exec(value ?? "")?.[1];
  return digits === undefined ? 0 : Math.min(Number(digits), longestSeconds);
}

/** RFC 9111 §4.2.3, in whole seconds. */
export function currentAgeSeconds(
  stored: Pick<Stored, "fields" | "requestTimeMs" | "responseTimeMs">,
  nowMs: number,
): number {
  const fields = fieldsOf(stored);
  const { requestTimeMs, responseTimeMs } = stored;
  // Date has no fractions of a second, so the response's arrival is compared without them too.
  const arrival = Math.floor(responseTimeMs / 1000);
  const apparentAge = Math.max(
    0,
    arrival - dateOf(fields, arrival * 1000) / 1000,
  );
  const responseDelay = (responseTimeMs - requestTimeMs) / 1000;
  const correctedAge = ageValueSeconds(fields.get("age")) + responseDelay;
  const residentTime = (nowMs - responseTimeMs) / 1000;
  // Clocks step back; an age is never negative.
  return Math.max(
    0,
    Math.floor(Math.max(apparentAge, correctedAge) + residentTime),
  );
}
