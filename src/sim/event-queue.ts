import { PriorityQueue } from "./priority-queue.ts";

/** Something to be done at a moment of virtual time. */
export interface Event {
  atMs: number;
  run: () => void;
}

/** Events, earliest first and, within one moment, in the order they came in. */
export class EventQueue {
  readonly #events = new PriorityQueue<Event>();

  get size(): number {
    return this.#events.size;
  }

  /** When the next event is due; Infinity when there is none. */
  get nextAtMs(): number {
    return this.#events.first?.priority ?? Infinity;
  }

  push(event: Event): void {
    this.#events.add(event, event.atMs);
  }

  pop(): Event | undefined {
    const { first } = this.#events;
    if (first !== undefined) this.#events.remove(first);
    return first?.value;
  }
}
