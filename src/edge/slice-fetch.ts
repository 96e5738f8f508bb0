import { bodyLimits } from "./timed-body.ts";
import { partOf } from "../cache/partial.ts";
import { maxKeptSeconds } from "../cache/retention.ts";
import { strongValidators } from "../cache/strong.ts";
import { fieldsOf } from "../cache/stored.ts";
import type { Bytes } from "../ports.ts";
import { ArrivingBody } from "./arriving-body.ts";
import { requestShared, discard } from "./origin-request.ts";
import { discardBody } from "./bytes.ts";
import { findSlice, removeEntry } from "./cache-store.ts";
import { fetchDeadlineMs } from "./collapsed-fetch.ts";
import type { RequestContext } from "./context.ts";
import { type OriginResult } from "./origins.ts";
import type { CacheEntry } from "./isolate-cache.ts";
import {
  announceFetch,
  endSliceFetch,
  findSliceFetch,
  type SliceFetch,
  type SliceResult,
} from "./slice-fetches.ts";
import {
  chunksOf,
  restOfSlice,
  sliceBytes,
  slicesPerFetch,
  streamOf,
  type BodyAccess,
} from "./stored-body.ts";

/** How a request gets at the bytes of an entry that are not in memory: from the PoP cache, else from the origin. */
export function accessFor(
  context: RequestContext,
  entry: CacheEntry,
): BodyAccess {
  const { edge } = context;
  const fromOrigin = (at: number) => readRest(context, entry, at);
  return {
    world: edge.world,
    fromOrigin,
    async *slice(at) {
      const slice = await findSlice(entry, at, edge);
      yield* slice === null ? fromOrigin(at) : restOfSlice(slice, at);
    },
  };
}

/**
 * Opens the slice in which a part of a body begins, and asks the origin for the first one in it that is missing: that shows
 * whether the origin still has the same body, before the answer begins. Null when it has not.
 */
export async function openRange(
  context: RequestContext,
  entry: CacheEntry,
  { first, last }: { first: number; last: number },
): Promise<OpenedSlice | null> {
  const opened = await openSlice(context, entry, first);
  // Of a body that was whole, the end is as likely to be there as the beginning.
  const isSure = entry.body.kind === "pop" && entry.body.isWhole;
  let slice = opened;
  for (let at = first; ;) {
    if (slice.kind === "fetch")
      return slice.result.kind === "arriving" ? opened : null;
    at = endOfSlice(at);
    if (isSure || at > last) return opened;
    if (slice !== opened) discardBody(slice.bytes);
    slice = await openSlice(context, entry, at);
  }
}

/**
 * From position `at` of a body to the end of the slice: as it arrives, from the PoP cache, or asked of the origin together with
 * the slices behind it, once for all who want them.
 */
export async function* readSlice(
  context: RequestContext,
  entry: CacheEntry,
  { at, opened }: { at: number; opened: OpenedSlice | null },
): AsyncGenerator<Uint8Array, void, void> {
  const slice = opened ?? (await openSlice(context, entry, at));
  if (slice.kind === "kept") {
    yield* restOfSlice(slice.bytes, at);
    return;
  }
  const { result, start, end } = slice;
  switch (result.kind) {
    case "overdue":
      throw new Error("the slice did not come in time");
    case "failed":
      throw new Error(result.why);
    case "arriving": {
      const last = Math.min(endOfSlice(at), end) - 1;
      const access = accessFor(context, entry);
      yield* result.body.read(at - start, last - start, access);
    }
  }
}

function endOfSlice(at: number): number {
  return (Math.floor(at / sliceBytes) + 1) * sliceBytes;
}

export type OpenedSlice =
  | { kind: "kept"; bytes: Bytes }
  | {
      kind: "fetch";
      start: number;
      end: number;
      result: SliceResult | { kind: "overdue" };
    };

/** The slice that a position is in: from the PoP cache, or once the head of a fetch that brings it has come. */
async function openSlice(
  context: RequestContext,
  entry: CacheEntry,
  at: number,
): Promise<OpenedSlice> {
  const { edge } = context;
  const { sliceFetches } = edge.isolate;
  let running = findSliceFetch(sliceFetches, entry.name, at);
  if (running === null) {
    const bytes = await findSlice(entry, at, edge);
    if (bytes !== null) return { kind: "kept", bytes };
    // Another request may have begun meanwhile.
    running =
      findSliceFetch(sliceFetches, entry.name, at) ?? lead(context, entry, at);
  }
  const { start, end } = running;
  const deadlineMs = fetchDeadlineMs(context.site, edge.world.nowMs());
  const result = await running.result.wait(deadlineMs, edge.world);
  if (result.kind === "overdue")
    endSliceFetch(sliceFetches, entry.name, running);
  return { kind: "fetch", start, end, result };
}

/** Slices that came without having been missed: what a visitor's range brought of a body that nobody knew. */
export function receiveSlices(
  context: RequestContext,
  entry: CacheEntry,
  { start, end, body }: { start: number; end: number; body: Bytes },
): void {
  const { edge } = context;
  const { sliceFetches } = edge.isolate;
  const fetch = announceFetch(sliceFetches, entry.name, { start, end });
  const received = receive(context, fetch, { entry, body }).finally(() =>
    endSliceFetch(sliceFetches, entry.name, fetch),
  );
  edge.world.later(received);
}

function lead(
  context: RequestContext,
  entry: CacheEntry,
  at: number,
): SliceFetch {
  const { edge } = context;
  const { isolate, world } = edge;
  const length = entry.stored.bodyLength ?? 0;
  const start = Math.floor(at / sliceBytes) * sliceBytes;
  const whole = slicesPerFetch * sliceBytes;
  const end = Math.min((Math.floor(start / whole) + 1) * whole, length);
  const fetch = announceFetch(isolate.sliceFetches, entry.name, { start, end });
  world.later(fetchSlices(context, entry, fetch));
  return fetch;
}

/** Whatever happens here, those who wait are told. */
async function fetchSlices(
  context: RequestContext,
  entry: CacheEntry,
  fetch: SliceFetch,
): Promise<void> {
  const { edge } = context;
  let why = "the slice could not be fetched";
  try {
    const requested = await askForRest(context, entry, fetch);
    if (requested.kind === "rest")
      return await receive(context, fetch, { entry, body: requested.body });
    ({ why } = requested);
    // What cannot be made whole is of no use.
    removeEntry(context.resource.key, entry.name, edge);
  } finally {
    fetch.result.settle({ kind: "failed", why });
    endSliceFetch(edge.isolate.sliceFetches, entry.name, fetch);
  }
}

/** Hands the slices to those who wait while they go to the PoP cache. */
async function receive(
  { site, edge: { isolate, world } }: RequestContext,
  fetch: SliceFetch,
  { entry, body: source }: { entry: CacheEntry; body: Bytes },
): Promise<void> {
  const body = new ArrivingBody(
    entry.name,
    {
      maxBytes: Infinity,
      statedBytes: fetch.end - fetch.start,
      budget: isolate.arrivals,
      keptSeconds: maxKeptSeconds,
      betweenBytesMs: bodyLimits(site).betweenBytesMs,
      firstSlice: fetch.start / sliceBytes,
    },
    world,
  );
  fetch.result.settle({ kind: "arriving", body });
  await body.receive(
    source instanceof Uint8Array ? streamOf(chunksOf(source)) : source,
  );
}

/** The rest of a body whose beginning the visitor has got already. */
async function* readRest(
  context: RequestContext,
  entry: CacheEntry,
  at: number,
): AsyncGenerator<Uint8Array, void, void> {
  const end = entry.stored.bodyLength;
  const requested = await askForRest(context, entry, { start: at, end });
  if (requested.kind === "failed") throw new Error(requested.why);
  let left = requested.length;
  for await (const bytes of chunksOf(requested.body)) {
    left -= bytes.byteLength;
    yield bytes;
  }
  if (left !== 0) throw new Error("the origin broke off");
}

type Rest =
  | { kind: "rest"; body: Bytes; length: number }
  | { kind: "failed"; why: string };

function failed(why: string): Rest {
  return { kind: "failed", why };
}

/**
 * Asks the origin for bytes of a stored body, from `start` to before `end`, positions in what is stored. They must be of the
 * very same body, so that a strong validator has to vouch for them (RFC 9110 §13.1.5).
 */
async function askForRest(
  context: RequestContext,
  { stored }: CacheEntry,
  { start, end }: { start: number; end: number | null },
): Promise<Rest> {
  const [validator] = strongValidators(stored);
  if (validator === undefined)
    return failed("a part of the stored body is gone");
  const offset = stored.range?.first ?? 0;
  const first = offset + start;
  const last = end === null ? null : offset + end - 1;
  const { sent } = await requestShared(context, {
    conditions: [],
    range: [
      ["Range", `bytes=${first}-${last ?? ""}`],
      ["If-Range", validator],
    ],
    nominated: stored.varyOn.map(([name]) => name),
  });
  if (sent.kind === "failed") return failed(sent.details);
  const { body } = sent.response;
  const complete = stored.range?.complete ?? stored.bodyLength;
  const rest = restIn(sent, { first, last, validator, complete });
  if (rest === null || body === null) {
    discard(sent);
    return failed("the origin has another body by now");
  }
  return {
    kind: "rest",
    length: rest.length,
    body: rest.skip === 0 ? body : streamOf(without(body, rest)),
  };
}

/** Where in an answer the bytes are that were asked for; null when they are of another body. */
function restIn(
  { response, responseTimeMs }: Extract<OriginResult, { kind: "answered" }>,
  requested: {
    first: number;
    last: number | null;
    validator: string;
    complete: number | null;
  },
): { skip: number; length: number } | null {
  const { status, fields } = response;
  const found = strongValidators({ fields, responseTimeMs });
  // A 206 to If-Range may leave out the validator that it answers to (RFC 9110 §15.3.7), but not have another one.
  const isSame =
    found.includes(requested.validator) ||
    (status === 206 && found.length === 0);
  if (!isSame) return null;
  if (status === 200 && requested.complete !== null) {
    const last = requested.last ?? requested.complete - 1;
    return { skip: requested.first, length: last + 1 - requested.first };
  }
  const part = status === 206 ? partOf(fieldsOf({ fields }), null) : null;
  if (part === null || part.first !== requested.first) return null;
  if (part.last !== (requested.last ?? part.complete - 1)) return null;
  if (requested.complete !== null && part.complete !== requested.complete)
    return null;
  return { skip: 0, length: part.last - part.first + 1 };
}

/** Of the whole body, from an origin that takes no notice of Range, only what was asked for. */
async function* without(
  body: Bytes,
  { skip, length }: { skip: number; length: number },
): AsyncGenerator<Uint8Array, void, void> {
  let at = 0;
  for await (const bytes of chunksOf(body)) {
    const from = Math.max(skip - at, 0);
    const wanted = bytes.subarray(from, skip + length - at);
    at += bytes.byteLength;
    if (wanted.byteLength > 0) yield wanted;
    if (at >= skip + length) return;
  }
}
