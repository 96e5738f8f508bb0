/** What a body is: of which resource, for whom, and which version. Every byte of it follows from these. */
export interface Content {
  resource: number;
  /** The representation that the origin selects for a request, such as `language=de`; visitor included where it counts. */
  representation: string;
  version: number;
  length: number;
}

const remembered = new Map<string, Uint8Array>();
const mostRemembered = 48;

/** The bytes of a content: a stream of words that differ from those of every other content, from the first on. */
export function bytesOf(content: Content): Uint8Array {
  const name = nameOf(content);
  const before = remembered.get(name);
  if (before !== undefined) return before;
  const made = make(name, content.length);
  remembered.set(name, made);
  const [oldest] = remembered.keys();
  if (remembered.size > mostRemembered && oldest !== undefined)
    remembered.delete(oldest);
  return made;
}

export function nameOf({
  resource,
  representation,
  version,
  length,
}: Content): string {
  return `r${resource} [${representation}] v${version} ${length} bytes`;
}

function make(name: string, length: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = seedOf(name);
  for (let at = 0; at < words.length; at++) {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** FNV-1a, never zero. */
function seedOf(name: string): number {
  let hash = 0x81_1c_9d_c5;
  for (const character of name)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01_00_01_93);
  return hash === 0 ? 1 : hash;
}

/** Which content has these bytes at this position, in words for a person; `candidates` are those it may be. */
export function recognise(
  seen: Uint8Array,
  offset: number,
  candidates: readonly Content[],
): string {
  const runs: string[] = [];
  let at = 0;
  while (at < seen.length && runs.length < 4) {
    const [best] = candidates
      .map((content) => ({
        content,
        length: agreement(seen, at, bytesOf(content), offset + at),
      }))
      .toSorted((one, other) => other.length - one.length);
    if (best === undefined || best.length < 4) {
      runs.push(`unknown bytes from ${at} on`);
      break;
    }
    runs.push(
      `bytes ${at} to ${at + best.length - 1} are of ${nameOf(best.content)}`,
    );
    at += best.length;
  }
  return runs.length === 0 ? "nothing" : runs.join(", ");
}

function agreement(
  seen: Uint8Array,
  at: number,
  known: Uint8Array,
  offset: number,
): number {
  let length = 0;
  while (
    at + length < seen.length &&
    offset + length < known.length &&
    seen[at + length] === known[offset + length]
  )
    length += 1;
  return length;
}
