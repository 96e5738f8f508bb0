import { join, partOf } from "../cache/partial.ts";
import { mayStore, type Received, type Refusal } from "../cache/storing.ts";
import { fieldsOf, type Stored } from "../cache/stored.ts";
import type { Bytes } from "../world.ts";
import { ArrivingBody, type KeptBody } from "./arriving-body.ts";
import { concatenate } from "./bytes.ts";
import {
  isInvalidated,
  isSameVariant,
  putArriving,
  putBack,
  putEntry,
  removeEntry,
} from "./cache-store.ts";
import { cacheRequestOf, type RequestContext } from "./context.ts";
import type { Edge } from "./edge.ts";
import { rememberRefusal } from "./hit-for-miss.ts";
import type { CacheEntry } from "./isolate-cache.ts";
import { accessFor } from "./resume.ts";
import {
  sliceBytes,
  streamOf,
  writeSlices,
  type StoredBody,
} from "./stored-body.ts";

/** Whether what arrived is stored while it goes on to the visitor. */
export type StoreResult =
  | { kind: "stored"; entry: CacheEntry; visitor: Bytes }
  /** An error that may not be stored, and may be told to all who wait for it. */
  | { kind: "once"; entry: CacheEntry; visitor: Bytes; because: Refusal }
  | {
      kind: "refused";
      visitor: Bytes;
      because: Refusal | "too-large" | "invalidated";
    };

/** A longer page of an error is not kept for those who wait. */
const maxErrorBytes = 64 * 1024;

/** Stores what may be stored (RFC 9111 §3). Others find it at once, and read it while it arrives. */
export function storeResponse(
  context: RequestContext,
  received: Received,
  body: Bytes,
  edge: Edge,
): StoreResult {
  const { site, resource } = context;
  const refuse = (because: Refusal | "too-large" | "invalidated") =>
    ({ kind: "refused", visitor: body, because }) as const;
  const storing = mayStore(cacheRequestOf(context), received, site.cache);
  switch (storing.kind) {
    case "refuse":
      rememberRefusal(context, received.status, storing.because, edge);
      return refuse(storing.because);
    case "once": {
      const entry = begin(context, storing.stored, body, maxErrorBytes, edge);
      return { ...entry, kind: "once", because: storing.because };
    }
    case "store":
      break;
  }
  const statedLength = statedLengthOf(received, body);
  if (statedLength !== null && statedLength > site.cache.maxObjectBytes)
    return refuse("too-large");
  if (
    received.status === 206 &&
    partOf(fieldsOf(received), statedLength) === null
  )
    return refuse("status");
  if (isInvalidated(resource.key, received.requestTimeMs, edge))
    return refuse("invalidated");
  const { maxObjectBytes } = site.cache;
  const begun = begin(context, storing.stored, body, maxObjectBytes, edge);
  settle(resource.key, begun, edge);
  return { kind: "stored", entry: begun.entry, visitor: begun.visitor };
}

interface Begun {
  entry: CacheEntry;
  visitor: Bytes;
  /** Null when all of it was at hand. */
  kept: Promise<KeptBody> | null;
}

/** Makes the entry, and begins to take its body from the origin. */
function begin(
  context: RequestContext,
  storable: Omit<Stored, "bodyLength" | "range">,
  body: Bytes,
  maxBytes: number,
  edge: Edge,
): Begun {
  const { world, isolate } = edge;
  const name = world.randomHex(16);
  const statedLength = statedLengthOf(storable, body);
  const range =
    storable.status === 206 ? partOf(fieldsOf(storable), statedLength) : null;
  const bodyLength =
    range === null ? statedLength : range.last - range.first + 1;
  const stored: Stored = { ...storable, bodyLength, range };
  if (body instanceof Uint8Array) {
    const entry = { stored, body: bodyOf(body, name, edge), name };
    return { entry, visitor: body, kept: null };
  }
  const arriving = new ArrivingBody(
    name,
    { maxBytes, statedBytes: bodyLength, budget: isolate.arrivals },
    world,
  );
  const entry: CacheEntry = {
    stored,
    body: { kind: "arriving", arriving },
    name,
  };
  const visitor = streamOf(
    arriving.read(0, null, accessFor(context, entry, edge)),
  );
  const kept = arriving.receive(body);
  // It goes on for the others when the visitor who began it goes away.
  world.later(kept);
  return { entry, visitor, kept };
}

/** Where the bytes of a body are put that is at hand. */
function bodyOf(bytes: Uint8Array, name: string, { world }: Edge): StoredBody {
  world.later(writeSlices(name, bytes, world));
  return bytes.byteLength <= sliceBytes
    ? { kind: "memory", bytes }
    : { kind: "pop" };
}

/** Puts an entry into the store: at once, and again when its body has arrived. */
function settle(key: string, { entry, kept }: Begun, edge: Edge): void {
  if (kept === null) {
    putEntry(key, joinedWithParts(key, entry, edge), edge);
    return;
  }
  const replaced = putArriving(key, entry, edge);
  edge.world.later(
    kept.then((body) => complete(key, { entry, replaced }, body, edge)),
  );
}

/** The body has arrived, or never will. */
function complete(
  key: string,
  { entry, replaced }: { entry: CacheEntry; replaced: readonly CacheEntry[] },
  kept: KeptBody,
  edge: Edge,
): void {
  const { isolate, world } = edge;
  // A validation may have given it new fields meanwhile, and new values of the fields it varies by.
  const present = (isolate.cache.find(key) ?? []).filter(
    ({ name }) => name === entry.name,
  );
  if (kept.kind === "lost") {
    removeEntry(key, entry.name, edge);
    return putBack(key, replaced, edge);
  }
  if (isInvalidated(key, entry.stored.requestTimeMs, edge)) return;
  const bodyLength =
    kept.kind === "memory" ? kept.bytes.byteLength : kept.length;
  const body: StoredBody = kept.kind === "memory" ? kept : { kind: "pop" };
  for (const { stored, name } of present.length > 0 ? present : [entry]) {
    const whole = { stored: { ...stored, bodyLength }, body, name };
    putEntry(key, joinedWithParts(key, whole, edge), edge);
  }
  if (kept.kind === "memory")
    world.later(writeSlices(entry.name, kept.bytes, world));
}

/** RFC 9111 §3.4: a part joined to what is stored of the same variant, where both are in memory. */
function joinedWithParts(
  key: string,
  arrived: CacheEntry,
  edge: Edge,
): CacheEntry {
  for (const held of edge.isolate.cache.find(key) ?? []) {
    if (held.name === arrived.name) continue;
    const joint = joinEntries(held, arrived);
    if (joint === null) continue;
    return joint === held ? held : renamed(joint, edge);
  }
  return arrived;
}

/** A stored part made whole by the rest that was asked for, and stored; null when the two do not make one whole. */
export function completePart(
  context: RequestContext,
  part: CacheEntry,
  { received, rest }: { received: Received; rest: Uint8Array },
  edge: Edge,
): CacheEntry | null {
  const { site, resource } = context;
  const storing = mayStore(cacheRequestOf(context), received, site.cache);
  const range = partOf(fieldsOf(received), rest.byteLength);
  if (storing.kind !== "store" || range === null) return null;
  const bodyLength = rest.byteLength;
  const joint = joinEntries(part, {
    stored: { ...storing.stored, bodyLength, range },
    body: { kind: "memory", bytes: rest },
    name: part.name,
  });
  if (joint === null || joint.stored.range !== null) return null;
  const entry = renamed(joint, edge);
  if (!isInvalidated(resource.key, received.requestTimeMs, edge))
    putEntry(resource.key, entry, edge);
  return entry;
}

/** Both in one, `held` itself when the other brings nothing new, or null when they stay apart. */
function joinEntries(held: CacheEntry, arrived: CacheEntry): CacheEntry | null {
  const { range } = arrived.stored;
  if (range === null || !isSameVariant(held.stored, arrived.stored))
    return null;
  if (held.body.kind !== "memory" || arrived.body.kind !== "memory")
    return null;
  const joint = join(held.stored, { ...arrived.stored, range });
  if (joint.kind === "nothing-new") return held;
  if (joint.kind === "apart") return null;
  const bytes = { held: held.body.bytes, arrived: arrived.body.bytes };
  const offsets = { held: held.stored.range?.first ?? 0, arrived: range.first };
  const whole = concatenate(
    joint.pieces.map(({ from, first, last }) =>
      bytes[from].subarray(first - offsets[from], last + 1 - offsets[from]),
    ),
  );
  const isWhole = joint.kind === "complete";
  return {
    name: arrived.name,
    body: { kind: "memory", bytes: whole },
    stored: {
      ...arrived.stored,
      status: isWhole ? 200 : 206,
      // They told of the part alone.
      fields: arrived.stored.fields.filter(
        ([name]) => !/^content-(?:range|length)$/i.test(name),
      ),
      bodyLength: whole.byteLength,
      range: isWhole ? null : joint.range,
    },
  };
}

/** What was made of two has a body, and so a name, of its own. */
function renamed(joint: CacheEntry, edge: Edge): CacheEntry {
  const name = edge.world.randomHex(16);
  const { body } = joint;
  return body.kind === "memory"
    ? { ...joint, name, body: bodyOf(body.bytes, name, edge) }
    : joint;
}

function statedLengthOf(
  received: Pick<Received, "fields">,
  body: Bytes,
): number | null {
  if (body instanceof Uint8Array) return body.byteLength;
  const stated = fieldsOf(received).get("content-length") ?? "";
  return /^\d{1,15}$/.test(stated) ? Number(stated) : null;
}
