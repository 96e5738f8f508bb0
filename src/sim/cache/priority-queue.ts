/** What stands in a priority queue. `place` and `order` are the queue's own. */
export interface Ranked {
  /** Not changed while it stands there. */
  priority: number;
  place: number;
  order: number;
}

/** A binary heap, from the middle of which entries can be taken: the lowest priority first, and of equal ones what came first. */
export class PriorityQueue<Entry extends Ranked> {
  readonly #heap: Entry[] = [];
  #order = 0;

  get first(): Entry | undefined {
    return this.#heap[0];
  }

  /** Takes logarithmic time. */
  add(entry: Entry): void {
    entry.order = this.#order++;
    this.#heap.push(entry);
    this.#rise(entry, this.#heap.length - 1);
  }

  /** Takes logarithmic time. The entry stands here. */
  remove(entry: Entry): void {
    const { place } = entry;
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    this.#sink(last, place);
    this.#rise(last, last.place);
  }

  #rise(entry: Entry, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || !precedes(entry, parent)) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(entry, place);
  }

  #sink(entry: Entry, from: number): void {
    let place = from;
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

  #put(entry: Entry, place: number): void {
    this.#heap[place] = entry;
    entry.place = place;
  }
}

function precedes(one: Ranked, other: Ranked): boolean {
  return (
    one.priority < other.priority ||
    (one.priority === other.priority && one.order < other.order)
  );
}
