import { PieceReader } from "../edge/piece-reader.ts";
import type { Bytes } from "../ports.ts";

/** A body no longer than this is handed on whole where it can be: a pipe, a watch and timers cost more than it does. */
const smallBytes = 64 * 1024;

/**
 * A body as it is handed on: whole where it is small and comes at once, as most do, else as it comes. Waits for the first bytes of a
 * small one, and rejects when they do not come.
 */
export async function openBody(
  body: ReadableStream<Uint8Array>,
  length: number | null,
): Promise<Bytes> {
  if (length === null || length === 0 || length > smallBytes) return body;
  const reader = body.getReader({ mode: "byob" });
  const { value } = await reader.read(new Uint8Array(length));
  if (value?.byteLength === length) return value;
  reader.releaseLock();
  return value === undefined ? body : startingWith(value, body);
}

/** A stream of which the beginning has been read. */
function startingWith(
  first: Uint8Array,
  rest: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  const pieces = new PieceReader(rest);
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(first),
      pull: (controller) =>
        pieces
          .next()
          .then((piece) =>
            piece === "end" ? controller.close() : controller.enqueue(piece),
          ),
      cancel: () => pieces.cancel(),
    },
    { highWaterMark: 0 },
  );
}
