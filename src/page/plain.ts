// A control character can end a line or drive a terminal; a bidi control can make an address or a date read as another
// (Unicode UAX #9 §2, UTS #55). Neither is needed in a sentence: every format isolates directions by its own means.
const unseen = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu;

/** Somebody's words as one line of plain text. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\s\u0085]+/g, " ")
    .replaceAll(unseen, "")
    .trim();
}

/** Somebody's words as lines of plain text: every line break, however often repeated, begins a new paragraph. */
export function paragraphs(text: string): string[] {
  return text
    .split(/[\r\n\u0085\u2028\u2029]+/)
    .map((line) => oneLine(line))
    .filter((line) => line !== "");
}
