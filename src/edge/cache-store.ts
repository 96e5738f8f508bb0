import { fieldsOf, type Stored } from "../cache/stored.ts";
import type { Bytes } from "../ports.ts";
import {
  bounded,
  isRenewal,
  readIndex,
  replaces,
  updateIndex,
} from "./cache-index.ts";
import { isAhead } from "./clock.ts";
import type { RequestContext } from "./context.ts";
import type { Edge } from "./edge.ts";
import { recallGroupPurges } from "./group-purges.ts";
import { isUncacheable } from "./hit-for-miss.ts";
import { isArriving, type CacheEntry } from "./isolate-cache.ts";
import { collect, sliceBytes, sliceName } from "./stored-body.ts";

/** All that is stored under a key: the isolate's memory first, then the PoP cache. */
export async function findEntries(
  context: RequestContext,
): Promise<readonly CacheEntry[]> {
  const { edge } = context;
  const { site } = context;
  const { key } = context.resource;
  const { isolate, world } = edge;
  const inMemory = isolate.cache.find(key);
  if (inMemory !== null) return living(key, inMemory, edge);
  if (isUncacheable(context)) return [];
  const index = await readIndex(key, world);
  if (index.entries.some(hasGroups))
    await recallGroupPurges(site.customer, edge);
  // Another request may have stored something newer while this one looked.
  const meanwhile = isolate.cache.find(key);
  if (meanwhile !== null) return living(key, meanwhile, edge);
  const entries = index.entries.filter(
    ({ stored }) => !isInvalidated(key, stored.requestTimeMs, edge),
  );
  if (entries.length > 0) isolate.cache.put(key, entries);
  return entries;
}

function hasGroups({ stored }: CacheEntry): boolean {
  return Boolean(fieldsOf(stored).get("cache-groups"));
}

/** The entry of one of the stored responses found together with it. */
export function entryOf(
  stored: Stored,
  entries: readonly CacheEntry[],
): CacheEntry | null {
  return entries.find((entry) => entry.stored === stored) ?? null;
}

/**
 * Puts in an entry whose body is still arriving, so that others can join. What it will replace stays beside a part, to which
 * it may be joined, and is answered for a whole response, which is newer.
 */
export function putArriving(
  key: string,
  entry: CacheEntry,
  { isolate }: Edge,
): readonly CacheEntry[] {
  const present = isolate.cache.find(key) ?? [];
  const replaced =
    entry.stored.range === null
      ? present.filter((other) => !isArriving(other) && replaces(entry, other))
      : [];
  const others = present.filter((other) => !replaced.includes(other));
  isolate.cache.put(key, bounded([entry, ...others]));
  return replaced;
}

/** Puts in an entry that is complete, in the place of those that it makes superfluous. */
export function putEntry(key: string, entry: CacheEntry, edge: Edge): void {
  const { cache } = edge.isolate;
  const present = cache.find(key) ?? [];
  const replaced = present.filter(
    (other) =>
      isRenewal(entry, other) || (!isArriving(other) && replaces(entry, other)),
  );
  const others = present.filter((other) => !replaced.includes(other));
  cache.put(key, bounded([entry, ...others]));
  const change = { added: entry, replaced: replaced.filter(isComplete) };
  edge.world.later(updateIndex(key, change, edge));
}

/** Puts entries back after what was to replace them broke off. */
export function putBack(
  key: string,
  entries: readonly CacheEntry[],
  edge: Edge,
): void {
  const { cache } = edge.isolate;
  const good = entries.filter(
    ({ stored }) => !isInvalidated(key, stored.requestTimeMs, edge),
  );
  if (good.length > 0) cache.put(key, [...(cache.find(key) ?? []), ...good]);
}

/** Takes one entry out. */
export function removeEntry(key: string, name: string, edge: Edge): void {
  const { cache } = edge.isolate;
  const present = cache.find(key) ?? [];
  const left = present.filter((entry) => entry.name !== name);
  if (left.length > 0) cache.put(key, left);
  else cache.drop(key);
  const replaced = present.filter(
    (entry) => !left.includes(entry) && isComplete(entry),
  );
  edge.world.later(updateIndex(key, { removed: name, replaced }, edge));
}

/**
 * RFC 9111 §4.4: what is stored under a key, and what is on its way there, is not used from now on. The moment is remembered
 * here and in the PoP cache, since an answer to an earlier request may still arrive.
 */
export function invalidateKey(key: string, atMs: number, edge: Edge): void {
  const { isolate, world } = edge;
  const replaced = (isolate.cache.find(key) ?? []).filter(isComplete);
  isolate.cache.drop(key);
  isolate.invalidatedAtMs.set(key, atMs);
  world.later(updateIndex(key, { replaced }, edge));
}

/**
 * Was the key invalidated after a request was sent, or in the same millisecond? Then its answer may be an old one; and so may be
 * one to a request from before the clock was set back.
 */
function isInvalidated(
  key: string,
  requestTimeMs: number,
  { isolate: { invalidatedAtMs }, world }: Edge,
): boolean {
  const nowMs = world.nowMs();
  const atMs = invalidatedAtMs.get(key) ?? -Infinity;
  if (isAhead(atMs, nowMs)) invalidatedAtMs.set(key, nowMs);
  return isAhead(requestTimeMs, nowMs) || requestTimeMs <= atMs;
}

/** The same of what is under way, where not even all writes are remembered that were made meanwhile. */
export function mayBeInvalidated(
  key: string,
  requestTimeMs: number,
  edge: Edge,
): boolean {
  const { isolate, world } = edge;
  return (
    requestTimeMs <= isolate.invalidatedAtMs.forgottenMs(world.nowMs()) ||
    isInvalidated(key, requestTimeMs, edge)
  );
}

/** The slice of an entry's body that a position is in, or null when the PoP cache does not have it. */
export async function findSlice(
  { name }: CacheEntry,
  at: number,
  { world }: Edge,
): Promise<Bytes | null> {
  return world.recallBytes(sliceName(name, Math.floor(at / sliceBytes)));
}

export type LoadedBody =
  | { kind: "loaded"; bytes: Uint8Array }
  /** The PoP cache has let it go, and the entry with it. */
  | { kind: "gone" }
  /** Memory is short: it has to be read from the PoP cache as it comes. */
  | { kind: "no-memory" };

/** Takes the body of an entry from the PoP cache into memory, where it stays from now on if there is room. */
export async function loadBody(
  key: string,
  entry: CacheEntry,
  edge: Edge,
): Promise<LoadedBody> {
  const { cache, arrivals } = edge.isolate;
  const length = entry.stored.bodyLength ?? 0;
  const holder = { abandon: () => undefined };
  // Its chunks, and the whole that is made of them.
  const heldBytes = 2 * length;
  if (heldBytes > arrivals.allowance) return { kind: "no-memory" };
  arrivals.hold(holder, heldBytes, edge.world.nowMs());
  const slice = await findSlice(entry, 0, edge);
  const bytes = slice === null ? null : await collect(slice);
  arrivals.release(holder);
  if (bytes?.byteLength !== length) {
    removeEntry(key, entry.name, edge);
    return { kind: "gone" };
  }
  const loaded = (one: CacheEntry): CacheEntry =>
    one.name === entry.name ? { ...one, body: { kind: "memory", bytes } } : one;
  const present = cache.find(key);
  if (present !== null) cache.put(key, present.map(loaded));
  return { kind: "loaded", bytes };
}

/** The body of an entry that is arriving is deleted where its arrival ends. */
function isComplete(entry: CacheEntry): boolean {
  return !isArriving(entry);
}

/** Without entries whose bytes will never come, and those from before the clock was set back: how old they are nobody knows. */
function living(
  key: string,
  entries: readonly CacheEntry[],
  edge: Edge,
): readonly CacheEntry[] {
  const nowMs = edge.world.nowMs();
  const isDead = ({ body, stored }: CacheEntry) =>
    isAhead(stored.requestTimeMs, nowMs) ||
    (body.kind === "arriving" && body.arriving.isStalled(nowMs));
  if (!entries.some(isDead)) return entries;
  const left = entries.filter((entry) => !isDead(entry));
  edge.isolate.cache.put(key, left);
  return left;
}
