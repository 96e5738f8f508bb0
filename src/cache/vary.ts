import type { Fields } from "../http/fields.ts";
import { ownText } from "../http/own-text.ts";
import { dateOf } from "./dates.ts";
import { listMembers } from "./list.ts";
import { nominatedBy } from "./nominated.ts";
import {
  maxVaryCharacters,
  unlistedFields,
  type Form,
  type RequestFields,
} from "./request-fields.ts";
import type { CacheSettings } from "./settings.ts";
import { fieldsOf } from "./stored.ts";
import type { Nominated, Stored } from "./stored.ts";

/**
 * The request's values of the fields that the response varies by, to be kept with it: those that its Vary nominates, and
 * Accept-Encoding for a coded response whose origin forgot to say so, since not every client can read it. Null when they are
 * too much to tell stored responses apart by.
 */
export function varyOn(request: Fields, response: Fields): Nominated[] | null {
  const names = nominatedBy(response);
  const coding = response.get("content-encoding")?.trim().toLowerCase();
  const isCoded = Boolean(coding) && coding !== "identity";
  const all =
    isCoded && !names.includes("*") && !names.includes("accept-encoding")
      ? [...names, "accept-encoding"].toSorted()
      : names;
  const presented = presentedBy(request);
  const nominated = all.map((name): Nominated => {
    const value = presented.get(name);
    return [name, value === null ? null : ownText(value)];
  });
  return isTooMuch(nominated) ? null : nominated;
}

/** Are these fields of a request more than is worth telling stored responses apart by? */
export function isTooMuch(nominated: readonly Nominated[]): boolean {
  const characters = nominated.reduce(
    (sum, [name, value]) => sum + name.length + (value?.length ?? 0),
    0,
  );
  return characters > maxVaryCharacters;
}

/**
 * The request's fields by which the response is told apart although its Vary does not name them; null when it cannot be kept
 * apart from others at all.
 */
export function unlistedBesides(
  varied: readonly Nominated[],
  request: RequestFields,
  form: Form,
  settings: CacheSettings,
): Nominated[] | null {
  const unlisted = unlistedFields(request, form, settings);
  return unlisted === null ? null : besides(varied, unlisted);
}

function besides(
  varied: readonly Nominated[],
  unlisted: Nominated[],
): Nominated[] {
  return unlisted.length === 0 || varied.length === 0
    ? unlisted
    : unlisted.filter(([name]) => varied.every(([other]) => other !== name));
}

/**
 * RFC 9111 §4.1: the stored responses whose nominated fields match the request's, best first. Those that have a Vary come
 * before those whose origin forgot it, then the most recent. Fields that no Vary names have to be alike as well, either those of
 * the shared form or, for what was got by a request as it was received, all of them.
 */
export function selectVariants(
  request: RequestFields,
  candidates: readonly Stored[],
  settings: CacheSettings,
): Stored[] {
  const shared = unlistedFields(request, "shared", settings);
  // Few are stored so, and it takes a look at every field.
  let received: Nominated[] | null | undefined;
  const isAlike = (stored: Stored) => {
    if (isSame(shared, stored)) return true;
    if (stored.unlisted.length === 0) return false;
    received ??= unlistedFields(request, "as-received", settings);
    return isSame(received, stored);
  };
  const selected = candidates.filter(
    (stored) => matches(request, stored) && isAlike(stored),
  );
  if (selected.length <= 1) return selected;
  return newestFirst(selected).toSorted(
    (a, b) => Number(b.varyOn.length > 0) - Number(a.varyOn.length > 0),
  );
}

/** Was a stored response got by what is the shared form of this request too? */
export function isOfSharedForm(
  stored: Stored,
  request: RequestFields,
  settings: CacheSettings,
): boolean {
  return isSame(unlistedFields(request, "shared", settings), stored);
}

function isSame(unlisted: Nominated[] | null, stored: Stored): boolean {
  if (unlisted === null) return false;
  const left = besides(stored.varyOn, unlisted);
  return (
    left.length === stored.unlisted.length &&
    left.every(([name, value], at) => {
      const other = stored.unlisted[at];
      return other?.[0] === name && other[1] === value;
    })
  );
}

/** Most recent by Date, as RFC 9111 §4 and §4.1 have it; of the same second, the one that arrived last. */
export function newestFirst(candidates: readonly Stored[]): Stored[] {
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
      name !== field || presentedBy(request).get(name) === value,
  );
}

function matches(request: Fields, stored: Stored): boolean {
  const presented = presentedBy(request);
  return stored.varyOn.every(
    ([name, value]) =>
      name !== "*" &&
      (presented.get(name) === value ||
        (name === "accept-language" && prefers(presented, stored))),
  );
}

/** A request's fields as they are compared: each is read once, however many responses are stored. */
class PresentedFields implements Fields {
  readonly #request: Fields;
  readonly #values = new Map<string, string | null>();
  #language: string | null | undefined;

  constructor(request: Fields) {
    this.#request = request;
  }

  /** A value that is too long for any stored response stays as it is. */
  get(name: string): string | null {
    const before = this.#values.get(name);
    if (before !== undefined) return before;
    const value = this.#request.get(name) ?? null;
    const isShort = value !== null && value.length <= maxVaryCharacters;
    const presented = isShort ? normalised(name, value) : value;
    this.#values.set(name, presented);
    return presented;
  }

  /** The language that is wanted above all others. */
  get language(): string | null {
    if (this.#language === undefined)
      this.#language = firstWish(this.get("accept-language") ?? "");
    return this.#language;
  }
}

const known = new WeakMap<Fields, PresentedFields>();

function presentedBy(request: Fields): PresentedFields {
  const before = known.get(request);
  if (before !== undefined) return before;
  const presented = new PresentedFields(request);
  known.set(request, presented);
  return presented;
}

/**
 * RFC 9111 §4.1 lets two values match that mean the same by the field's own definition. White space around commas means
 * nothing in any list; in Accept-Language neither do order, case, "q=1" and repetition (RFC 9110 §12.5.4). Of Accept-Encoding
 * only which codings are acceptable counts, since whoever accepts a coding can read it, however much it is wanted (§12.5.3).
 */
function normalised(name: string, value: string): string {
  switch (name) {
    case "accept-encoding": {
      const codings = preferences(value).flatMap(({ tag, quality }) =>
        quality > 0
          ? [tag]
          : tag === "identity" || tag === "*"
            ? [`${tag};q=0`]
            : [],
      );
      return [...new Set(codings)].toSorted().join(",");
    }
    case "accept-language": {
      const weighted = preferences(value).map(
        ({ tag, quality }) => `${tag};q=${quality}`,
      );
      return [...new Set(weighted)].toSorted().join(",");
    }
    default:
      return listMembers(value).join(",");
  }
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
function prefers({ language }: PresentedFields, stored: Stored): boolean {
  const held = fieldsOf(stored).get("content-language");
  return language !== null && held?.trim().toLowerCase() === language;
}

function firstWish(acceptLanguage: string): string | null {
  if (acceptLanguage.length > maxVaryCharacters) return null;
  const wishes = preferences(acceptLanguage);
  const best = Math.max(...wishes.map(({ quality }) => quality));
  const [first, ...others] = wishes.filter(({ quality }) => quality === best);
  return best > 0 && others.length === 0 ? (first?.tag ?? null) : null;
}
