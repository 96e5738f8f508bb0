/** Something to be done at a moment of virtual time. */
export interface Event {
  atMs: number;
  run: () => void;
}

interface QueuedEvent extends Event {
  /** Counts up: of two events of one moment, the one scheduled first runs first. */
  order: number;
}

/** A binary heap of events, earliest first and, within one moment, in the order they came in. */
export class EventQueue {
  readonly #heap: QueuedEvent[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** When the next event is due; Infinity when there is none. */
  get nextAtMs(): number {
    return this.#heap[0]?.atMs ?? Infinity;
  }

  push({ atMs, run }: Event): void {
    const heap = this.#heap;
    const entry = { atMs, run, order: this.#order++ };
    let hole = heap.length;
    heap.push(entry);
    while (hole > 0) {
      const above = (hole - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !precedes(entry, parent)) break;
      heap[hole] = parent;
      hole = above;
    }
    heap[hole] = entry;
  }

  pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) this.#sink(last);
    return first;
  }

  /** Lets an entry fall from the top to its place. */
  #sink(entry: QueuedEvent): void {
    const heap = this.#heap;
    let hole = 0;
    for (;;) {
      let below = 2 * hole + 1;
      let child = heap[below];
      if (child === undefined) break;
      const sibling = heap[below + 1];
      if (sibling !== undefined && precedes(sibling, child)) {
        child = sibling;
        below += 1;
      }
      if (!precedes(child, entry)) break;
      heap[hole] = child;
      hole = below;
    }
    heap[hole] = entry;
  }
}

function precedes(one: QueuedEvent, other: QueuedEvent): boolean {
  return (
    one.atMs < other.atMs ||
    (one.atMs === other.atMs && one.order < other.order)
  );
}
