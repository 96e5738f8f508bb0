/** A value in a priority queue, which alone sets what else stands here. */
export interface Ranked<Value> {
  readonly value: Value;
  readonly priority: number;
  /** Counts up: of two of one priority, the one added first comes first. */
  readonly order: number;
  /** Where it stands in the heap. */
  place: number;
}

/** A binary heap: the lowest priority first, and of equal ones what came first. Adding and removing take logarithmic time. */
export class PriorityQueue<Value> {
  readonly #heap: Ranked<Value>[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  get first(): Ranked<Value> | undefined {
    return this.#heap[0];
  }

  add(value: Value, priority: number): Ranked<Value> {
    const place = this.#heap.length;
    const entry = { value, priority, order: this.#order++, place };
    this.#heap.push(entry);
    this.#rise(entry);
    return entry;
  }

  /** From wherever it stands; it does stand here. */
  remove(entry: Ranked<Value>): void {
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    this.#put(last, entry.place);
    this.#sink(last);
    this.#rise(last);
  }

  #rise(entry: Ranked<Value>): void {
    let { place } = entry;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || !precedes(entry, parent)) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(entry, place);
  }

  #sink(entry: Ranked<Value>): void {
    let { place } = entry;
    for (;;) {
      let below = 2 * place + 1;
      let child = this.#heap[below];
      if (child === undefined) break;
      const sibling = this.#heap[below + 1];
      if (sibling !== undefined && precedes(sibling, child)) {
        child = sibling;
        below += 1;
      }
      if (!precedes(child, entry)) break;
      this.#put(child, place);
      place = below;
    }
    this.#put(entry, place);
  }

  #put(entry: Ranked<Value>, place: number): void {
    this.#heap[place] = entry;
    entry.place = place;
  }
}

function precedes(one: Ranked<unknown>, other: Ranked<unknown>): boolean {
  return (
    one.priority < other.priority ||
    (one.priority === other.priority && one.order < other.order)
  );
}
