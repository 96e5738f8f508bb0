import * as v from "valibot";
import { mapOf, textAs } from "./schema.ts";

/**
 * A text for logs and terminals, where control and direction characters of somebody's file or record could forge lines or move
 * the cursor: U+FFFD stands for each.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "\ufffd");
}

// Control characters, lone surrogates, and the line and paragraph separators.
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

export function line(max: number) {
  return textAs(`one line of 1 to ${max} characters`, (text) => {
    const trimmed = text.trim();
    return fits(trimmed, max) && !unprintable.test(trimmed) ? trimmed : null;
  });
}

function prose(max: number) {
  return textAs(
    `text of 1 to ${max} characters, its only control character \\n`,
    (text) => {
      const trimmed = text.replaceAll("\r\n", "\n").trim();
      return fits(trimmed, max) &&
        !unprintable.test(trimmed.replaceAll("\n", ""))
        ? trimmed
        : null;
    },
  );
}

function fits(text: string, max: number): boolean {
  return text.length >= 1 && text.length <= max;
}

/**
 * RFC 5646 §2.1: language, script, region and one variant, which is all that a text needs. Every tag of this form is one
 * that `Intl.getCanonicalLocales` takes; repeated variants and some extensions would make it throw.
 */
const languageTag = textAs("a language tag such as en or pt-BR", (text) => {
  const form =
    /^[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))?$/i;
  return form.test(text) ? (Intl.getCanonicalLocales(text)[0] ?? null) : null;
});

/** A text in several languages by tag; a plain string is one in a language not said ("und", RFC 5646 §4.1). */
export function texts(
  max: number,
): v.GenericSchema<unknown, Readonly<Record<string, string>>> {
  const alone = v.pipe(
    prose(max),
    v.transform((und) => ({ und })),
  );
  const byLanguage = mapOf(languageTag, prose(max), 50);
  return v.lazy((input) => (typeof input === "object" ? byLanguage : alone));
}

/** Milliseconds since the epoch of an RFC 3339 §5.6 date-time. A time without a zone would mean another instant to each reader. */
export const instant = textAs(
  "an instant with its time zone, such as 2019-08-05T07:00:00Z",
  (text) => {
    const form =
      /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;
    // Date.parse moves 30 February on to March.
    const dayExists =
      new Date(text.slice(0, 10)).getUTCDate() === Number(text.slice(8, 10));
    return form.test(text) && dayExists ? Date.parse(text.toUpperCase()) : null;
  },
);

// RFC 3986 §2 has none of these characters; the URL parser would repair some of them without a word.
const notInUrls = /[\p{C}\s<>"\\^`{|}]/u;

export const webUrl = textAs("an http or https URL", (text) =>
  urlText(text, /^https?:\/\//i),
);

export const contactUrl = textAs("an http, https or mailto URL", (text) =>
  urlText(text, /^(https?:\/\/|mailto:[^@]+@)/i),
);

function urlText(text: string, start: RegExp): string | null {
  if (text.length > 2000 || notInUrls.test(text) || !start.test(text))
    return null;
  return URL.parse(text)?.href ?? null;
}

/** An instant as people read it, to the second, in UTC: "2026-11-27 14:05:09 UTC". */
export function formatInstant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
