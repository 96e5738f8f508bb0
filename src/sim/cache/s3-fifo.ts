import type { Evicted, Eviction, Key } from "./eviction.ts";
import { Fifo } from "./fifo.ts";
import { Queue } from "./queue.ts";

/** Shares of the capacity, and the uses after which the small queue's oldest moves to the main one: libCacheSim's defaults. */
const smallShare = 0.1;
const ghostShare = 0.9;
const usesToStay = 2;

/** Two bits: more uses than that count no further. */
const maxUses = 3;

/**
 * S3-FIFO: newcomers pass through a small queue, so that what is wanted once leaves soon; the main queue gives what was
 * asked for another round; a ghost queue remembers the keys that left the small one, and lets those that come back
 * straight into the main one.
 *
 * Yang, Zhang, Qiu, Yue and Rashmi, "FIFO Queues are All You Need for Cache Eviction" (SOSP 2023), Algorithm 1, as
 * libCacheSim's S3FIFO.c has it, where the paper leaves room:
 * - The small queue is evicted from unless it is empty or the main queue is over its share.
 * - Until the first eviction a full small queue sends newcomers to the main queue.
 * - An object larger than the small queue is not held. One exactly as large makes room for itself but is held only when a
 *   ghost; so a cache of fewer than 20 objects, whose small queue has room for one, holds nothing.
 * - The ghost queue remembers keys whose sizes add up to its share; it holds no object.
 */
export class S3Fifo implements Eviction {
  readonly #small = new Queue();
  readonly #main = new Queue();
  readonly #ghost: Fifo;
  readonly #capacity: number;
  readonly #smallCapacity: number;
  readonly #mainCapacity: number;
  readonly #evicted: Evicted;
  #hasEvicted = false;

  constructor(capacity: number, evicted: Evicted = () => {}) {
    this.#capacity = capacity;
    this.#smallCapacity = Math.trunc(capacity * smallShare);
    this.#mainCapacity = capacity - this.#smallCapacity;
    this.#ghost = new Fifo(Math.trunc(capacity * ghostShare));
    this.#evicted = evicted;
  }

  get used(): number {
    return this.#small.used + this.#main.used;
  }

  get count(): number {
    return this.#small.count + this.#main.count;
  }

  get(key: Key): boolean {
    const entry = this.#small.find(key) ?? this.#main.find(key);
    if (entry === undefined) return false;
    entry.uses = Math.min(entry.uses + 1, maxUses);
    return true;
  }

  insert(key: Key, size: number): boolean {
    const isGhost = this.#ghost.delete(key);
    this.delete(key);
    if (size > this.#smallCapacity) return false;
    while (this.used + size > this.#capacity) this.#evict();
    const queue = this.#queueFor(size, isGhost);
    queue?.add(key, size);
    return queue !== null;
  }

  delete(key: Key): boolean {
    return this.#small.delete(key) || this.#main.delete(key);
  }

  #queueFor(size: number, isGhost: boolean): Queue | null {
    if (isGhost) return this.#main;
    if (size >= this.#smallCapacity) return null;
    const isFilling =
      !this.#hasEvicted && this.#small.used >= this.#smallCapacity;
    return isFilling ? this.#main : this.#small;
  }

  #evict(): void {
    this.#hasEvicted = true;
    if (this.#main.used > this.#mainCapacity || this.#small.used === 0)
      this.#evictFromMain();
    else this.#evictFromSmall();
  }

  /** Moves what was wanted to the main queue until something was not; that may be nothing at all. */
  #evictFromSmall(): void {
    for (;;) {
      const { oldest } = this.#small;
      if (oldest === null) return;
      this.#small.remove(oldest);
      if (oldest.uses < usesToStay) {
        this.#ghost.insert(oldest.key, oldest.size);
        this.#evicted(oldest.key);
        return;
      }
      this.#main.add(oldest.key, oldest.size);
    }
  }

  #evictFromMain(): void {
    for (;;) {
      const { oldest } = this.#main;
      if (oldest === null) return;
      if (oldest.uses === 0) {
        this.#main.remove(oldest);
        this.#evicted(oldest.key);
        return;
      }
      oldest.uses -= 1;
      this.#main.renew(oldest);
    }
  }
}
