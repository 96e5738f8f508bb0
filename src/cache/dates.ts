import type { Fields } from "../http/fields.ts";
import { parseHttpDate } from "../http/date.ts";

/** An HTTP-date as a cache reads it: RFC 9111 §4.2 has it match in any case. Null for junk and for absence. */
export function readDate(
  value: string | null | undefined,
  nowMs: number,
): number | null {
  const usual = (value ?? "")
    .trim()
    .replaceAll(/[A-Za-z]+/g, (word) =>
      word.toUpperCase() === "GMT"
        ? "GMT"
        : (word[0] ?? "").toUpperCase() + word.slice(1).toLowerCase(),
    );
  return parseHttpDate(usual, nowMs);
}

/** When the response was made: its Date or, without a valid one, when it was received (RFC 9110 §6.6.1). */
export function dateOf(response: Fields, responseTimeMs: number): number {
  return readDate(response.get("date"), responseTimeMs) ?? responseTimeMs;
}
