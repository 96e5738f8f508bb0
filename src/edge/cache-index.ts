import * as v from "valibot";
import { isOrdinary } from "../cache/request-fields.ts";
import { maxKeptSeconds } from "../cache/retention.ts";
import type { Stored } from "../cache/stored.ts";
import type { World } from "../ports.ts";
import { isAhead } from "./clock.ts";
import type { Edge } from "./edge.ts";
import {
  isArriving,
  isInline,
  type CacheEntry,
  type StoredBody,
} from "./isolate-cache.ts";
import { deleteBody, sliceCount, type ReplacedBody } from "./stored-body.ts";

/** A URL keeps no more variants than this by what its origin names in Vary, those used last. */
const maxVariants = 32;

/** And no more than this, beside them, by fields that no Vary names: anybody can invent those. */
const maxUnlistedVariants = 16;

/** What the PoP cache has of a key, for all isolates of the PoP. */
interface CacheIndex {
  invalidatedAtMs: number;
  entries: readonly CacheEntry[];
  /** Bodies that no entry has any more, and that may still be read: those replaced last first. */
  replaced: readonly ReplacedBody[];
}

/** What an isolate did to the entries of a key. */
export interface IndexChange {
  added?: CacheEntry;
  /** The name of an entry that is no longer used. */
  removed?: string;
  /** Entries whose place others have taken, or that may not be used any more. */
  replaced?: readonly CacheEntry[];
}

/** RFC 9111 §4.1: the same values of the same fields select the same response. */
export function isSameVariant(one: Stored, other: Stored): boolean {
  return (
    JSON.stringify(one.varyOn) === JSON.stringify(other.varyOn) &&
    JSON.stringify(one.unlisted) === JSON.stringify(other.unlisted)
  );
}

/** A part leaves a whole response alone. */
export function replaces(
  { stored: by }: CacheEntry,
  { stored }: CacheEntry,
): boolean {
  return (
    isSameVariant(stored, by) && (by.range === null || stored.range !== null)
  );
}

/** The same variant with the same body: a validation, or the end of the body's arrival, gave it other fields. */
export function isRenewal(by: CacheEntry, other: CacheEntry): boolean {
  return by.name === other.name && isSameVariant(by.stored, other.stored);
}

/** Those used last of the variants that a URL may keep, each kind within its own number. */
export function bounded(entries: readonly CacheEntry[]): readonly CacheEntry[] {
  if (entries.length <= maxUnlistedVariants) return entries;
  let ordinary = 0;
  let unlisted = 0;
  return entries.filter(({ stored }) =>
    isOrdinary(stored.unlisted)
      ? (ordinary += 1) <= maxVariants
      : (unlisted += 1) <= maxUnlistedVariants,
  );
}

/** What the PoP cache has; nothing where it forgot, or where another version of the edge wrote what does not parse here. */
export async function readIndex(
  key: string,
  world: World,
): Promise<CacheIndex> {
  const index = v.safeParse(Index, await world.recall(indexName(key)));
  if (!index.success) return { invalidatedAtMs: 0, entries: [], replaced: [] };
  const { invalidatedAtMs, entries, replaced } = index.output;
  return {
    invalidatedAtMs,
    replaced,
    entries: entries.map(({ stored, name, ...body }) => ({
      stored,
      name,
      body: bodyIn(body, stored),
    })),
  };
}

function bodyIn(
  { isWhole, inline }: { isWhole: boolean; inline?: Uint8Array | undefined },
  { bodyLength }: Pick<Stored, "bodyLength">,
): StoredBody {
  return inline?.byteLength === bodyLength
    ? { kind: "memory", bytes: inline }
    : { kind: "pop", isWhole };
}

/**
 * Writes down for the other isolates of this PoP what is stored under a key, and deletes bodies that nobody needs any more. What
 * the others have written stays, unless it is replaced, removed, or was asked for before the key was invalidated.
 */
export async function updateIndex(
  key: string,
  { added, removed, replaced = [] }: IndexChange,
  edge: Edge,
): Promise<void> {
  const { isolate, world } = edge;
  const before = await readIndex(key, world);
  const nowMs = world.nowMs();
  const invalidatedAtMs = Math.min(
    Math.max(before.invalidatedAtMs, isolate.invalidatedAtMs.get(key) ?? 0),
    nowMs,
  );
  const inMemory = isolate.cache.find(key) ?? [];
  const own = withAdded(inMemory.filter(isComplete), added).filter(isWritable);
  const others = before.entries.filter(
    (entry) =>
      entry.name !== removed &&
      !own.some((by) => isRenewal(by, entry) || replaces(by, entry)),
  );
  const entries = bounded(
    [...own, ...others].filter(
      ({ stored }) =>
        stored.requestTimeMs > invalidatedAtMs &&
        !isAhead(stored.requestTimeMs, nowMs),
    ),
  );
  const needed = new Set([...entries, ...inMemory].map(({ name }) => name));
  const left = [...replaced, ...(added ? [added] : []), ...before.entries];
  const bodies = [
    ...left.filter(({ body }) => !isInline(body)).map(bodyOf),
    ...(isolate.replacedBodies.get(key) ?? []),
    ...before.replaced,
  ];
  const { kept, unused } = sortOut(
    bodies.filter(({ name }) => !needed.has(name)),
    edge,
  );
  if (kept.length > 0) isolate.replacedBodies.set(key, kept);
  else isolate.replacedBodies.delete(key);
  await writeIndex(key, { invalidatedAtMs, entries, replaced: kept }, world);
  for (const { name, slices } of unused) await deleteBody(name, slices, world);
}

/** Memory may have had no room for what was just added, or have set it aside for what arrives. */
function withAdded(
  inMemory: readonly CacheEntry[],
  added: CacheEntry | undefined,
): readonly CacheEntry[] {
  const isThere =
    added === undefined ||
    inMemory.some((by) => isRenewal(by, added) || replaces(by, added));
  return isThere ? inMemory : [added, ...inMemory];
}

function bodyOf({ name, stored }: CacheEntry): ReplacedBody {
  return { name, slices: sliceCount(stored.bodyLength ?? 0) };
}

/**
 * Which bodies that no entry has any more are kept for now: those that visitors are reading here, and the long one replaced last,
 * which visitors of other isolates may be reading. A short one is read at once, so that nobody is left halfway.
 */
function sortOut(
  bodies: readonly ReplacedBody[],
  { isolate }: Edge,
): { kept: ReplacedBody[]; unused: ReplacedBody[] } {
  const byName = new Map(bodies.map((body) => [body.name, body]));
  const last = bodies.find(({ slices }) => slices > 1)?.name;
  const kept: ReplacedBody[] = [];
  const unused: ReplacedBody[] = [];
  for (const body of byName.values()) {
    const { name } = body;
    const isKept = name === last || isolate.bodyReaders.isRead(name);
    (isKept ? kept : unused).push(body);
  }
  return { kept, unused };
}

async function writeIndex(
  key: string,
  { invalidatedAtMs, entries, replaced }: CacheIndex,
  world: World,
): Promise<void> {
  const isEmpty =
    entries.length === 0 && replaced.length === 0 && invalidatedAtMs === 0;
  if (isEmpty) return world.forget(indexName(key));
  const written = entries.map(({ stored, name, body }) => ({
    stored,
    name,
    isWhole: body.kind !== "pop" || body.isWhole,
    inline:
      body.kind === "memory" && isInline(body)
        ? toBase64(body.bytes)
        : undefined,
  }));
  const text = JSON.stringify({ invalidatedAtMs, entries: written, replaced });
  return world.keep(indexName(key), text, maxKeptSeconds);
}

function isComplete(entry: CacheEntry): boolean {
  return !isArriving(entry);
}

/** Field bytes that are no UTF-8 stand as U+FFFD, and only the isolate that received them knows the bytes. */
function isWritable({ stored }: CacheEntry): boolean {
  return !stored.fields.some(([, value]) => value.includes("\u{fffd}"));
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  // `Uint8Array.from` takes fifteen times as long.
  for (let at = 0; at < binary.length; at += 1)
    bytes[at] = binary.charCodeAt(at);
  return bytes;
}

const indexName = (key: string) => `index/${key}`;

const milliseconds = v.number();
const Index = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    invalidatedAtMs: milliseconds,
    replaced: v.optional(
      v.array(v.object({ name: v.string(), slices: v.number() })),
      [],
    ),
    entries: v.array(
      v.object({
        name: v.string(),
        isWhole: v.boolean(),
        inline: v.optional(
          v.pipe(v.string(), v.base64(), v.transform(fromBase64)),
        ),
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
