import type { Segment } from "../cache/multipart.ts";
import type { Bytes } from "../world.ts";
import { concatenated } from "./bytes.ts";

/**
 * Puts a body together from segments. `bytes` are what is stored, from position `offset` of the
 * representation on; `open` gives them anew, since a stream cannot be read twice.
 */
export function pieces(
  segments: readonly Segment[],
  offset: number,
  bytes: Bytes,
  open: () => Promise<Bytes | null>,
): Bytes {
  return bytes instanceof Uint8Array
    ? inMemory(segments, offset, bytes)
    : streamed(segments, offset, bytes, open);
}

function inMemory(
  segments: readonly Segment[],
  offset: number,
  stored: Uint8Array,
): Uint8Array {
  const parts = segments.map((segment) =>
    segment.kind === "text"
      ? segment.bytes
      : stored.subarray(segment.first - offset, segment.last + 1 - offset),
  );
  return concatenated(parts);
}

function streamed(
  segments: readonly Segment[],
  offset: number,
  first: ReadableStream<Uint8Array>,
  open: () => Promise<Bytes | null>,
): ReadableStream<Uint8Array> {
  const chunks = chunksOf(segments, offset, first, open);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return();
    },
  });
}

async function* chunksOf(
  segments: readonly Segment[],
  offset: number,
  first: ReadableStream<Uint8Array>,
  open: () => Promise<Bytes | null>,
): AsyncGenerator<Uint8Array, void, void> {
  let ready: Bytes | null = first;
  for (const segment of segments) {
    if (segment.kind === "text") {
      yield segment.bytes;
      continue;
    }
    const bytes = ready ?? (await open());
    ready = null;
    if (bytes === null || bytes instanceof Uint8Array)
      throw new Error("the shelf let a body go while it was being sent");
    yield* slice(bytes, segment.first - offset, segment.last - offset);
  }
}

/** The bytes from position `first` to `last`, both counted in the stream. */
async function* slice(
  stream: ReadableStream<Uint8Array>,
  first: number,
  last: number,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  let at = 0;
  while (at <= last) {
    const { done, value } = await reader.read();
    if (done) return;
    const from = Math.max(first - at, 0);
    const part = value.subarray(from, last + 1 - at);
    at += value.byteLength;
    if (part.byteLength > 0) yield part;
  }
  await reader.cancel();
}
