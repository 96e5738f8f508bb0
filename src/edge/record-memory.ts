import type { Parsed } from "../http/parsed.ts";

/** What is known of one key of the list. */
export type Known<T> =
  | { kind: "record"; value: T }
  | { kind: "absent" }
  /** Never held a value that parses. */
  | { kind: "malformed" };

interface Entry<T> {
  known: Known<T>;
  text: string | null;
  trustedUntilMs: number;
}

/** How many keys an isolate remembers of one kind, least recently learned forgotten first. */
const mostKeys = 10_000;

/**
 * What an isolate remembers of the list, one instance a kind of record.
 *
 * A text that does not parse never replaces a record that did: the last known good value holds.
 */
export class RecordMemory<T> {
  readonly #parse: (key: string, text: string) => Parsed<T>;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(parse: (key: string, text: string) => Parsed<T>) {
    this.#parse = parse;
  }

  find(key: string): Known<T> | null {
    return this.#entries.get(key)?.known ?? null;
  }

  isTrusted(key: string, nowMs: number): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && nowMs < entry.trustedUntilMs;
  }

  /** Goes on trusting what is known, while the list is asked or cannot be. */
  extend(key: string, untilMs: number): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.trustedUntilMs = untilMs;
  }

  /** What the list says now: whether that is news, and what is wrong with it. */
  learn(
    key: string,
    text: string | null,
    trustedUntilMs: number,
  ): { changed: boolean; problem: string | null } {
    const before = this.#entries.get(key);
    if (before !== undefined && before.text === text) {
      before.trustedUntilMs = trustedUntilMs;
      return { changed: false, problem: null };
    }
    const parsed = text === null ? null : this.#parse(key, text);
    this.#remember(key, {
      known: knownFrom(parsed, before?.known),
      text,
      trustedUntilMs,
    });
    const problem = parsed === null || parsed.ok ? null : parsed.problem;
    return { changed: true, problem };
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
  parsed: Parsed<T> | null,
  before: Known<T> | undefined,
): Known<T> {
  if (parsed === null) return { kind: "absent" };
  if (parsed.ok) return { kind: "record", value: parsed.value };
  return before?.kind === "record" ? before : { kind: "malformed" };
}
