import type { MemoryBody } from "./memory-body.ts";
import type { Segment } from "../cache/multipart.ts";
import type { Bytes } from "../ports.ts";
import { concatenate } from "./bytes.ts";
import { streamOf } from "./stored-body.ts";

/** What gives the bytes of an entry's body by their positions in the representation. */
export type BodyReader =
  | { kind: "bytes"; offset: number; bytes: Uint8Array }
  | { kind: "memory"; offset: number; length: number; body: MemoryBody }
  | {
      kind: "chunks";
      offset: number;
      read: (
        first: number,
        last: number | null,
      ) => AsyncIterableIterator<Uint8Array, void, void>;
    };

/** Puts the body of an answer together from segments of a stored one; null stands for all of it. */
export function compose(
  segments: readonly Segment[] | null,
  reader: BodyReader,
): Bytes {
  switch (reader.kind) {
    case "bytes":
      return segments === null
        ? reader.bytes
        : composeInMemory(segments, reader);
    case "memory": {
      const { body, offset, length } = reader;
      const whole: Segment = {
        kind: "slice",
        first: offset,
        last: offset + length - 1,
      };
      return streamOf(body.read(segments ?? [whole], offset));
    }
    case "chunks": {
      const [only, ...others] = segments ?? [];
      // Begun at once, and ended with the stream: an arriving body must know who reads it.
      if (only === undefined) return streamOf(reader.read(0, null));
      if (only.kind === "slice" && others.length === 0)
        return streamOf(
          reader.read(only.first - reader.offset, only.last - reader.offset),
        );
      return streamOf(readSegments(segments ?? [], reader));
    }
  }
}

function composeInMemory(
  segments: readonly Segment[],
  { offset, bytes }: Extract<BodyReader, { kind: "bytes" }>,
): Uint8Array {
  return concatenate(
    segments.map((segment) =>
      segment.kind === "text"
        ? segment.bytes
        : bytes.subarray(segment.first - offset, segment.last + 1 - offset),
    ),
  );
}

async function* readSegments(
  segments: readonly Segment[],
  { offset, read }: Extract<BodyReader, { kind: "chunks" }>,
): AsyncGenerator<Uint8Array, void, void> {
  for (const segment of segments)
    if (segment.kind === "text") yield segment.bytes;
    else yield* read(segment.first - offset, segment.last - offset);
}
