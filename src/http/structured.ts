import { parseDictionary, parseList } from "structured-headers";
import type { Dictionary, List } from "structured-headers";

// RFC 9651 §3. The library reports bad input by throwing, which is for bugs here, so nothing else may reach it.
const key = "[a-z*][a-z0-9_.*-]*";
const number = String.raw`-?(?:\d{1,12}\.\d{1,3}|\d{1,15})`;
const string = String.raw`"(?:[ !#-\[\]-~]|\\["\\])*"`;
const token = "[A-Za-z*][!#$%&'*+.^_`|~:/0-9A-Za-z-]*";
const bytes =
  ":(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?:";
const bareItem = String.raw`(?:${string}|${token}|${number}(?![\d.])|\?[01]|${bytes})`;
const parameters = `(?:; *${key}(?:=${bareItem})?)*`;
const item = `${bareItem}${parameters}`;
const innerList = String.raw`\( *(?:${item}(?: +${item})*)? *\)${parameters}`;
const member = `(?:${item}|${innerList})`;
const entry = `${key}(?:=${member}|${parameters})`;

const listGrammar = listOf(member);
const dictionaryGrammar = listOf(entry);

function listOf(part: string): RegExp {
  return new RegExp(`^ *(?:${part}(?:[ \\t]*,[ \\t]*${part})*)? *$`);
}

/** A List (RFC 9651 §3.1), or null when the value is none. */
export function structuredList(value: string): List | null {
  return listGrammar.test(value) ? parseList(value) : null;
}

/** A Dictionary (RFC 9651 §3.2), or null when the value is none. */
export function structuredDictionary(value: string): Dictionary | null {
  return dictionaryGrammar.test(value) ? parseDictionary(value) : null;
}

/** What a parameter of a member of ours holds: a Token's word, a String, an Integer, or a Boolean. Undefined leaves it out. */
export type ParameterValue =
  { token: string } | string | number | boolean | undefined;

/**
 * A List with a member of ours, a Token with parameters, after those of `upstream` (RFC 9651 §4.1). An `upstream` value that is no
 * List is left out: it would make ours unreadable too. Written by hand, because every response has one or two of these.
 */
export function appendMember(
  upstream: string | null | undefined,
  name: string,
  values: readonly (readonly [name: string, value: ParameterValue])[],
): string {
  let ours = name;
  for (const [parameter, value] of values) {
    if (value === undefined) continue;
    ours +=
      value === true ? `;${parameter}` : `;${parameter}=${bareItemText(value)}`;
  }
  return upstream && structuredList(upstream) ? `${upstream}, ${ours}` : ours;
}

/** Printable ASCII without what has to be escaped. */
const plainText = /^[ !#-[\]-~]*$/;

/** RFC 9651 §4.1.6: a String holds printable ASCII only; anything else is written as "?". */
function bareItemText(
  value: Exclude<ParameterValue, true | undefined>,
): string {
  if (value === false) return "?0";
  if (typeof value === "number") return String(value);
  if (typeof value === "object") return value.token;
  if (plainText.test(value)) return `"${value}"`;
  const ascii = value.replaceAll(/[^ -~]/g, "?");
  return `"${ascii.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
