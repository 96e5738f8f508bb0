import type { Fields } from "../http/fields.ts";
import { dateOf } from "./dates.ts";
import { listMembers } from "./list.ts";
import { fieldsOf } from "./stored.ts";
import type { Nominated, Stored } from "./stored.ts";

/** The request fields that Vary nominates, lower-case, each once (RFC 9110 §12.5.5). "*" among them stands for all. */
export function nominatedBy(response: Fields): string[] {
  const names = listMembers(response.get("vary") ?? "").map((name) =>
    name.toLowerCase(),
  );
  return names.includes("*") ? ["*"] : [...new Set(names)].toSorted();
}

/** The request's values of the fields that the response's Vary nominates, to be kept with it. */
export function varyOn(request: Fields, response: Fields): Nominated[] {
  return nominatedBy(response).map((name) => [
    name,
    normalised(name, request.get(name)),
  ]);
}

/**
 * RFC 9111 §4.1: the stored responses whose nominated fields match the request's, best first. Those that have a Vary come
 * before those whose origin forgot it, then the most recent.
 */
export function selectVariants(
  request: Fields,
  candidates: readonly Stored[],
): Stored[] {
  return mostRecentFirst(
    candidates.filter((stored) => matches(request, stored)),
  ).toSorted(
    (a, b) => Number(b.varyOn.length > 0) - Number(a.varyOn.length > 0),
  );
}

/** Most recent by Date, as RFC 9111 §4 and §4.1 have it; of the same second, the one that arrived last. */
export function mostRecentFirst(candidates: readonly Stored[]): Stored[] {
  return candidates.toSorted(
    (a, b) => madeAtMs(b) - madeAtMs(a) || b.responseTimeMs - a.responseTimeMs,
  );
}

function madeAtMs(stored: Stored): number {
  return dateOf(fieldsOf(stored), stored.responseTimeMs);
}

/** Whether a stored response does not vary on the field, or was got with the request's value of it. */
export function matchesOn(
  field: string,
  request: Fields,
  { varyOn: nominated }: Stored,
): boolean {
  return nominated.every(
    ([name, value]) =>
      name !== field || normalised(name, request.get(name)) === value,
  );
}

function matches(request: Fields, stored: Stored): boolean {
  return stored.varyOn.every(([name, value]) => {
    if (name === "*") return false;
    const presented = request.get(name);
    return (
      normalised(name, presented) === value ||
      (name === "accept-language" && prefers(presented, stored))
    );
  });
}

/**
 * RFC 9111 §4.1 lets two values match that mean the same by the field's own definition. White space around commas means
 * nothing in any list; in Accept-Encoding and Accept-Language neither do order, case, "q=1" and repetition (RFC 9110 §12.5).
 */
function normalised(
  name: string,
  value: string | null | undefined,
): string | null {
  if (value === null || value === undefined) return null;
  if (name !== "accept-encoding" && name !== "accept-language")
    return listMembers(value).join(",");
  const weighted = preferences(value).map(
    ({ tag, quality }) => `${tag};q=${quality}`,
  );
  return [...new Set(weighted)].toSorted().join(",");
}

/** RFC 9110 §12.4.2: each member in lower case with its weight, 1 by default. */
function preferences(value: string): { tag: string; quality: number }[] {
  return listMembers(value.toLowerCase()).map((member) => {
    const [tag = "", ...parameters] = member
      .split(";")
      .map((part) => part.trim());
    const weight = parameters.map(
      (parameter) => /^q\s*=\s*([01](?:\.\d{0,3})?)$/.exec(parameter)?.[1],
    );
    // RFC 9110 §8.4.1.3: x-gzip is gzip, and x-compress is compress.
    return {
      tag: tag.replace(/^x-(?=gzip$|compress$)/, ""),
      quality: Number(weight.find(Boolean) ?? 1),
    };
  });
}

/**
 * More than §4.1 says: a stored response whose one Content-Language is the language this request wants above all others is
 * what its origin would choose, however the lesser wishes of the two requests differ.
 */
function prefers(
  acceptLanguage: string | null | undefined,
  stored: Stored,
): boolean {
  const language = fieldsOf(stored)
    .get("content-language")
    ?.trim()
    .toLowerCase();
  const wishes = preferences(acceptLanguage ?? "");
  const best = Math.max(...wishes.map(({ quality }) => quality));
  const first = wishes.filter(({ quality }) => quality === best);
  return best > 0 && first.length === 1 && first[0]?.tag === language;
}
