/**
 * The members of a list (RFC 9110 §5.6.1), trimmed, empty ones left out. Commas inside a quoted string do not separate. A
 * quote that is never closed is an ordinary character: `x="a, no-store` must not hide the no-store.
 */
export function listMembers(value: string): string[] {
  const members: string[] = [];
  let start = 0;
  // Not `value.includes('"')`: optimised code would ask that anew at every character.
  let quotes = true;
  for (let at = 0; at <= value.length; at += 1) {
    if (at === value.length || value[at] === ",") {
      const member = value.slice(start, at).trim();
      if (member !== "") members.push(member);
      start = at + 1;
    } else if (value[at] === '"' && quotes) {
      const end = closingQuote(value, at);
      // Every quote after one that is never closed is an escaped one, so none of them is worth another search.
      if (end === null) quotes = false;
      else at = end;
    }
  }
  return members;
}

/** RFC 9110 §5.6.4: where the quoted string that opens at `from` ends, a backslash quoting the character after it. */
function closingQuote(value: string, from: number): number | null {
  for (let at = from + 1; at < value.length; at += 1) {
    if (value[at] === "\\") at += 1;
    else if (value[at] === '"') return at;
  }
  return null;
}

/** The text of a quoted string (RFC 9110 §5.6.4); anything else as it is. */
export function unquoted(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"'))
    return value;
  return value.slice(1, -1).replaceAll(/\\(.)/g, "$1");
}
