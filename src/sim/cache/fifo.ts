import type { Evicted, Eviction, Key } from "./eviction.ts";
import { Queue } from "./queue.ts";

/** First in, first out: what was stored longest ago goes, wanted or not. */
export class Fifo implements Eviction {
  protected readonly queue = new Queue();
  readonly #capacity: number;
  readonly #evicted: Evicted;

  constructor(capacity: number, evicted: Evicted = () => {}) {
    this.#capacity = capacity;
    this.#evicted = evicted;
  }

  get used(): number {
    return this.queue.used;
  }

  get count(): number {
    return this.queue.count;
  }

  get(key: Key): boolean {
    return this.queue.find(key) !== undefined;
  }

  insert(key: Key, size: number): boolean {
    this.queue.delete(key);
    if (size > this.#capacity) return false;
    while (this.queue.used + size > this.#capacity) this.#evict();
    this.queue.add(key, size);
    return true;
  }

  delete(key: Key): boolean {
    return this.queue.delete(key);
  }

  #evict(): void {
    const { oldest } = this.queue;
    if (oldest === null) return;
    this.queue.remove(oldest);
    this.#evicted(oldest.key);
  }
}
