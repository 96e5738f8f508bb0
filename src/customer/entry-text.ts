/** The forms in which a customer's entry may be written, and those that shells and typists make of them. */

/** A bare word, in JSON's quotes or without, stands for the record that holds nothing else. */
export function spelledOut(text: string): string {
  return text.replace(/^("?)(allow|deny)\1$/i, '{"verdict":"$2"}');
}

// Quotation marks of any kind, what escapes them, and characters nobody sees. Each class below ends where the next literal
// begins, so that no text takes more than linear time.
const marks = "[\\s\\p{Cf}\\\\\"'`´‘’‚‛“”„‟«»‹›]*";
const loneWord = new RegExp(
  `^${marks}(allow|deny)[\\s\\p{Cf}\\\\"'\`´‘’‚‛“”„‟«»‹›.,;!]*$`,
  "iu",
);
const loneMember = new RegExp(
  `^${marks}\\{${marks}verdict${marks}:${marks}(allow|deny)${marks}\\}${marks}$`,
  "iu",
);

/** The verdict in a text that holds one of the two words and besides it only marks: `'deny'`, `Deny.`, `“allow”`. */
export function wordIn(text: string): "allow" | "deny" | null {
  return verdictOf(loneWord.exec(text)?.[1]);
}

/**
 * The JSON that a text which is none can only have meant, null where it could have meant more: a lone word among marks; a
 * record of the verdict alone, whatever a shell made of its quotes; a record in single quotes, as cmd.exe leaves them.
 */
export function jsonMeantBy(text: string): string | null {
  const verdict = wordIn(text) ?? verdictOf(loneMember.exec(text)?.[1]);
  if (verdict !== null) return JSON.stringify({ verdict });
  return /^'\{[^]*\}'$/.test(text) ? text.slice(1, -1) : null;
}

function verdictOf(word: string | undefined): "allow" | "deny" | null {
  const lower = word?.toLowerCase();
  return lower === "allow" || lower === "deny" ? lower : null;
}

/**
 * The members of a JSON object that are written twice, or in which a member is: which of the two was meant nobody can tell.
 * `json` must parse.
 */
export function repeatedMembers(json: string): ReadonlySet<string> {
  const repeated = new Set<string>();
  const open: Set<string>[] = [];
  let string = '""';
  let member = "";
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g)) {
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      const name = String(JSON.parse(string));
      const names = open.at(-1);
      if (open.length === 1) member = name;
      if (names?.has(name)) repeated.add(member);
      names?.add(name);
    } else string = token;
  }
  return repeated;
}
