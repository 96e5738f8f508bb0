import type { Key } from "./eviction.ts";
import { Fifo } from "./fifo.ts";

/** Least recently used: a queue in which being asked for counts as arriving anew. */
export class Lru extends Fifo {
  override get(key: Key): boolean {
    const entry = this.queue.find(key);
    if (entry !== undefined) this.queue.renew(entry);
    return entry !== undefined;
  }
}
