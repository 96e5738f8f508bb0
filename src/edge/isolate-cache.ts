import type { Stored } from "../cache/stored.ts";
import type { ArrivingBody } from "./arriving-body.ts";
import { boundedMap, textBytes, type BoundedMap } from "./bounded-map.ts";
import type { PinnedBodies } from "./pinned-bodies.ts";

/**
 * Where the body of a cache entry is. In the PoP cache, slices may be missing, and are asked for when somebody wants them:
 * `isWhole` tells whether all of them were there once.
 */
export type StoredBody =
  | { kind: "memory"; bytes: Uint8Array }
  | { kind: "pop"; isWhole: boolean }
  | { kind: "arriving"; arriving: ArrivingBody };

/**
 * A body of up to this many bytes that is in memory is written into the index of its key, so that other isolates find it with
 * one look-up. It has no slice.
 */
export const inlineBytes = 4 * 1024;

/** Does the index have this body itself? */
export function isInline(body: StoredBody): boolean {
  return body.kind === "memory" && body.bytes.byteLength <= inlineBytes;
}

/** A stored response and where its body is. `name` is what the PoP cache knows the body by. */
export interface CacheEntry {
  stored: Stored;
  body: StoredBody;
  name: string;
}

/**
 * The entries that an isolate holds in memory, all variants of a key together, those used last first. When the bytes do not
 * suffice, the key not used for longest goes; it may still be in the PoP cache. Entries whose bodies arrive have a share of
 * their own: nobody else knows of them, and where memory is for no response, requests for the same one still meet in them.
 */
export class IsolateCache {
  readonly #stored: BoundedMap<readonly CacheEntry[]>;
  readonly #arriving: BoundedMap<readonly CacheEntry[]>;

  /** `pinned` is told of bodies that are in memory no longer. */
  constructor(
    maxBytes: { stored: number; arriving: number },
    pinned: Pick<PinnedBodies, "has" | "orphan">,
  ) {
    this.#stored = boundedMap<readonly CacheEntry[]>(maxBytes.stored, bytesOf, {
      disposeAfter: (before, key) => {
        const left = this.#stored.peek(key) ?? [];
        for (const { name } of before)
          if (pinned.has(name) && !left.some((entry) => entry.name === name))
            pinned.orphan(name);
      },
    });
    this.#arriving = boundedMap(maxBytes.arriving, bytesOf);
  }

  find(key: string): readonly CacheEntry[] | null {
    const stored = this.#stored.get(key);
    const arriving = this.#arriving.get(key);
    if (arriving === undefined) return stored ?? null;
    return stored === undefined ? arriving : [...arriving, ...stored];
  }

  put(key: string, entries: readonly CacheEntry[]): void {
    putAll(this.#arriving, key, entries.filter(isArriving));
    putAll(
      this.#stored,
      key,
      entries.filter((entry) => !isArriving(entry)),
    );
  }

  /** An entry that is used goes before the others of its key: where there are too many, the last go. */
  use(key: string, entry: CacheEntry): void {
    const entries = this.#stored.peek(key);
    if (entries === undefined || entries[0] === entry) return;
    const others = entries.filter((other) => other !== entry);
    if (others.length < entries.length)
      this.#stored.set(key, [entry, ...others]);
  }

  /** Of what has arrived. */
  get size(): { keys: number; bytes: number } {
    const { size: keys, calculatedSize: bytes } = this.#stored;
    return { keys, bytes };
  }

  drop(key: string): void {
    putAll(this.#stored, key, []);
    putAll(this.#arriving, key, []);
  }
}

export function isArriving({ body }: CacheEntry): boolean {
  return body.kind === "arriving";
}

function putAll(
  map: BoundedMap<readonly CacheEntry[]>,
  key: string,
  entries: readonly CacheEntry[],
): void {
  if (entries.length > 0) map.set(key, entries);
  else map.delete(key);
}

function bytesOf(entries: readonly CacheEntry[]): number {
  let bytes = 0;
  for (const { stored, body } of entries)
    bytes += headBytes(stored) + bodyBytes(body);
  return bytes;
}

/** A view keeps all of its buffer. What an arriving body takes is counted where it arrives. */
function bodyBytes(body: StoredBody): number {
  return body.kind === "memory" ? body.bytes.buffer.byteLength : 0;
}

/** What the objects around a stored response take, and those around each of its lines: measured, and rounded up. */
const responseBytes = 1024;
const lineBytes = 192;

// All variants of a key are counted anew whenever one of them changes.
const known = new WeakMap<Stored, number>();

function headBytes(stored: Stored): number {
  const before = known.get(stored);
  if (before !== undefined) return before;
  let bytes = responseBytes;
  const { fields, varyOn, unlisted } = stored;
  for (const lines of [fields, varyOn, unlisted])
    for (const [name, value] of lines)
      bytes += lineBytes + textBytes(name) + textBytes(value ?? "");
  known.set(stored, bytes);
  return bytes;
}
