import { LRUCache } from "lru-cache";

/** A map within a share of an isolate's memory: where there is no room, the entry not used for longest goes, one by one. */
export type BoundedMap<Value extends {}> = LRUCache<string, Value>;

/** What an entry takes besides the characters of its key and its value: measured, and rounded up. */
const entryBytes = 256;

type Disposal<Value extends {}> = Pick<
  LRUCache.Options<string, Value, unknown>,
  "dispose" | "disposeAfter"
>;

export function boundedMap<Value extends {}>(
  maxBytes: number,
  valueBytes: (value: Value) => number = () => 0,
  disposal: Disposal<Value> = {},
): BoundedMap<Value> {
  return new LRUCache({
    // A share of nothing holds nothing.
    maxSize: Math.max(maxBytes, 1),
    sizeCalculation: (value, key) =>
      entryBytes + textBytes(key) + valueBytes(value),
    ...disposal,
  });
}

/** What a text takes: V8 has one byte a character, or two where one of them is beyond Latin-1. */
export function textBytes(text: string): number {
  return /[^\0-\u{ff}]/u.test(text) ? 2 * text.length : text.length;
}
