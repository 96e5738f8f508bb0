import { LRUCache } from "lru-cache";
import { maxRecordCharacters } from "../parse/record.ts";
import type { SharedResult } from "./shared-result.ts";
import type { Reading, Trust } from "./trust.ts";

/** What is known of one key of the list. */
export type Known<T> =
  | { kind: "record"; value: T }
  | { kind: "absent" }
  /** Never held a value that parses. */
  | { kind: "malformed" };

/** What a text says: all of it, a part (the problem is with the rest), or nothing. */
export type Read<T> =
  { ok: true; value: T; problem?: string } | { ok: false; problem: string };

export interface Remembered<T> extends Reading {
  readonly known: Known<T>;
  /** False where the list's text is malformed, and `known` is from before it. */
  readonly parses: boolean;
  /** When this PoP's copy was last written here, or read. */
  copiedAtMs: number;
}

/** What the list's text of a key brought. */
export interface Learned<T> {
  remembered: Remembered<T>;
  isNew: boolean;
  /** With what does not count: the rest of it, or, where nothing of it parses, the whole. */
  problem: string | null;
}

/** One key of the list, and by what rules it is looked up. */
export interface RecordLookup<T> {
  memory: RecordMemory<T>;
  key: string;
  trustOf(known: Known<T>): Trust;
  /** What a new isolate does with the copy in its PoP's cache: use it as its own, or only when the list cannot be read. */
  popCopy: "trusted" | "last-resort";
  /** Whether the PoP's cache should keep that the key does not exist. */
  absence: "kept" | "forgotten";
  /** Asked before each read of the list. */
  mayRead(known: Known<T> | null): boolean;
}

/** What came of a read that others wait for. */
export type ReadResult<T> =
  { kind: "known"; known: Known<T> } | { kind: "failed" };

export interface ReadUnderWay<T> {
  result: SharedResult<ReadResult<T>>;
  beganAtMs: number;
}

/** What all records of an isolate may take of its 128 MB. */
export const recordMemoryBytes = 16 * 2 ** 20;

/** How it is shared out, in KiB. Visitors choose which names are found absent, so those have a share of their own. */
export const recordShares = {
  sites: { recordsKib: 5120, absentKib: 4096 },
  standings: { recordsKib: 4096, absentKib: 256 },
  purges: { recordsKib: 1536, absentKib: 768 },
  settings: { recordsKib: 496, absentKib: 16 },
} as const;

interface Share {
  recordsKib: number;
  absentKib: number;
}

/** How many reads of one kind are known to be under way; one forgotten is merely done twice. */
const maxReads = 1000;

interface RememberedRecord<T> extends Remembered<T> {
  text: string | null;
  /** How long the text was that `known` was made of. */
  parsedLength: number;
}

/**
 * What an isolate remembers of the list, one instance a kind of record; what was not used for longest goes first.
 *
 * A text that does not parse never replaces a record that did: the last known good value holds. Whoever knows by other means
 * that a key has changed can have it read again by moving `readAtMs` back.
 */
export class RecordMemory<T> {
  // With `max` the library would allocate room for all at once.
  readonly reads = new LRUCache<string, ReadUnderWay<T>>({
    maxSize: maxReads,
    sizeCalculation: () => 1,
  });
  readonly #parse: (key: string, text: string) => Read<T>;
  readonly #records: LRUCache<string, RememberedRecord<T>>;
  readonly #absent: LRUCache<string, RememberedRecord<T>>;

  constructor(parse: (key: string, text: string) => Read<T>, share: Share) {
    this.#parse = parse;
    this.#records = entriesWithin(1024 * share.recordsKib);
    this.#absent = entriesWithin(1024 * share.absentKib);
  }

  /** What is remembered of a key, for a request that will use it. */
  find(key: string): Remembered<T> | null {
    const entry = this.#entry(key);
    if (entry !== undefined) entry.uses += 1;
    return entry ?? null;
  }

  /** The same without using it. */
  peek(key: string): Known<T> | null {
    const entry = this.#records.peek(key) ?? this.#absent.peek(key);
    return entry?.known ?? null;
  }

  /** What the list said of a key when it was asked at `readAtMs`. A problem is told once for each new text. */
  learn(key: string, text: string | null, readAtMs: number): Learned<T> {
    const before = this.#entry(key);
    const comparableText = comparable(text);
    if (before !== undefined && before.text === comparableText) {
      Object.assign(before, { readAtMs, failedAtMs: null, uses: 0 });
      return { remembered: before, isNew: false, problem: null };
    }
    const parsed = text === null ? null : this.#parse(key, text);
    const known = knownFrom(parsed, before?.known);
    const entry: RememberedRecord<T> = {
      known,
      parses: parsed?.ok ?? true,
      text: comparableText,
      parsedLength: parsed?.ok
        ? (text?.length ?? 0)
        : (before?.parsedLength ?? 0),
      readAtMs,
      failedAtMs: null,
      uses: 0,
      copiedAtMs: -Infinity,
    };
    const [into, outOf] =
      known.kind === "absent"
        ? [this.#absent, this.#records]
        : [this.#records, this.#absent];
    outOf.delete(key);
    into.set(key, entry);
    return { remembered: entry, isNew: true, problem: parsed?.problem ?? null };
  }

  /** Somebody knows better than the list what a key says: null stands for a key that does not exist. */
  amend(key: string, correct: (text: string | null) => string | null): void {
    const entry = this.#entry(key);
    if (entry === undefined) return;
    const text = correct(entry.text);
    if (text !== entry.text) this.learn(key, text, entry.readAtMs);
  }

  /** The list could not be read. */
  fail(key: string, nowMs: number): void {
    const entry = this.#entry(key);
    if (entry !== undefined) entry.failedAtMs = nowMs;
  }

  #entry(key: string): RememberedRecord<T> | undefined {
    return this.#records.get(key) ?? this.#absent.get(key);
  }
}

function entriesWithin<T>(
  maxSize: number,
): LRUCache<string, RememberedRecord<T>> {
  return new LRUCache({
    maxSize,
    sizeCalculation: (entry, key) => sizeOf(entry, key),
  });
}

/** All texts that are too long are malformed alike, and one may be of 25 MiB. */
function comparable(text: string | null): string | null {
  return text === null || text.length <= maxRecordCharacters
    ? text
    : `${text.length} characters`;
}

/**
 * Roughly what an entry takes, in bytes: records of every kind were measured at up to six times their text, and 700 for
 * objects and map; absent keys at 240.
 */
function sizeOf(
  { known, text, parsedLength }: RememberedRecord<unknown>,
  key: string,
): number {
  const names = 2 * key.length;
  return known.kind === "absent"
    ? 240 + names
    : 700 + names + 4 * parsedLength + 2 * (text?.length ?? 0);
}

function knownFrom<T>(
  parsed: Read<T> | null,
  before: Known<T> | undefined,
): Known<T> {
  if (parsed === null) return { kind: "absent" };
  if (parsed.ok) return { kind: "record", value: parsed.value };
  return before?.kind === "record" ? before : { kind: "malformed" };
}
