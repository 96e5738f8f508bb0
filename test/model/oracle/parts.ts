import type { Content } from "../content.ts";
import { resolvedRange } from "../origin.ts";
import type { Observation } from "../run.ts";

/** Bytes of a body, and where in the complete content they stand. */
export interface Part {
  offset: number;
  bytes: Uint8Array;
}

type Parsed<T> = { ok: true; value: T } | { ok: false; problem: string };

/** The parts that an answer holds by its own word: the whole for 200, what Content-Range says for 206. */
export function partsOf(
  { status, received, outcome }: Observation,
  body: Uint8Array,
  content: Content,
): Parsed<Part[]> {
  if (status !== 206) return { ok: true, value: [{ offset: 0, bytes: body }] };
  const boundary = /^multipart\/byteranges;\s*boundary="?([^"]+)"?$/i.exec(
    received.get("content-type") ?? "",
  )?.[1];
  if (boundary !== undefined)
    return outcome === "complete"
      ? partsOfMultipart(body, boundary, content)
      : { ok: true, value: [] };
  const range = rangeOf(received.get("content-range") ?? "none", content);
  if (!range.ok) return range;
  const { first, last } = range.value;
  if (outcome === "complete" && last - first + 1 !== body.byteLength)
    return {
      ok: false,
      problem: `Content-Range says ${first}-${last}, ${body.byteLength} bytes came`,
    };
  return { ok: true, value: [{ offset: first, bytes: body }] };
}

function rangeOf(
  contentRange: string,
  { length }: Content,
): Parsed<{ first: number; last: number }> {
  const [, first, last, total] =
    /^bytes (\d+)-(\d+)\/(\d+)$/.exec(contentRange)?.map(Number) ?? [];
  if (first === undefined || last === undefined || total === undefined)
    return { ok: false, problem: `Content-Range is ${contentRange}` };
  return total === length && last < length
    ? { ok: true, value: { first, last } }
    : {
        ok: false,
        problem: `Content-Range is ${contentRange}, the content has ${length} bytes`,
      };
}

/** RFC 9110 §14.6. */
function partsOfMultipart(
  body: Uint8Array,
  boundary: string,
  content: Content,
): Parsed<Part[]> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const parts: Part[] = [];
  const mark = `--${boundary}`;
  let at = bytes.indexOf(mark);
  while (at !== -1) {
    const start = at + mark.length;
    if (bytes.toString("latin1", start, start + 2) === "--")
      return { ok: true, value: parts };
    const headEnd = bytes.indexOf("\r\n\r\n", start);
    if (headEnd === -1) break;
    const head = bytes.toString("latin1", start, headEnd);
    const range = rangeOf(
      /^content-range: *(.*)$/im.exec(head)?.[1]?.trim() ?? "none",
      content,
    );
    if (!range.ok) return range;
    const { first, last } = range.value;
    const from = headEnd + 4;
    const to = from + last - first + 1;
    parts.push({ offset: first, bytes: bytes.subarray(from, to) });
    if (bytes.toString("latin1", to, to + 2) !== "\r\n") break;
    at = bytes.indexOf(mark, to);
  }
  return { ok: false, problem: "the multipart body is malformed" };
}

/** The parts of a content of this length that a Range selects. */
export function requestedParts(
  range: string,
  length: number,
): { first: number; last: number }[] {
  const specs = range.replace(/^bytes=/, "").split(/\s*,\s*/);
  return specs.flatMap((spec) => {
    const resolved = resolvedRange(`bytes=${spec}`, length);
    return resolved === null || resolved === "unsatisfiable" ? [] : [resolved];
  });
}
