import { LRUCache } from "lru-cache";
import { TokenBucket } from "./token-bucket.ts";

/** KV reads of names that hold no record as far as an isolate knows: of all names, and of those below one parent. */
export function newHostReads(perSecond: number) {
  // A PoP that begins with nothing has many to read at once.
  const isolate = { perSecond, burst: 50 * perSecond };
  return {
    isolate,
    parent: { perSecond: isolate.perSecond / 2, burst: isolate.burst / 2 },
  };
}

/** The parents whose reads are counted; one forgotten begins anew, within what all have together. */
const maxParents = 1000;

/**
 * Anybody can ask for names that nobody has, and each is a read of KV, which costs money. So they have a rate; half of it is
 * the most for names below one parent, so that a sweep below one leaves room for new names elsewhere.
 */
export class NewHosts {
  readonly #reads: ReturnType<typeof newHostReads>;
  readonly #all: TokenBucket;
  // With `max` the library would allocate room for all at once.
  readonly #parents = new LRUCache<string, TokenBucket>({
    maxSize: maxParents,
    sizeCalculation: () => 1,
  });

  constructor(perSecond: number) {
    this.#reads = newHostReads(perSecond);
    this.#all = new TokenBucket(this.#reads.isolate);
  }

  /** May such a name be read now? It is counted then. */
  take(parent: string, nowMs: number): boolean {
    const bucket =
      this.#parents.get(parent) ?? new TokenBucket(this.#reads.parent);
    this.#parents.set(parent, bucket);
    if (!bucket.has(nowMs) || !this.#all.has(nowMs)) return false;
    bucket.take();
    this.#all.take();
    return true;
  }
}
