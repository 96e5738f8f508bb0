import type { Evicted, Eviction, Key } from "./eviction.ts";
import { Queue } from "./queue.ts";

/**
 * ARC: one queue for what was asked for once lately and one for what was asked for again, each with a ghost queue of the keys that
 * left it. A ghost that comes back shows which of the two should have been longer, and moves the target of the first.
 *
 * Megiddo and Modha, "ARC: A Self-Tuning, Low Overhead Replacement Cache" (FAST 2003), Figure 4. It is about pages of one size. For
 * objects of several sizes the lengths of queues are sums of sizes, the target moves by the size of the ghost that came back in place
 * of 1, and a step is repeated until the newcomer fits.
 */
export class Arc implements Eviction {
  /** T1 and B1 of the paper. */
  readonly #once = new Queue();
  readonly #onceGhosts = new Queue();
  /** T2 and B2. */
  readonly #again = new Queue();
  readonly #againGhosts = new Queue();
  readonly #capacity: number;
  readonly #evicted: Evicted;
  /** How long the first queue should be: p. */
  #target = 0;

  constructor(capacity: number, evicted: Evicted = () => {}) {
    this.#capacity = capacity;
    this.#evicted = evicted;
  }

  get used(): number {
    return this.#once.used + this.#again.used;
  }

  get count(): number {
    return this.#once.count + this.#again.count;
  }

  /** Case I. */
  get(key: Key): boolean {
    const first = this.#once.find(key);
    const entry = first ?? this.#again.find(key);
    if (entry === undefined) return false;
    if (first === undefined) this.#again.renew(entry);
    else {
      this.#once.remove(first);
      this.#again.add(key, first.size);
    }
    return true;
  }

  insert(key: Key, size: number): boolean {
    this.delete(key);
    if (size > this.#capacity) return false;
    if (this.#onceGhosts.find(key) !== undefined) {
      // Case II.
      const step = size * ratio(this.#againGhosts.used, this.#onceGhosts.used);
      this.#target = Math.min(this.#target + step, this.#capacity);
      this.#makeRoom(size, { forAgain: false });
      this.#onceGhosts.delete(key);
      this.#again.add(key, size);
    } else if (this.#againGhosts.find(key) !== undefined) {
      // Case III.
      const step = size * ratio(this.#onceGhosts.used, this.#againGhosts.used);
      this.#target = Math.max(this.#target - step, 0);
      this.#makeRoom(size, { forAgain: true });
      this.#againGhosts.delete(key);
      this.#again.add(key, size);
    } else {
      // Case IV.
      this.#shortenOnce(size);
      this.#makeRoom(size, { forAgain: false });
      this.#once.add(key, size);
    }
    this.#forget();
    return true;
  }

  delete(key: Key): boolean {
    return this.#once.delete(key) || this.#again.delete(key);
  }

  /** Case IV A: what was asked for once, ghosts included, takes no more than the capacity. */
  #shortenOnce(size: number): void {
    while (this.#once.used + this.#onceGhosts.used + size > this.#capacity) {
      const ghost = this.#onceGhosts.oldest;
      if (ghost === null) this.#giveUp(this.#once, null);
      else this.#onceGhosts.remove(ghost);
    }
  }

  /** REPLACE, until there is room. `forAgain`: for a ghost of the second queue. */
  #makeRoom(size: number, { forAgain }: { forAgain: boolean }): void {
    while (this.used + size > this.#capacity) {
      const { used } = this.#once;
      const isTooLong =
        used > this.#target || (forAgain && used === this.#target);
      if (this.#again.count === 0 || (this.#once.count > 0 && isTooLong))
        this.#giveUp(this.#once, this.#onceGhosts);
      else this.#giveUp(this.#again, this.#againGhosts);
    }
  }

  #giveUp(queue: Queue, ghosts: Queue | null): void {
    const { oldest } = queue;
    if (oldest === null) return;
    queue.remove(oldest);
    ghosts?.add(oldest.key, oldest.size);
    this.#evicted(oldest.key);
  }

  /** Case IV B: all four queues together take no more than twice the capacity. */
  #forget(): void {
    while (
      this.used + this.#onceGhosts.used + this.#againGhosts.used >
      2 * this.#capacity
    ) {
      const ghosts =
        this.#againGhosts.count > 0 ? this.#againGhosts : this.#onceGhosts;
      const { oldest } = ghosts;
      if (oldest !== null) ghosts.remove(oldest);
    }
  }
}

/** How many times as long one ghost queue is as the one in which a key was found; at least 1. */
function ratio(other: number, own: number): number {
  return own === 0 ? 1 : Math.max(other / own, 1);
}
