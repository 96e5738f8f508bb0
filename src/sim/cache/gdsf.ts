import type { Evicted, Eviction, Key } from "./eviction.ts";
import { PriorityQueue, type Ranked } from "./priority-queue.ts";

/**
 * Greedy-Dual-Size-Frequency: what is asked for often and small is worth most, and all that is held loses worth as the clock goes on,
 * which is the priority of what was evicted last.
 *
 * Cherkasova, "Improving WWW Proxies Performance with Greedy-Dual-Size-Frequency Caching Policy" (HP Laboratories, HPL-98-69R1,
 * 1998), with a cost of 1 for every object: priority = clock + uses / size. Uses are counted for as long as an object is held. A
 * newcomer is always held, as in the GreedyDual-Size of Cao and Irani (USITS 1997).
 */
export class Gdsf implements Eviction {
  readonly #entries = new Map<Key, Held>();
  readonly #queue = new PriorityQueue<Held>();
  readonly #capacity: number;
  readonly #evicted: Evicted;
  #clock = 0;
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
    this.#queue.remove(entry);
    this.#add({ ...entry, uses: entry.uses + 1 });
    return true;
  }

  insert(key: Key, size: number): boolean {
    this.delete(key);
    if (size > this.#capacity) return false;
    while (this.#used + size > this.#capacity) this.#evict();
    this.#used += size;
    this.#add({ key, size, uses: 1, priority: 0, place: 0, order: 0 });
    return true;
  }

  delete(key: Key): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#queue.remove(entry);
    this.#entries.delete(key);
    this.#used -= entry.size;
    return true;
  }

  #evict(): void {
    const { first } = this.#queue;
    if (first === undefined) return;
    this.#clock = first.priority;
    this.delete(first.key);
    this.#evicted(first.key);
  }

  #add(entry: Held): void {
    entry.priority = this.#clock + entry.uses / entry.size;
    this.#entries.set(entry.key, entry);
    this.#queue.add(entry);
  }
}

interface Held extends Ranked {
  readonly key: Key;
  readonly size: number;
  readonly uses: number;
}
