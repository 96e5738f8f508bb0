import type { Answer, Visit } from "./visits.ts";

/** A stretch of time in which a customer was dropped, by when the list was written. */
export interface Drop {
  customer: string;
  beganAtMs: number;
  /** Infinity while it lasts. */
  endedAtMs: number;
}

/** How long after a write the edge may go on as before, in milliseconds: for new requests, and for what is open. */
export interface Bounds {
  newMs: number;
  openMs: number;
}

/** Why an answer should not have been, or null. */
export function judge(
  visit: Visit,
  answer: Answer,
  { drops, bounds }: { drops: readonly Drop[]; bounds: Bounds },
): string | null {
  const { status, body, end, beganAtMs, endedAtMs } = answer;
  if (/\n\s+at .*:\d+:\d+/.test(body.toString("latin1", 0, 4096)))
    return "a stack trace";
  const own = drops.filter(({ customer }) => customer === visit.customer);
  const isRefused = status === 403;
  const wasDark = own.some(
    (drop) =>
      beganAtMs > drop.beganAtMs + bounds.newMs && endedAtMs < drop.endedAtMs,
  );
  if (wasDark)
    return isRefused ? null : `status ${status} of a dropped customer`;
  const outlives = own.some(
    (drop) =>
      endedAtMs > drop.beganAtMs + bounds.newMs + bounds.openMs &&
      beganAtMs < drop.beganAtMs &&
      endedAtMs < drop.endedAtMs,
  );
  if (outlives && end !== "broken" && end !== "left")
    return "a response that outlived its customer's drop";
  // While a write spreads, either is right.
  const isChanging = own.some(
    (drop) =>
      endedAtMs >= drop.beganAtMs && beganAtMs <= drop.endedAtMs + bounds.newMs,
  );
  if (isChanging && (isRefused || end === "broken")) return null;
  return judgeServed(visit, answer);
}

function judgeServed(
  { expected, customer }: Visit,
  { status, body, end }: Answer,
): string | null {
  if (end === "hung") return expected.mayBreak ? null : "no end";
  if (end === "broken" && !expected.mayBreak)
    return `broken off, status ${status}, after ${body.byteLength} bytes`;
  if (!expected.statuses.includes(status))
    return `status ${status} instead of ${expected.statuses.join(" or ")}`;
  if (status === 431 || end !== "whole" || expected.body === null) return null;
  return body.equals(expected.body)
    ? null
    : `other bytes than ${customer}'s: ${body.byteLength} instead of ${expected.body.byteLength}`;
}
