import * as v from "valibot";
import { readRecord } from "../parse/record.ts";
import { members, optional, textAs } from "../parse/schema.ts";
import { contactUrl, line, webUrl } from "../parse/text.ts";
import type { Parsed } from "../parse/parsed.ts";
import { isLogo } from "./logo.ts";

/** Who runs this edge, as its pages name it. `contact` is a mailto: or web URL; colours are #rgb or #rrggbb. */
export interface Operator {
  name: string;
  url: string | null;
  contact: string | null;
  /** Shown beside the name, in the accent colour where it says `currentColor`. */
  logoSvg: string | null;
  /** Decoration on a light page and on a dark one; any colour will do, text stays legible. */
  colours: { accent: string; accentDark: string };
}

/** Who is named until somebody says otherwise. */
export const defaultOperator: Operator = {
  name: "Portcullis",
  url: null,
  contact: null,
  logoSvg:
    '<svg viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">' +
    '<path d="M3 29V15a13 13 0 0 1 26 0v14M10 8.5v18M16 6.5v22M22 8.5v18M7 14h18M7 21h18"/></svg>',
  colours: { accent: "#0b6e6e", accentDark: "#5cc8c2" },
};

const colour = textAs("a colour such as #07c or #0077cc", (text) =>
  /^#([\da-f]{3}){1,2}$/i.test(text) ? text : null,
);

const logo = textAs(
  "an <svg> of at most 4096 characters, holding only shapes and gradients with quoted attributes, without scripts, styles or outside references",
  (text) => (isLogo(text.trim()) ? text.trim() : null),
);

const operator = v.pipe(
  v.string(),
  v.parseJson(),
  members({
    name: line(100),
    url: optional(webUrl),
    contact: optional(contactUrl),
    logoSvg: optional(logo),
    colours: optional(
      members({ accent: colour, accentDark: optional(colour) }),
    ),
  }),
  v.transform(({ colours, ...rest }): Operator => ({
    ...rest,
    colours:
      colours === null
        ? defaultOperator.colours
        : {
            accent: colours.accent,
            accentDark: colours.accentDark ?? colours.accent,
          },
  })),
);

/**
 * The variable OPERATOR: an object, or its JSON text. Never throws; a problem names OPERATOR, the member, what was found
 * and what was expected.
 */
export function parseOperator(value: unknown): Parsed<Operator> {
  const text =
    typeof value === "string" ? value : JSON.stringify(value ?? null);
  return readRecord("OPERATOR", text, "a JSON object", operator);
}
