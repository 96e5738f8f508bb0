import type { FieldLine, Fields } from "../http/fields.ts";
import { multipart } from "./multipart.ts";
import { fieldsOf, type Stored } from "./stored.ts";
import { strongValidators } from "./strong.ts";

/** Positions of the first and the last byte, counted in the complete representation. */
export interface ByteRange {
  first: number;
  last: number;
}

/** How a stored response answers a request, as far as Range goes. */
export type RangePlan =
  | { kind: "whole" }
  | { kind: "part"; first: number; last: number }
  | { kind: "parts"; parts: readonly ByteRange[]; boundary: string }
  | { kind: "unsatisfiable"; length: number }
  /** The stored part does not hold what is asked: the origin must be asked. */
  | { kind: "elsewhere" };

type RangeSpec =
  | { kind: "between"; first: number; last: number }
  | { kind: "suffix"; length: number };

/**
 * RFC 9110 §17.15: a request for more ranges than this is answered as if it had no Range (§14.2 allows it). Those asked for
 * are merged where they meet, so all parts together are never longer than the whole and this many part heads.
 */
const maxRanges = 16;

/** Plans the answer from a complete or partial stored response (RFC 9110 §14.2, RFC 9111 §3.3). `boundary` makes one for several parts. */
export function planRange(
  request: { method: string; fields: Fields },
  stored: Stored,
  boundary: () => string,
): RangePlan {
  const range = storedRange(stored);
  const isWhole =
    range === null || (range.first === 0 && range.last === range.complete - 1);
  const whole: RangePlan = { kind: isWhole ? "whole" : "elsewhere" };
  const ranged = stored.status === 200 || stored.range !== null;
  if (request.method !== "GET" || !ranged) return whole;
  const specs = parseRange(request.fields.get("range") ?? "");
  if (specs === null || !ifRangeHolds(request.fields, stored)) return whole;
  // Of a length that is not known yet, no part can be named (§14.2 lets a server ignore Range).
  if (range === null) return whole;
  const { complete } = range;

  const parts = merged(specs.flatMap((spec) => resolved(spec, complete) ?? []));
  const [part, ...more] = parts;
  if (part === undefined) {
    // §14.1.2: the last bytes of nothing are nothing, which no Content-Range can say.
    const asksForEnd = specs.some(
      (spec) => spec.kind === "suffix" && spec.length > 0,
    );
    return complete === 0 && asksForEnd
      ? whole
      : { kind: "unsatisfiable", length: complete };
  }
  if (parts.some(({ first, last }) => first < range.first || last > range.last))
    return { kind: "elsewhere" };
  return more.length === 0
    ? { kind: "part", ...part }
    : { kind: "parts", parts, boundary: boundary() };
}

/** Is this a Range that may be sent on? Several would let a visitor multiply what the origin sends (RFC 9110 §17.15). */
export function asksForOneRange(range: string): boolean {
  return parseRange(range)?.length === 1;
}

/**
 * The whole slices to ask for instead of one range of bytes, so that they can be stored and used by others: from the slice in
 * which it begins to the one in which it ends, and no more than `maxBytes`. Null for a range from the end, whose slices nobody
 * knows yet, and for what is no single range.
 */
export function slicesFor(
  range: string,
  { sliceBytes, maxBytes }: { sliceBytes: number; maxBytes: number },
): ByteRange | null {
  const [spec, ...others] = parseRange(range) ?? [];
  if (spec?.kind !== "between" || others.length > 0) return null;
  const first = Math.floor(spec.first / sliceBytes) * sliceBytes;
  const end = Math.ceil((spec.last + 1) / sliceBytes) * sliceBytes;
  const last = Math.min(end, first + maxBytes) - 1;
  return Number.isSafeInteger(last) ? { first, last } : null;
}

/** Status and fields of the planned answer (RFC 9110 §15.3.7, §15.5.17), Content-Length among them. */
export function rangedHead(
  plan: Exclude<RangePlan, { kind: "elsewhere" }>,
  stored: Stored,
): { status: number; fields: FieldLine[] } {
  const kept = (...left: string[]) =>
    stored.fields.filter(([name]) => !left.includes(name.toLowerCase()));
  switch (plan.kind) {
    case "whole":
      return {
        status: stored.range === null ? stored.status : 200,
        fields: [
          // Outside a 206 the field means nothing (RFC 9110 §14.4), so it is not this edge's to remove.
          ...(stored.range === null
            ? kept("content-length")
            : kept("content-range", "content-length")),
          ...lengthField(storedRange(stored)?.complete ?? null),
        ],
      };
    case "part":
      return {
        status: 206,
        fields: [
          ...kept("content-range", "content-length"),
          ["Content-Range", contentRange(plan, stored)],
          ["Content-Length", String(plan.last - plan.first + 1)],
        ],
      };
    case "parts":
      return {
        status: 206,
        fields: [
          ...kept("content-range", "content-length", "content-type"),
          ["Content-Type", `multipart/byteranges; boundary=${plan.boundary}`],
          ["Content-Length", String(multipartOf(plan, stored).length)],
        ],
      };
    case "unsatisfiable":
      // None of the stored fields: they describe a representation, and this answer must not be stored as one.
      return {
        status: 416,
        fields: [
          ["Content-Range", `bytes */${plan.length}`],
          ["Content-Length", "0"],
        ],
      };
  }
}

/** The layout of a planned answer in several parts. */
export function multipartOf(
  plan: Extract<RangePlan, { kind: "parts" }>,
  stored: Stored,
): ReturnType<typeof multipart> {
  return multipart(
    plan.parts.map((part) => ({
      ...part,
      contentRange: contentRange(part, stored),
    })),
    plan.boundary,
    fieldsOf(stored).get("content-type") ?? null,
  );
}

/** Null while the length of what arrives is not known. */
function storedRange({ range, bodyLength }: Stored): Stored["range"] {
  if (range !== null || bodyLength === null) return range;
  return { first: 0, last: bodyLength - 1, complete: bodyLength };
}

function lengthField(length: number | null): FieldLine[] {
  return length === null ? [] : [["Content-Length", String(length)]];
}

function contentRange({ first, last }: ByteRange, stored: Stored): string {
  return `bytes ${first}-${last}/${storedRange(stored)?.complete ?? "*"}`;
}

/** RFC 9110 §14.1.1, §14.1.2; null for what is to be ignored: no Range, another unit, a malformed one, or a flood. */
function parseRange(value: string): RangeSpec[] | null {
  const set = /^bytes=(.*)$/i.exec(value.trim())?.[1];
  if (set === undefined) return null;
  // §5.6.1: a recipient puts up with empty members.
  const members = set.split(/[ \t]*,[ \t]*/).filter((member) => member !== "");
  if (members.length === 0 || members.length > maxRanges) return null;
  const specs = members.flatMap((member) => parseSpec(member) ?? []);
  return specs.length === members.length ? specs : null;
}

function parseSpec(member: string): RangeSpec | null {
  const [, first, last] = /^(\d*)-(\d*)$/.exec(member) ?? [];
  if (first === undefined || last === undefined) return null;
  if (first === "")
    return last === "" ? null : { kind: "suffix", length: Number(last) };
  const spec = {
    first: Number(first),
    last: last === "" ? Infinity : Number(last),
  };
  return spec.last < spec.first ? null : { kind: "between", ...spec };
}

/** The bytes a spec selects of `complete`; null when it selects none. */
function resolved(spec: RangeSpec, complete: number): ByteRange | null {
  const end = complete - 1;
  const range =
    spec.kind === "between"
      ? { first: spec.first, last: Math.min(spec.last, end) }
      : { first: Math.max(complete - spec.length, 0), last: end };
  return range.first > range.last ? null : range;
}

/** Ranges that overlap or touch become one, at the place of the first of them; the order is otherwise the one asked for (§14.2). */
function merged(ranges: readonly ByteRange[]): ByteRange[] {
  return ranges.reduce<ByteRange[]>((done, range) => {
    const meets = (other: ByteRange) =>
      range.first <= other.last + 1 && other.first <= range.last + 1;
    const at = done.findIndex(meets);
    if (at === -1) return [...done, range];
    const met = [range, ...done.filter(meets)];
    const union = {
      first: Math.min(...met.map(({ first }) => first)),
      last: Math.max(...met.map(({ last }) => last)),
    };
    const rest = done.slice(at + 1).filter((other) => !meets(other));
    return [...done.slice(0, at), union, ...rest];
  }, []);
}

/** RFC 9110 §13.1.5: true without If-Range; else it must be, to the byte, a strong validator of what is stored. */
function ifRangeHolds(request: Fields, stored: Stored): boolean {
  const condition = request.get("if-range") ?? null;
  return (
    condition === null || strongValidators(stored).includes(condition.trim())
  );
}
