import { PriorityQueue, type Ranked } from "../priority-queue.ts";
import type { Evicted, Eviction, Key } from "./eviction.ts";

/** An object, and how often it was asked for since it is held, the first time included. */
export interface Counted {
  readonly key: Key;
  readonly size: number;
  readonly uses: number;
}

/**
 * Each object has a priority, which it gets anew when it is asked for. What has the lowest goes; of several, what got it first.
 * Operations take logarithmic time.
 */
export abstract class ByPriority implements Eviction {
  readonly #entries = new Map<Key, Ranked<Counted>>();
  readonly #queue = new PriorityQueue<Counted>();
  readonly #capacity: number;
  readonly #evicted: Evicted;
  #evictedPriority = 0;
  #used = 0;

  constructor(capacity: number, evicted: Evicted = () => {}) {
    this.#capacity = capacity;
    this.#evicted = evicted;
  }

  get used(): number {
    return this.#used;
  }

  get count(): number {
    return this.#entries.size;
  }

  get(key: Key): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    const { value } = entry;
    this.#queue.remove(entry);
    this.#add({ ...value, uses: value.uses + 1 });
    return true;
  }

  insert(key: Key, size: number): boolean {
    this.delete(key);
    if (size > this.#capacity) return false;
    while (this.#used + size > this.#capacity) this.#evict();
    this.#used += size;
    this.#add({ key, size, uses: 1 });
    return true;
  }

  delete(key: Key): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#queue.remove(entry);
    this.#entries.delete(key);
    this.#used -= entry.value.size;
    return true;
  }

  /** `evictedPriority`: of what was evicted last, 0 before that. */
  protected abstract priorityOf(
    object: Counted,
    evictedPriority: number,
  ): number;

  #evict(): void {
    const { first } = this.#queue;
    if (first === undefined) return;
    const { value, priority } = first;
    this.#evictedPriority = priority;
    this.delete(value.key);
    this.#evicted(value.key);
  }

  #add(object: Counted): void {
    const priority = this.priorityOf(object, this.#evictedPriority);
    this.#entries.set(object.key, this.#queue.add(object, priority));
  }
}
