import { bestLanguage } from "../../http/negotiate.ts";
import { ar } from "./ar.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import { ja } from "./ja.ts";
import type { Locale } from "./locale.ts";
import { pt } from "./pt.ts";

/** English first. */
export const locales: readonly Locale[] = [en, fr, de, es, pt, ja, ar];

/** Tags of the languages that pages are written in. */
export const languages: readonly [string, ...string[]] = [
  en.language,
  ...locales.slice(1).map(({ language }) => language),
];

/** Our own words in the best of their languages for this reader; English for a reader of none of them. */
export function localeFor(acceptLanguage: string | null | undefined): Locale {
  const language = bestLanguage(acceptLanguage, languages);
  return locales.find((locale) => locale.language === language) ?? en;
}
