import * as v from "valibot";
import { isOrdinary } from "../cache/request-fields.ts";
import { fieldsOf, type Stored } from "../cache/stored.ts";
import type { Bytes } from "../world.ts";
import type { RequestContext } from "./context.ts";
import type { Edge } from "./edge.ts";
import { recallGroupPurges } from "./group-purges.ts";
import { isUncacheable } from "./hit-for-miss.ts";
import { isArriving, type CacheEntry } from "./isolate-cache.ts";
import { collect, sliceBytes, sliceName } from "./stored-body.ts";

/** A URL keeps no more variants than this by what its origin names in Vary, those used last. */
const maxVariants = 32;

/** And no more than this, beside them, by fields that no Vary names: anybody can invent those. */
const maxUnlistedVariants = 16;

/** How many keys an isolate remembers an invalidation of, and the longest that an answer may have been under way by then. */
const maxInvalidations = 10_000;

/** All that is stored under a key: the isolate's memory first, then the PoP cache. */
export async function findEntries(
  context: RequestContext,
  edge: Edge,
): Promise<readonly CacheEntry[]> {
  const { site } = context;
  const { key } = context.resource;
  const { isolate, world } = edge;
  const inMemory = isolate.cache.find(key);
  if (inMemory !== null) return living(key, inMemory, edge);
  if (isUncacheable(context, edge)) return [];
  const index = parseIndex(await world.recall(indexName(key)));
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
  const others = (edge.isolate.cache.find(key) ?? []).filter(
    (other) =>
      !isRenewal(entry, other) &&
      (isArriving(other) || !replaces(entry, other)),
  );
  edge.isolate.cache.put(key, bounded([entry, ...others]));
  edge.world.later(updateIndex(key, { added: [entry], removed: [] }, edge));
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
  const left = (cache.find(key) ?? []).filter((entry) => entry.name !== name);
  if (left.length > 0) cache.put(key, left);
  else cache.drop(key);
  edge.world.later(updateIndex(key, { added: [], removed: [name] }, edge));
}

/**
 * RFC 9111 §4.4: what is stored under a key, and what is on its way there, is not used from now on. The moment is remembered
 * here and in the PoP cache, since an answer to an earlier request may still arrive.
 */
export function invalidateKey(key: string, atMs: number, edge: Edge): void {
  const { isolate, world } = edge;
  isolate.cache.drop(key);
  isolate.fetches.forget(key);
  const { invalidatedAtMs } = isolate;
  invalidatedAtMs.delete(key);
  invalidatedAtMs.set(key, atMs);
  if (invalidatedAtMs.size > maxInvalidations)
    for (const oldest of invalidatedAtMs.keys()) {
      invalidatedAtMs.delete(oldest);
      break;
    }
  world.later(updateIndex(key, { added: [], removed: [] }, edge));
}

/** Was the key invalidated after a request was sent, or in the same millisecond? Then its answer may be an old one. */
export function isInvalidated(
  key: string,
  requestTimeMs: number,
  { isolate }: Edge,
): boolean {
  return requestTimeMs <= (isolate.invalidatedAtMs.get(key) ?? -Infinity);
}

/** The slice of an entry's body that a position is in, or null when the PoP cache does not have it. */
export async function findSlice(
  { name }: CacheEntry,
  at: number,
  { world }: Edge,
): Promise<Bytes | null> {
  return world.recallBytes(sliceName(name, Math.floor(at / sliceBytes)));
}

/** The body of an entry that fits into memory, and stays there from now on; null when it is gone. */
export async function loadBody(
  key: string,
  entry: CacheEntry,
  edge: Edge,
): Promise<Uint8Array | null> {
  const { cache } = edge.isolate;
  const slice = await findSlice(entry, 0, edge);
  const bytes = slice === null ? null : await collect(slice);
  if (bytes?.byteLength !== entry.stored.bodyLength) {
    removeEntry(key, entry.name, edge);
    return null;
  }
  const loaded = (one: CacheEntry): CacheEntry =>
    one.name === entry.name ? { ...one, body: { kind: "memory", bytes } } : one;
  const present = cache.find(key);
  if (present !== null) cache.put(key, present.map(loaded));
  return bytes;
}

/** RFC 9111 §4.1: the same values of the same fields select the same response. */
export function isSameVariant(one: Stored, other: Stored): boolean {
  return (
    JSON.stringify(one.varyOn) === JSON.stringify(other.varyOn) &&
    JSON.stringify(one.unlisted) === JSON.stringify(other.unlisted)
  );
}

/** Those used last of the variants that a URL may keep, each kind within its own number. */
function bounded(entries: readonly CacheEntry[]): readonly CacheEntry[] {
  if (entries.length <= maxUnlistedVariants) return entries;
  let ordinary = 0;
  let unlisted = 0;
  return entries.filter(({ stored }) =>
    isOrdinary(stored.unlisted)
      ? (ordinary += 1) <= maxVariants
      : (unlisted += 1) <= maxUnlistedVariants,
  );
}

/** A part leaves a whole response alone. */
function replaces({ stored: by }: CacheEntry, { stored }: CacheEntry): boolean {
  return (
    isSameVariant(stored, by) && (by.range === null || stored.range !== null)
  );
}

/** The same variant with the same body: a validation, or the end of the body's arrival, gave it other fields. */
function isRenewal(by: CacheEntry, other: CacheEntry): boolean {
  return by.name === other.name && isSameVariant(by.stored, other.stored);
}

/** Without entries whose bytes will never come. */
function living(
  key: string,
  entries: readonly CacheEntry[],
  edge: Edge,
): readonly CacheEntry[] {
  const nowMs = edge.world.nowMs();
  const isDead = ({ body }: CacheEntry) =>
    body.kind === "arriving" && body.arriving.isStalled(nowMs);
  if (!entries.some(isDead)) return entries;
  const left = entries.filter((entry) => !isDead(entry));
  edge.isolate.cache.put(key, left);
  return left;
}

/** Field bytes that are no UTF-8 stand as U+FFFD, and only the isolate that received them knows the bytes. */
function isWritable({ stored }: CacheEntry): boolean {
  return !stored.fields.some(([, value]) => value.includes("\u{fffd}"));
}

const indexName = (key: string) => `index/${key}`;

/**
 * Writes down for the other isolates of this PoP what is stored under a key. What they have written stays, unless it is
 * replaced, `removed` by its name, or was asked for before the key was invalidated.
 */
async function updateIndex(
  key: string,
  {
    added,
    removed,
  }: { added: readonly CacheEntry[]; removed: readonly string[] },
  edge: Edge,
): Promise<void> {
  const { isolate, world } = edge;
  const before = parseIndex(await world.recall(indexName(key)));
  const invalidatedAtMs = Math.max(
    before.invalidatedAtMs,
    isolate.invalidatedAtMs.get(key) ?? 0,
  );
  // Memory may have had no room for what was just added.
  const own = (isolate.cache.find(key) ?? added).filter(
    (entry) => !isArriving(entry) && isWritable(entry),
  );
  const others = before.entries.filter(
    (entry) =>
      !removed.includes(entry.name) &&
      !own.some((by) => isRenewal(by, entry) || replaces(by, entry)),
  );
  const entries = bounded(
    [...own, ...others].filter(
      ({ stored }) => stored.requestTimeMs > invalidatedAtMs,
    ),
  ).map(({ stored, name, body }) => ({
    stored,
    name,
    isWhole: body.kind !== "pop" || body.isWhole,
  }));
  await (entries.length === 0 && invalidatedAtMs === 0
    ? world.forget(indexName(key))
    : world.keep(indexName(key), JSON.stringify({ invalidatedAtMs, entries })));
}

const milliseconds = v.number();
const Index = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    invalidatedAtMs: milliseconds,
    entries: v.array(
      v.object({
        name: v.string(),
        isWhole: v.boolean(),
        stored: v.object({
          method: v.literal("GET"),
          status: v.number(),
          fields: v.array(v.tuple([v.string(), v.string()])),
          varyOn: v.array(v.tuple([v.string(), v.nullable(v.string())])),
          unlisted: v.array(v.tuple([v.string(), v.nullable(v.string())])),
          requestTimeMs: milliseconds,
          responseTimeMs: milliseconds,
          bodyRequestTimeMs: milliseconds,
          bodyLength: v.number(),
          range: v.nullable(
            v.object({
              first: v.number(),
              last: v.number(),
              complete: v.number(),
            }),
          ),
        }),
      }),
    ),
  }),
);

/** Another version of the edge may have written it: what does not parse counts as nothing stored. */
function parseIndex(text: string | null): {
  invalidatedAtMs: number;
  entries: CacheEntry[];
} {
  const index = v.safeParse(Index, text);
  if (!index.success) return { invalidatedAtMs: 0, entries: [] };
  const { invalidatedAtMs, entries } = index.output;
  return {
    invalidatedAtMs,
    entries: entries.map(({ stored, name, isWhole }) => ({
      stored,
      name,
      body: { kind: "pop", isWhole },
    })),
  };
}
