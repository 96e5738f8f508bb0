/** Whatever names an object; numbers are cheaper to look up than strings. */
export type Key = number | string;

/**
 * What a cache keeps and what it gives up, without the objects themselves. Sizes and capacity are in one unit of the
 * caller's choice: bytes, or objects when every size is given as 1. All operations take constant time, amortised, unless an
 * algorithm says otherwise.
 */
export interface Eviction {
  /** The sum of the sizes of what is held: never above the capacity. */
  readonly used: number;
  readonly count: number;
  /** Whether an object is held; being asked for is what an algorithm learns from. */
  get(key: Key): boolean;
  /**
   * Holds an object after a miss, giving up others as needed; one already held is replaced, as if it had been deleted.
   * False when it is too large to be held.
   */
  insert(key: Key, size: number): boolean;
  delete(key: Key): boolean;
}

/** Told of each object given up to make room, not of those deleted or replaced. */
export type Evicted = (key: Key) => void;
