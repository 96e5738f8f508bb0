import type { Fields } from "../http/fields.ts";
import { parseHttpDate } from "../http/date.ts";

/** Longer than a date in any of its forms (RFC 9110 §5.6.7). */
const maxCharacters = 64;

/** An HTTP-date as a cache reads it: RFC 9111 §4.2 has it match in any case. Null for junk and for absence. */
export function readDate(
  value: string | null | undefined,
  nowMs: number,
): number | null {
  if (!value) return null;
  const written = value.trim();
  if (written.length > maxCharacters) return null;
  const normalised = written.replaceAll(/[A-Za-z]+/g, (word) =>
    word.toUpperCase() === "GMT"
      ? "GMT"
      : (word[0] ?? "").toUpperCase() + word.slice(1).toLowerCase(),
  );
  return parseHttpDate(normalised, nowMs);
}

/** When the response was made: its Date or, without a valid one, when it was received (RFC 9110 §6.6.1). */
export function dateOf(response: Fields, responseTimeMs: number): number {
  return readDate(response.get("date"), responseTimeMs) ?? responseTimeMs;
}
