import type { Fields } from "../http/fields.ts";
import { listMembers } from "./list.ts";

/** A longer Vary counts as "*": what names so much is for nobody else, and would be read again and again. */
const maxCharacters = 4_096;

/** The request fields that Vary nominates, lower-case, each once (RFC 9110 §12.5.5). "*" among them stands for all. */
export function nominatedBy(response: Fields): string[] {
  const value = response.get("vary") ?? "";
  if (value.length > maxCharacters) return ["*"];
  const names = listMembers(value).map((name) => name.toLowerCase());
  return names.includes("*") ? ["*"] : [...new Set(names)].toSorted();
}
