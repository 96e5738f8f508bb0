import type { Key } from "./eviction.ts";

/** An object in a queue. */
export interface Entry {
  readonly key: Key;
  readonly size: number;
  /** Times it was asked for, as the algorithm that holds it counts them. */
  uses: number;
  newer: Entry | null;
  older: Entry | null;
}

/** Objects in order of arrival, found by key; the sum of their sizes is kept. */
export class Queue {
  readonly #entries = new Map<Key, Entry>();
  newest: Entry | null = null;
  oldest: Entry | null = null;
  used = 0;

  get count(): number {
    return this.#entries.size;
  }

  find(key: Key): Entry | undefined {
    return this.#entries.get(key);
  }

  add(key: Key, size: number): Entry {
    const entry: Entry = { key, size, uses: 0, newer: null, older: null };
    this.#entries.set(key, entry);
    this.used += size;
    this.#link(entry);
    return entry;
  }

  remove(entry: Entry): void {
    this.#entries.delete(entry.key);
    this.used -= entry.size;
    this.#unlink(entry);
  }

  delete(key: Key): boolean {
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.remove(entry);
    return entry !== undefined;
  }

  /** Makes an entry the newest. */
  renew(entry: Entry): void {
    if (entry === this.newest) return;
    this.#unlink(entry);
    this.#link(entry);
  }

  #link(entry: Entry): void {
    entry.newer = null;
    entry.older = this.newest;
    if (this.newest === null) this.oldest = entry;
    else this.newest.newer = entry;
    this.newest = entry;
  }

  #unlink({ newer, older }: Entry): void {
    if (newer === null) this.newest = older;
    else newer.older = older;
    if (older === null) this.oldest = newer;
    else older.newer = newer;
  }
}
