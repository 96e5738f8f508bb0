import { LRUCache } from "lru-cache";
import { TokenBucket } from "./token-bucket.ts";

/** KV reads of names that hold no record as far as an isolate knows: of all names, and of those below one parent. */
export const newHostReads = {
  isolate: { perSecond: 20, burst: 1000 },
  parent: { perSecond: 10, burst: 500 },
};

/** The parents whose reads are counted; one forgotten begins anew, within what all have together. */
const maxParents = 1000;

/**
 * Anybody can ask for names that nobody has, and each is a read of KV, which costs money. So they have a rate; half of it is
 * the most for names below one parent, so that a sweep below one leaves room for new names elsewhere.
 */
export class NewHosts {
  readonly #all = new TokenBucket(newHostReads.isolate);
  // With `max` the library would allocate room for all at once.
  readonly #parents = new LRUCache<string, TokenBucket>({
    maxSize: maxParents,
    sizeCalculation: () => 1,
  });

  /** May such a name be read now? It is counted then. */
  take(parent: string, nowMs: number): boolean {
    const bucket =
      this.#parents.get(parent) ?? new TokenBucket(newHostReads.parent);
    this.#parents.set(parent, bucket);
    if (!bucket.has(nowMs) || !this.#all.has(nowMs)) return false;
    bucket.take();
    this.#all.take();
    return true;
  }
}
