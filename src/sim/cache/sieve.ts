import type { Evicted, Eviction, Key } from "./eviction.ts";
import { Queue, type Entry } from "./queue.ts";

/**
 * SIEVE: a queue in order of arrival and a hand that walks it from oldest to newest, clearing the mark of what was asked
 * for and evicting the first object without one; it stays there for the next eviction.
 *
 * Zhang, Yang, Yue, Vigfusson and Rashmi, "SIEVE is Simpler than LRU: an Efficient Turn-Key Eviction Algorithm for Web
 * Caches" (NSDI 2024), Algorithm 1; sizes as in libCacheSim's Sieve.c, which evicts until the newcomer fits.
 */
export class Sieve implements Eviction {
  readonly #queue = new Queue();
  readonly #capacity: number;
  readonly #evicted: Evicted;
  /** Null: at the oldest. */
  #hand: Entry | null = null;

  constructor(capacity: number, evicted: Evicted = () => {}) {
    this.#capacity = capacity;
    this.#evicted = evicted;
  }

  get used(): number {
    return this.#queue.used;
  }

  get count(): number {
    return this.#queue.count;
  }

  get(key: Key): boolean {
    const entry = this.#queue.find(key);
    if (entry !== undefined) entry.uses = 1;
    return entry !== undefined;
  }

  insert(key: Key, size: number): boolean {
    this.delete(key);
    if (size > this.#capacity) return false;
    while (this.#queue.used + size > this.#capacity) this.#evict();
    this.#queue.add(key, size);
    return true;
  }

  delete(key: Key): boolean {
    const entry = this.#queue.find(key);
    if (entry === undefined) return false;
    if (entry === this.#hand) this.#hand = entry.newer;
    this.#queue.remove(entry);
    return true;
  }

  #evict(): void {
    let entry = this.#hand ?? this.#queue.oldest;
    while (entry !== null && entry.uses > 0) {
      entry.uses = 0;
      entry = entry.newer ?? this.#queue.oldest;
    }
    if (entry === null) return;
    this.#hand = entry.newer;
    this.#queue.remove(entry);
    this.#evicted(entry.key);
  }
}
