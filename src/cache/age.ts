import { dateOf } from "./dates.ts";
import { maxSeconds } from "./directives.ts";
import { fieldsOf } from "./stored.ts";
import type { Stored } from "./stored.ts";

/**
 * RFC 9111 §5.1: the first member of Age, when that is a non-negative integer; otherwise zero. Parameters after it are passed
 * over, as a structured-field reader would, because a response that says it is old had better be taken at its word.
 */
export function ageValueSeconds(value: string | null | undefined): number {
  const digits = /^\s*(\d+)\s*(?:[,;]|$)/.exec(value ?? "")?.[1];
  return digits === undefined ? 0 : Math.min(Number(digits), maxSeconds);
}

/** RFC 9111 §4.2.3, corrected_initial_age: how old a response was when it had arrived. */
export function initialAgeSeconds({
  fields,
  requestTimeMs,
  responseTimeMs,
}: Pick<Stored, "fields" | "requestTimeMs" | "responseTimeMs">): number {
  const received = fieldsOf({ fields });
  // Date has no fractions of a second, so the response's arrival is compared without them too.
  const arrival = Math.floor(responseTimeMs / 1000);
  const apparentAge = Math.max(
    0,
    arrival - dateOf(received, arrival * 1000) / 1000,
  );
  const responseDelay = (responseTimeMs - requestTimeMs) / 1000;
  const correctedAge = ageValueSeconds(received.get("age")) + responseDelay;
  return Math.max(apparentAge, correctedAge);
}

/** RFC 9111 §4.2.3, current_age, in whole seconds. Clocks step back; an age is never negative. */
export function currentAgeSeconds(
  initialSeconds: number,
  responseTimeMs: number,
  nowMs: number,
): number {
  const residentTime = (nowMs - responseTimeMs) / 1000;
  return Math.max(0, Math.floor(initialSeconds + residentTime));
}
