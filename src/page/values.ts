import { webLink } from "./link.ts";
import type { Locale } from "./locales/locale.ts";
import { oneLine } from "./plain.ts";

/** Something a page states, in the reader's language, and the exact value behind it. */
export type Value =
  /** Words in another language than the page's: a tag (BCP 47), or "" where nobody said which. */
  | { kind: "text"; text: string; language: string | null }
  | { kind: "list"; items: readonly string[] }
  | { kind: "link"; url: string; text: string | null }
  | { kind: "links"; links: readonly { url: string; text: string }[] }
  | { kind: "moment"; text: string; iso: string };

// Enough to recognise a site or a region by; a list of everything would drown the rest of the page.
const listed = 12;

/** No language reads it as its own punctuation, and none as foreign. */
export const listSeparator = " · ";

/** Null for words that are not there, or are only white space. */
export function words(
  text: string | null | undefined,
  language: string | null = null,
): Value | null {
  const line = oneLine(text ?? "");
  return line === "" ? null : { kind: "text", text: line, language };
}

/** Null for a URL that must not be a link. */
export function link(
  url: string | null | undefined,
  text?: string,
): Value | null {
  const safe = webLink(url ?? null);
  if (safe === null) return null;
  return { kind: "link", url: safe, text: oneLine(text ?? "") || null };
}

/** Day and minute in UTC, and said to be so: reader and operator may quote it to each other. */
export function moment(
  atMs: number | null | undefined,
  { language }: Locale,
): Value | null {
  if (atMs === null || atMs === undefined) return null;
  const text = momentFormat(language).format(atMs);
  return { kind: "moment", text, iso: new Date(atMs).toISOString() };
}

// Making one takes a third of a page's time.
const momentFormats = new Map<string, Intl.DateTimeFormat>();

function momentFormat(language: string): Intl.DateTimeFormat {
  const known = momentFormats.get(language);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat(language, {
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: "UTC",
    timeZoneName: "short",
  });
  momentFormats.set(language, format);
  return format;
}

export function seconds(count: number, { language }: Locale): Value | null {
  const format = {
    style: "unit",
    unit: "second",
    unitDisplay: "long",
  } as const;
  return words(new Intl.NumberFormat(language, format).format(count));
}

/** Each item apart, so that a page can keep their directions apart too. Null for no list, which means everything. */
export function list(items: readonly string[] | null): Value | null {
  if (items === null) return null;
  const names = items.slice(0, listed).map((item) => oneLine(item));
  return {
    kind: "list",
    items: items.length > listed ? [...names, "…"] : names,
  };
}

/** A two-letter code's name in the reader's language; anything else, Cloudflare's T1 too, stays as it is. */
export function countryName(code: string, { language }: Locale): string {
  if (!/^[A-Z]{2}$/.test(code)) return code;
  const names = new Intl.DisplayNames(language, { type: "region" });
  return names.of(code) ?? code;
}

/** A value where there is no markup for it. `literal` makes its words stand for themselves. */
export function plainly(
  value: Value,
  literal: (words: string) => string,
): string {
  switch (value.kind) {
    case "text":
    case "moment":
      return literal(value.text);
    case "list":
      return literal(value.items.join(listSeparator));
    case "links":
      return value.links
        .map(({ url, text }) => `${literal(text)} <${url}>`)
        .join(listSeparator);
    case "link":
      // RFC 3986 appendix C; Markdown makes a link of it.
      return `${value.text === null ? "" : `${literal(value.text)} `}<${value.url}>`;
  }
}
