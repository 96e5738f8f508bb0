import { bodyLimits } from "./timed-body.ts";
import { join, partOf } from "../cache/partial.ts";
import type { ByteRange } from "../cache/ranges.ts";
import { usefulSeconds } from "../cache/retention.ts";
import {
  mayStore,
  type ReceivedResponse,
  type StoreRefusal,
} from "../cache/storing.ts";
import { fieldsOf, type Stored } from "../cache/stored.ts";
import { strongValidators } from "../cache/strong.ts";
import type { FieldLine } from "../http/fields.ts";
import type { Bytes } from "../ports.ts";
import {
  ArrivingBody,
  type ArrivalResult,
  type Loss,
} from "./arriving-body.ts";
import { concatenate, discardBody } from "./bytes.ts";
import { isSameVariant } from "./cache-index.ts";
import {
  mayBeInvalidated,
  putArriving,
  putBack,
  putEntry,
  removeEntry,
} from "./cache-store.ts";
import { cacheRequestOf, purgeOf, type RequestContext } from "./context.ts";
import type { Edge } from "./edge.ts";
import { rememberRefusal } from "./hit-for-miss.ts";
import { isInline, type CacheEntry, type StoredBody } from "./isolate-cache.ts";
import { accessFor, receiveSlices } from "./slice-fetch.ts";
import {
  deleteBody,
  sliceBytes,
  sliceCount,
  streamOf,
  writeBody,
} from "./stored-body.ts";

/** Whether what arrived is stored while it goes on to the visitor. */
export type StoreResult =
  | { kind: "stored"; entry: CacheEntry; visitor: Bytes }
  /** An error that may not be stored, and may be told to all who wait for it. */
  | { kind: "once"; entry: CacheEntry; visitor: Bytes; because: StoreRefusal }
  | {
      kind: "refused";
      visitor: Bytes;
      because: StoreRefusal | "too-large" | "invalidated";
    };

/** A longer page of an error is not kept for those who wait. */
const maxErrorBytes = 64 * 1024;

/** Stores what may be stored (RFC 9111 §3). Others find it at once, and read it while it arrives. */
export function storeResponse(
  context: RequestContext,
  received: ReceivedResponse,
  body: Bytes,
): StoreResult {
  const { edge } = context;
  const { site, resource } = context;
  const refuse = (because: StoreRefusal | "too-large" | "invalidated") =>
    ({ kind: "refused", visitor: body, because }) as const;
  const storing = mayStore(cacheRequestOf(context), received, site.cache);
  switch (storing.kind) {
    case "refuse":
      rememberRefusal(context, received.status, storing.because);
      return refuse(storing.because);
    case "once": {
      const maxBytes = maxErrorBytes;
      const begun = begin(context, storing.stored, { body, maxBytes });
      return { ...begun, kind: "once", because: storing.because };
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
  if (mayBeInvalidated(resource.key, received.requestTimeMs, edge))
    return refuse("invalidated");
  const { entry, visitor } = storeBody(context, storing.stored, body);
  return { kind: "stored", entry, visitor };
}

/** Stores a body while it arrives; others find it at once. */
function storeBody(
  context: RequestContext,
  storable: Storable,
  body: Bytes,
): Arrival {
  const { edge } = context;
  const { key } = context.resource;
  let replaced: readonly CacheEntry[] = [];
  const { host } = context.admitted;
  const { customer } = context.site;
  const onLoss = ({ name }: CacheEntry, because: Loss) => {
    removeEntry(key, name, edge);
    putBack(key, replaced, edge);
    edge.world.observe({ kind: "not-stored", host, customer, because });
  };
  const { maxObjectBytes: maxBytes } = context.site.cache;
  const begun = begin(context, storable, { body, maxBytes, onLoss });
  const { entry, kept } = begun;
  if (kept === null) putWhole(context, [entry]);
  else {
    replaced = putArriving(key, entry, edge);
    edge.world.later(kept.then((end) => complete(context, entry, end)));
  }
  return begun;
}

type Storable = Omit<Stored, "bodyLength" | "range">;

/**
 * Stores whole slices that came in place of a visitor's range, as a response whose other slices may be missing; null when they
 * may not be stored, or are not those that were asked for. A body that fits into memory has to be whole, and a longer one needs
 * a strong validator, by which the rest can be asked for (RFC 9111 §3.3, §3.4).
 */
export function storeSlices(
  context: RequestContext,
  received: ReceivedResponse,
  { slices, body }: { slices: ByteRange; body: Bytes },
): CacheEntry | null {
  const { edge } = context;
  const { site, resource } = context;
  const { key } = resource;
  const storing = mayStore(cacheRequestOf(context), received, site.cache);
  const part = partOf(fieldsOf(received), statedLengthOf(received, body));
  if (
    storing.kind !== "store" ||
    part === null ||
    part.first !== slices.first ||
    part.last !== Math.min(slices.last, part.complete - 1) ||
    part.complete > site.cache.maxObjectBytes ||
    mayBeInvalidated(key, received.requestTimeMs, edge)
  )
    return null;
  const whole: Storable = {
    ...storing.stored,
    status: 200,
    fields: storing.stored.fields.filter(isOfWhole),
  };
  if (part.complete <= sliceBytes) {
    const isAll = part.first === 0 && part.last === part.complete - 1;
    if (!isAll) return null;
    const fields: FieldLine[] = [
      ...whole.fields,
      ["Content-Length", String(part.complete)],
    ];
    const { entry, visitor } = storeBody(context, { ...whole, fields }, body);
    // The visitor's range is read from the entry.
    discardBody(visitor);
    return entry;
  }
  const stored: Stored = { ...whole, bodyLength: part.complete, range: null };
  if (strongValidators(stored).length === 0) return null;
  const name =
    sameBody(stored, unpurged(context))?.name ?? edge.world.randomHex(16);
  const sliced: StoredBody = { kind: "pop", isWhole: false };
  const entry: CacheEntry = { stored, body: sliced, name };
  putEntry(key, entry, edge);
  const { first: start, last } = part;
  receiveSlices(context, entry, { start, end: last + 1, body });
  return entry;
}

/** After a purge not even a strong validator is believed. */
function unpurged(context: RequestContext): readonly CacheEntry[] {
  const { edge } = context;
  const present = edge.isolate.cache.find(context.resource.key) ?? [];
  return present.filter(
    ({ stored }) => purgeOf(stored, context).kind === "none",
  );
}

/** The entry of the very same body, whose slices these belong to. */
function sameBody(
  stored: Stored,
  present: readonly CacheEntry[],
): CacheEntry | undefined {
  const [validator] = strongValidators(stored);
  return present.find(
    (entry) =>
      entry.body.kind === "pop" &&
      entry.stored.range === null &&
      entry.stored.bodyLength === stored.bodyLength &&
      isSameVariant(entry.stored, stored) &&
      strongValidators(entry.stored)[0] === validator,
  );
}

/** Content-Range and Content-Length of a part tell of the part alone. */
function isOfWhole([name]: FieldLine): boolean {
  return !/^content-(?:range|length)$/i.test(name);
}

interface Arrival {
  entry: CacheEntry;
  visitor: Bytes;
  /** Null when all of it was at hand. */
  kept: Promise<ArrivalResult> | null;
}

/** Makes the entry, and begins to take its body from the origin. `onLoss` is called if that cannot be kept. */
function begin(
  context: RequestContext,
  storable: Storable,
  {
    body,
    maxBytes,
    onLoss,
  }: {
    body: Bytes;
    maxBytes: number;
    onLoss?: (entry: CacheEntry, because: Loss) => void;
  },
): Arrival {
  const { edge } = context;
  const { world, isolate } = edge;
  const name = world.randomHex(16);
  const statedLength = statedLengthOf(storable, body);
  const range =
    storable.status === 206 ? partOf(fieldsOf(storable), statedLength) : null;
  const bodyLength =
    range === null ? statedLength : range.last - range.first + 1;
  const stored: Stored = { ...storable, bodyLength, range };
  if (body instanceof Uint8Array) {
    const atHand: StoredBody = { kind: "memory", bytes: body };
    const entry = { stored, body: atHand, name };
    return { entry, visitor: body, kept: null };
  }
  const arriving = new ArrivingBody(
    name,
    {
      maxBytes,
      statedBytes: bodyLength,
      budget: isolate.arrivals,
      keptSeconds: usefulSeconds(stored, context.site.cache, world.nowMs()),
      betweenBytesMs: bodyLimits(context.site).betweenBytesMs,
      whenUnread: canBeRequestedLater(stored) ? "stop" : "fetch",
      onLoss: (because) => onLoss?.(entry, because),
    },
    world,
  );
  const entry: CacheEntry = {
    stored,
    body: { kind: "arriving", arriving },
    name,
  };
  const access = accessFor(context, entry);
  const visitor = streamOf(
    isolate.bodyReaders.read(name, arriving.read(0, null, access)),
  );
  const kept = arriving.receive(body);
  // It goes on for the others when the visitor who began it goes away.
  world.later(kept);
  return { entry, visitor, kept };
}

/** The origin serves ranges, and a strong validator vouches that they are of the same body. */
export function canBeRequestedLater(stored: Stored): boolean {
  const ranges = fieldsOf(stored).get("accept-ranges") ?? "";
  return (
    stored.range === null &&
    ranges.trim().toLowerCase() === "bytes" &&
    strongValidators(stored).length > 0
  );
}

/** The body has arrived, or as much of it as anybody wanted. */
async function complete(
  context: RequestContext,
  entry: CacheEntry,
  kept: ArrivalResult,
): Promise<void> {
  const { edge } = context;
  const { isolate, world } = edge;
  const { key } = context.resource;
  if (kept.kind === "lost") return deleteBody(entry.name, kept.slices, world);
  if (mayBeInvalidated(key, entry.stored.requestTimeMs, edge))
    return kept.kind === "pop"
      ? deleteBody(entry.name, sliceCount(kept.length), world)
      : undefined;
  // A validation may have given it new fields meanwhile, and new values of the fields it varies by.
  const present = (isolate.cache.find(key) ?? []).filter(
    ({ name }) => name === entry.name,
  );
  const arrivedBytes =
    kept.kind === "memory" ? kept.bytes.byteLength : kept.length;
  const arrived = (present.length > 0 ? present : [entry]).map(
    ({ stored, name }): CacheEntry => {
      const bodyLength = stored.bodyLength ?? arrivedBytes;
      const body: StoredBody =
        kept.kind === "memory"
          ? kept
          : { kind: "pop", isWhole: bodyLength === arrivedBytes };
      return { stored: { ...stored, bodyLength }, body, name };
    },
  );
  putWhole(context, arrived);
}

/** Puts in entries with one body, joined with what is stored of it, and keeps in the PoP cache what is in memory and too long for its index. */
function putWhole(
  { resource: { key }, site, edge }: RequestContext,
  arrived: readonly CacheEntry[],
): void {
  const { world } = edge;
  const written = new Set<string>();
  for (const one of arrived) {
    const entry = joinedWithParts(key, one, edge);
    const { name, stored, body } = entry;
    if (body.kind === "memory" && !isInline(body) && !written.has(name)) {
      const seconds = usefulSeconds(stored, site.cache, world.nowMs());
      written.add(name);
      world.later(writeBody({ name, bytes: body.bytes, seconds }, world));
    }
    putEntry(key, spilled(entry), edge);
  }
}

/** What is too large for memory is read from the PoP cache. */
function spilled(entry: CacheEntry): CacheEntry {
  return entry.body.kind === "memory" &&
    entry.body.bytes.byteLength > sliceBytes
    ? { ...entry, body: { kind: "pop", isWhole: true } }
    : entry;
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
    // What was made of two has a body, and so a name, of its own.
    return joint === held ? held : { ...joint, name: edge.world.randomHex(16) };
  }
  return arrived;
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
      bodyRequestTimeMs: Math.min(
        held.stored.bodyRequestTimeMs,
        arrived.stored.bodyRequestTimeMs,
      ),
      status: isWhole ? 200 : 206,
      fields: arrived.stored.fields.filter(isOfWhole),
      bodyLength: whole.byteLength,
      range: isWhole ? null : joint.range,
    },
  };
}

function statedLengthOf(
  received: Pick<ReceivedResponse, "fields">,
  body: Bytes,
): number | null {
  if (body instanceof Uint8Array) return body.byteLength;
  const stated = fieldsOf(received).get("content-length") ?? "";
  return /^\d{1,15}$/.test(stated) ? Number(stated) : null;
}
