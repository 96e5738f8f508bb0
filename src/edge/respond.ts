import { answerConditional } from "../cache/conditional.ts";
import type { Segment } from "../cache/multipart.ts";
import {
  multipartOf,
  rangedHead,
  type ByteRange,
  type RangePlan,
} from "../cache/ranges.ts";
import { formatCacheStatus } from "../cache/status.ts";
import { fieldsOf, type Stored } from "../cache/stored.ts";
import { httpDate } from "../http/date.ts";
import type { FieldLine } from "../http/fields.ts";
import type { Bytes, Reply, ReplyBody, Watch } from "../ports.ts";
import { loadBody, removeEntry, type LoadedBody } from "./cache-store.ts";
import type { RequestContext } from "./context.ts";
import type { Edge } from "./edge.ts";
import type { Fetched } from "./fetch.ts";
import type { CacheEntry } from "./isolate-cache.ts";
import { discardBody } from "./bytes.ts";
import { MemoryBody, pieceBytes } from "./memory-body.ts";
import type { Serving } from "./plan.ts";
import { asStored } from "./received.ts";
import { compose, type BodyReader } from "./segments.ts";
import {
  accessFor,
  openRange,
  readSlice,
  type OpenedSlice,
} from "./slice-fetch.ts";
import { readSlices, sliceBytes } from "./stored-body.ts";

/** Answers from a cache entry (RFC 9111 §4), conditions and ranges included; null when its body is gone. */
export async function respondFromEntry(
  context: RequestContext,
  { entry, cacheStatus, ageSeconds, range }: Serving,
): Promise<Reply | null> {
  const { request, edge } = context;
  const { stored } = entry;
  const own = {
    ageSeconds,
    status: formatCacheStatus(edge.config.name, cacheStatus),
  };
  const conditional = answerConditional(request, stored);
  if (conditional.kind === "not-modified")
    return {
      status: 304,
      fields: withOwn(conditional.fields, own),
      body: { kind: "none" },
    };
  if (range.kind === "elsewhere") return null;
  const head = headOf(range, { stored, own, edge });
  const reply = (body: ReplyBody): Reply => ({ ...head, body });
  if (
    request.method === "HEAD" ||
    range.kind === "unsatisfiable" ||
    isBodiless(stored.status)
  )
    return reply({ kind: "none" });
  const reader = await openBody(context, entry, range);
  return reader === null
    ? null
    : reply(
        replyBody(compose(segmentsOf(range, stored), reader), context.watch),
      );
}

/** Passes on what the origin answered, with our member of Cache-Status after those of caches nearer to it. */
export function respondFromOrigin(
  context: RequestContext,
  {
    received,
    body,
    cacheStatus,
    conditions,
  }: Extract<Fetched, { kind: "response" }>,
): Reply {
  const { request, watch, edge } = context;
  const upstream = fieldsOf(received).get("cache-status") ?? null;
  const status: FieldLine = [
    "Cache-Status",
    formatCacheStatus(edge.config.name, cacheStatus, upstream),
  ];
  const conditional =
    conditions === "open"
      ? answerConditional(request, asStored(received))
      : { kind: "full" as const };
  if (conditional.kind === "not-modified") {
    discardBody(body);
    return {
      status: 304,
      fields: [...withoutStatus(conditional.fields), status],
      body: { kind: "none" },
    };
  }
  const isBare = request.method === "HEAD" || isBodiless(received.status);
  if (isBare) discardBody(body);
  return {
    status: received.status,
    fields: [...withoutStatus(received.fields), status],
    body: body === null || isBare ? { kind: "none" } : replyBody(body, watch),
  };
}

function readerOfMemory(
  context: RequestContext,
  { stored, name }: CacheEntry,
  bytes: Uint8Array,
): BodyReader {
  const { edge } = context;
  const offset = stored.range?.first ?? 0;
  const length = bytes.byteLength;
  if (length <= pieceBytes) return { kind: "bytes", offset, bytes };
  const inPop: CacheEntry = {
    stored,
    name,
    body: { kind: "pop", isWhole: true },
  };
  const access = accessFor(context, inPop);
  const body = new MemoryBody(edge.isolate.pinned, { name, bytes }, access);
  return { kind: "memory", offset, length, body };
}

/** Null when the PoP cache has let the body go. */
async function openBody(
  context: RequestContext,
  entry: CacheEntry,
  plan: RangePlan,
): Promise<BodyReader | null> {
  const { edge } = context;
  const { stored, body } = entry;
  const { key } = context.resource;
  const offset = stored.range?.first ?? 0;
  switch (body.kind) {
    case "memory":
      return readerOfMemory(context, entry, body.bytes);
    case "arriving":
      // A part far ahead of what has arrived does not wait for it.
      if (
        plan.kind === "part" &&
        plan.first - offset > body.arriving.length &&
        (stored.bodyLength ?? 0) > sliceBytes
      )
        return openSlices(context, { entry, plan });
      return {
        kind: "chunks",
        offset,
        read: (first, last) =>
          edge.isolate.bodyReaders.read(
            entry.name,
            body.arriving.read(first, last, accessFor(context, entry)),
          ),
      };
    case "pop": {
      const length = stored.bodyLength ?? 0;
      const mayStay = length <= edge.config.responseMemoryBytes;
      const loaded: LoadedBody =
        length <= sliceBytes && mayStay
          ? await loadBody(key, entry, edge)
          : { kind: "no-memory" };
      switch (loaded.kind) {
        case "loaded":
          return readerOfMemory(context, entry, loaded.bytes);
        case "gone":
          return null;
        case "no-memory":
          return openSlices(context, { entry, plan });
      }
    }
  }
}

/** What is missing is asked for before the answer begins, while the origin can still be asked for all of it instead. */
async function openSlices(
  context: RequestContext,
  { entry, plan }: { entry: CacheEntry; plan: RangePlan },
): Promise<BodyReader | null> {
  const { edge } = context;
  const { stored } = entry;
  const offset = stored.range?.first ?? 0;
  const end = (stored.bodyLength ?? 0) - 1;
  let begun: OpenedSlice | null = null;
  for (const { first, last } of partsOf(plan, { offset, end })) {
    const range = { first: first - offset, last: last - offset };
    const opened = await openRange(context, entry, range);
    if (opened === null) {
      removeEntry(context.resource.key, entry.name, edge);
      return null;
    }
    begun ??= opened;
  }
  const read = (first: number, last: number | null) => {
    const chunks = readSlices({ first, last: last ?? end }, (at) => {
      const opened = begun;
      begun = null;
      return readSlice(context, entry, { at, opened });
    });
    return edge.isolate.bodyReaders.read(entry.name, chunks);
  };
  return { kind: "chunks", offset, read };
}

/** The byte ranges of the body that an answer sends. */
function partsOf(
  plan: RangePlan,
  { offset, end }: { offset: number; end: number },
): readonly ByteRange[] {
  switch (plan.kind) {
    case "part":
      return [plan];
    case "parts":
      return plan.parts;
    case "whole":
    case "unsatisfiable":
    case "elsewhere":
      return [{ first: offset, last: offset + end }];
  }
}

/** What to send of the body, null for all of it. */
function segmentsOf(plan: RangePlan, stored: Stored): Segment[] | null {
  switch (plan.kind) {
    case "part":
      return [{ kind: "slice", first: plan.first, last: plan.last }];
    case "parts":
      return multipartOf(plan, stored).segments;
    case "whole":
    case "unsatisfiable":
    case "elsewhere":
      return null;
  }
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

function replyBody(bytes: Bytes, watch: Watch): ReplyBody {
  return bytes instanceof Uint8Array
    ? { kind: "bytes", bytes }
    : { kind: "stream", stream: bytes, watch };
}

/** What an answer says of itself (RFC 9111 §5.1, RFC 9211). Of what a cache nearer the origin once said nothing is true of it. */
interface Own {
  ageSeconds: number;
  status: string;
}

function withOwn(
  stored: readonly FieldLine[],
  { ageSeconds, status }: Own,
): FieldLine[] {
  return [
    ...stored.filter(([name]) => !saidAnew.has(name.toLowerCase())),
    ["Age", String(ageSeconds)],
    ["Cache-Status", status],
  ];
}

const saidAnew = new Set(["age", "cache-status"]);

type Head = Pick<Reply, "status" | "fields">;

// Most answers are whole, and for a second the same.
const wholeHeads = new WeakMap<Stored, { own: Own; head: Head }>();

function headOf(
  range: Exclude<RangePlan, { kind: "elsewhere" }>,
  { stored, own, edge }: { stored: Stored; own: Own; edge: Edge },
): Head {
  const before = range.kind === "whole" ? wholeHeads.get(stored) : undefined;
  if (
    before?.own.ageSeconds === own.ageSeconds &&
    before.own.status === own.status
  )
    return before.head;
  const { status, fields } = rangedHead(range, stored);
  const head = {
    status,
    fields: [...withOwn(fields, own), ...dateFields(range, edge)],
  };
  if (range.kind === "whole") {
    Object.freeze(head.fields);
    wholeHeads.set(stored, { own, head });
  }
  return head;
}

const withoutStatus = (fields: readonly FieldLine[]) =>
  fields.filter(([name]) => name.toLowerCase() !== "cache-status");

/** A 416 has none of the stored fields, Date included. */
function dateFields(plan: RangePlan, { world }: Edge): FieldLine[] {
  return plan.kind === "unsatisfiable"
    ? [["Date", httpDate(world.nowMs())]]
    : [];
}
