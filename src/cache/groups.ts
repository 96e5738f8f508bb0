import { ownText } from "../http/own-text.ts";
import { structuredList } from "../http/structured.ts";

/** RFC 9875 asks for at least 32 groups of 32 characters. What goes beyond these limits is left out. */
const maxGroups = 128;
const maxGroupCharacters = 256;

/**
 * The groups that a value of Cache-Groups or Cache-Group-Invalidation names (RFC 9875 §2, §3), a List of Strings. Parameters
 * are ignored; a value that is anything else names none (RFC 9651 §1.1).
 */
export function groupNames(value: string | null | undefined): string[] {
  if (!value) return [];
  const members = (structuredList(value) ?? []).map(([member]) => member);
  const groups = members.filter((member) => typeof member === "string");
  if (groups.length < members.length) return [];
  return groups
    .filter((group) => group.length <= maxGroupCharacters)
    .slice(0, maxGroups)
    .map(ownText);
}
