/** What is known of one key of the list. */
export type Known<T> =
  | { kind: "record"; value: T }
  | { kind: "absent" }
  /** Never held a value that parses. */
  | { kind: "malformed" };

/** What a text says: all of it, a part (the problem is with the rest), or nothing. */
export type Read<T> =
  { ok: true; value: T; problem?: string } | { ok: false; problem: string };

/** What the list's text of a key brought. */
export type Learned =
  | { kind: "same" }
  /** Now known; the problem is with what of it does not count. */
  | { kind: "news"; problem: string | null }
  /** Not understood: what was known before is still known. */
  | { kind: "malformed"; problem: string };

interface Entry<T> {
  known: Known<T>;
  text: string | null;
  trustedUntilMs: number;
  /** How far trust may be stretched while the list is asked anew. */
  lentUntilMs: number;
}

/** How many keys an isolate remembers of one kind, least recently learned forgotten first. */
const mostKeys = 10_000;

/**
 * What an isolate remembers of the list, one instance a kind of record.
 *
 * A text that does not parse never replaces a record that did: the last known good value holds.
 */
export class RecordMemory<T> {
  readonly #parse: (key: string, text: string) => Read<T>;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(parse: (key: string, text: string) => Read<T>) {
    this.#parse = parse;
  }

  find(key: string): Known<T> | null {
    return this.#entries.get(key)?.known ?? null;
  }

  isTrusted(key: string, nowMs: number): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && nowMs < entry.trustedUntilMs;
  }

  /** While one request asks, others go on with what was trusted until just now: for one more spell, and once. */
  lend(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.trustedUntilMs = entry.lentUntilMs;
  }

  /** Goes on trusting what is known, however old, since the list cannot be read. */
  extend(key: string, untilMs: number): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.trustedUntilMs = untilMs;
  }

  /** What the list says now, to be trusted for a spell. A problem is told once for each new text. */
  learn(
    key: string,
    text: string | null,
    nowMs: number,
    spellMs: number,
  ): Learned {
    const trust = {
      trustedUntilMs: nowMs + spellMs,
      lentUntilMs: nowMs + 2 * spellMs,
    };
    const before = this.#entries.get(key);
    if (before !== undefined && before.text === text) {
      Object.assign(before, trust);
      return { kind: "same" };
    }
    const parsed = text === null ? null : this.#parse(key, text);
    this.#remember(key, {
      known: knownFrom(parsed, before?.known),
      text,
      ...trust,
    });
    if (parsed !== null && !parsed.ok)
      return { kind: "malformed", problem: parsed.problem };
    return { kind: "news", problem: parsed?.problem ?? null };
  }

  #remember(key: string, entry: Entry<T>): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size <= mostKeys) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}

function knownFrom<T>(
  parsed: Read<T> | null,
  before: Known<T> | undefined,
): Known<T> {
  if (parsed === null) return { kind: "absent" };
  if (parsed.ok) return { kind: "record", value: parsed.value };
  return before?.kind === "record" ? before : { kind: "malformed" };
}
