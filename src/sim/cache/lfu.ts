import type { Evicted, Eviction, Key } from "./eviction.ts";
import { Queue } from "./queue.ts";

/**
 * Least frequently used, counted for as long as an object is held ("in-cache LFU"): what was asked for least goes, and of several such
 * what came to its count longest ago. A queue for each count makes an operation take constant time, as in Shah, Mitra and Matani,
 * "An O(1) algorithm for implementing the LFU cache eviction scheme" (2010); only when the last object of the least count goes,
 * the counts that occur are looked through for the next.
 */
export class Lfu implements Eviction {
  readonly #queues = new Map<number, Queue>();
  readonly #uses = new Map<Key, number>();
  readonly #capacity: number;
  readonly #evicted: Evicted;
  #used = 0;

  constructor(capacity: number, evicted: Evicted = () => {}) {
    this.#capacity = capacity;
    this.#evicted = evicted;
  }

  get used(): number {
    return this.#used;
  }

  get count(): number {
    return this.#uses.size;
  }

  get(key: Key): boolean {
    const uses = this.#uses.get(key);
    if (uses === undefined) return false;
    this.#add(key, this.#take(key, uses), uses + 1);
    return true;
  }

  insert(key: Key, size: number): boolean {
    this.delete(key);
    if (size > this.#capacity) return false;
    while (this.#used + size > this.#capacity) this.#evict();
    this.#add(key, size, 1);
    return true;
  }

  delete(key: Key): boolean {
    const uses = this.#uses.get(key);
    if (uses !== undefined) this.#take(key, uses);
    return uses !== undefined;
  }

  #evict(): void {
    const minUses = this.#queues.has(1) ? 1 : Math.min(...this.#queues.keys());
    const oldest = this.#queues.get(minUses)?.oldest;
    if (!oldest) return;
    this.#take(oldest.key, minUses);
    this.#evicted(oldest.key);
  }

  #add(key: Key, size: number, uses: number): void {
    const queue = this.#queues.get(uses) ?? new Queue();
    this.#queues.set(uses, queue);
    queue.add(key, size);
    this.#uses.set(key, uses);
    this.#used += size;
  }

  /** Takes an object out of the queue of its count; its size. */
  #take(key: Key, uses: number): number {
    const queue = this.#queues.get(uses);
    const entry = queue?.find(key);
    if (queue === undefined || entry === undefined) return 0;
    queue.remove(entry);
    if (queue.count === 0) this.#queues.delete(uses);
    this.#uses.delete(key);
    this.#used -= entry.size;
    return entry.size;
  }
}
