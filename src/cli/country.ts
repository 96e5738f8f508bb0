import type { Parsed } from "../parse/parsed.ts";
import { suggestion } from "../parse/suggest.ts";

const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/** What visitors are reported under who are in no country: unknown, and Tor (developers.cloudflare.com). */
const others = ["XX", "T1"];

/** Codes of areas that are no country, or of something else; visitors are reported under none of them. */
const none = ["EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"];

/**
 * The code (ISO 3166-1 alpha-2) that visitors from a country are reported under, as the list has it. A
 * problem says which code may have been meant, also for a country's English name.
 */
export function parseCountry(text: string): Parsed<string> {
  const code = text.trim().toUpperCase();
  if (others.includes(code)) return { ok: true, value: code };
  const name = /^[A-Z]{2}$/.test(code) ? names.of(code) : undefined;
  if (name !== undefined && !none.includes(code)) {
    const current = new Intl.Locale(`und-${code}`).region;
    return current === code
      ? { ok: true, value: code }
      : wrong(text, `; did you mean ${current} (${name})?`);
  }
  const codes = codesByName();
  const found = codes.get(code);
  return found === undefined
    ? wrong(text, suggestion(code, [...codes.keys()]))
    : wrong(text, `; did you mean ${found}?`);
}

/** "DE (Germany)". */
export function formatCountry(code: string): string {
  const name = /^[A-Z]{2}$/.test(code) ? names.of(code) : undefined;
  return name === undefined ? code : `${code} (${name})`;
}

function wrong(text: string, hint: string): Parsed<string> {
  return {
    ok: false,
    problem: `"${text}"; expected a country's ISO 3166-1 code such as DE, or XX (unknown) or T1 (Tor)${hint}`,
  };
}

/** By names in capitals. */
function codesByName(): Map<string, string> {
  const letters = Array.from({ length: 26 }, (_, n) =>
    String.fromCodePoint(65 + n),
  );
  return new Map(
    letters
      .flatMap((first) => letters.map((second) => first + second))
      .flatMap((code) => {
        const name = none.includes(code) ? undefined : names.of(code);
        return name === undefined ||
          new Intl.Locale(`und-${code}`).region !== code
          ? []
          : [[name.toUpperCase(), code]];
      }),
  );
}
