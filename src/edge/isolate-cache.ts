import type { Stored } from "../cache/stored.ts";
import type { StoredBody } from "./stored-body.ts";

/** A stored response and where its body is. `name` is what the PoP cache knows the body by. */
export interface CacheEntry {
  stored: Stored;
  body: StoredBody;
  name: string;
}

/** What the objects around one entry take, roughly. */
const overheadBytes = 1024;

/**
 * The entries that an isolate holds in memory, all variants of a key together. When the bytes do not suffice, the key not
 * used for longest goes; it may still be in the PoP cache.
 */
export class IsolateCache {
  readonly #maxBytes: number;
  readonly #held = new Map<
    string,
    { entries: readonly CacheEntry[]; bytes: number }
  >();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  find(key: string): readonly CacheEntry[] | null {
    const held = this.#held.get(key);
    if (held === undefined) return null;
    this.#held.delete(key);
    this.#held.set(key, held);
    return held.entries;
  }

  put(key: string, entries: readonly CacheEntry[]): void {
    this.drop(key);
    const bytes = sizeOf(key, entries);
    this.#held.set(key, { entries, bytes });
    this.#bytes += bytes;
    for (const [oldest, held] of this.#held) {
      if (this.#bytes <= this.#maxBytes) return;
      if (!held.entries.some(isArriving)) this.drop(oldest);
    }
  }

  /** An entry that is used goes before the others of its key: where there are too many, the last go. */
  use(key: string, entry: CacheEntry): void {
    const held = this.#held.get(key);
    if (held === undefined || held.entries[0] === entry) return;
    const others = held.entries.filter((other) => other !== entry);
    if (others.length < held.entries.length) held.entries = [entry, ...others];
  }

  drop(key: string): void {
    this.#bytes -= this.#held.get(key)?.bytes ?? 0;
    this.#held.delete(key);
  }
}

/** Nobody else knows of these, so they stay until they have arrived. */
export function isArriving({ body }: CacheEntry): boolean {
  return body.kind === "arriving";
}

/** Characters count as two bytes. What an arriving body takes is counted where it arrives. */
function sizeOf(key: string, entries: readonly CacheEntry[]): number {
  let bytes = 2 * key.length;
  for (const { stored, body } of entries) {
    bytes += overheadBytes;
    if (body.kind === "memory") bytes += body.bytes.byteLength;
    for (const [name, value] of stored.fields)
      bytes += 2 * (name.length + value.length);
    for (const [name, value] of [...stored.varyOn, ...stored.unlisted])
      bytes += 2 * (name.length + (value?.length ?? 0));
  }
  return bytes;
}
