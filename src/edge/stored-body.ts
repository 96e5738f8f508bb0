import type { Bytes, World } from "../ports.ts";
import { concatenate } from "./bytes.ts";

/** Bodies up to this many bytes are kept in memory. Longer ones lie in the PoP cache, in slices of so many bytes. */
export const sliceBytes = 2 ** 20;

/** How many slices are asked of an origin at once. */
export const slicesPerFetch = 4;

/** How one visitor's request gets at bytes that are not in memory. */
export interface BodyAccess {
  world: World;
  /** From a position to the end of the slice it is in. Throws when the PoP cache has let that go and the origin does not help. */
  slice(at: number): AsyncGenerator<Uint8Array, void, void>;
  /** From a position to the end of the body, by asking the origin for the rest. Throws when it has another body by now. */
  fromOrigin(at: number): AsyncGenerator<Uint8Array, void, void>;
}

/** What the PoP cache knows a slice of a body by. */
export function sliceName(body: string, index: number): string {
  return `body/${body}/${index}`;
}

/** Keeps all of a body in the PoP cache for so many seconds. */
export async function writeBody(
  {
    name,
    bytes,
    seconds,
  }: { name: string; bytes: Uint8Array; seconds: number },
  world: World,
): Promise<void> {
  const writes = Array.from(
    { length: sliceCount(bytes.byteLength) },
    (_, index) => {
      const at = index * sliceBytes;
      const slice = bytes.subarray(at, at + sliceBytes);
      return world.keepBytes(sliceName(name, index), slice, seconds);
    },
  );
  await Promise.all(writes);
}

/** An empty body has one, by which it is known to be there. */
export function sliceCount(bodyBytes: number): number {
  return Math.max(Math.ceil(bodyBytes / sliceBytes), 1);
}

/** A body that no entry has any more. */
export interface ReplacedBody {
  name: string;
  slices: number;
}

/** Deletes the first so many slices of a body from the PoP cache. */
export async function deleteBody(
  name: string,
  slices: number,
  world: World,
): Promise<void> {
  for (let index = 0; index < slices; index += 1)
    await world.forget(sliceName(name, index));
}

/** The bytes of a sliced body from position `first` to `last`; `slice` gives them from a position to the end of its slice. */
export async function* readSlices(
  { first, last }: { first: number; last: number },
  slice: (at: number) => AsyncGenerator<Uint8Array, void, void>,
): AsyncGenerator<Uint8Array, void, void> {
  let at = first;
  while (at <= last) {
    const before = at;
    for await (const bytes of slice(at)) {
      const wanted = bytes.subarray(0, last + 1 - at);
      at += wanted.byteLength;
      yield wanted;
      if (at > last) return;
    }
    if (at === before) throw new Error("a slice of the stored body is empty");
  }
}

/** What is left of a slice from position `at` of its body on. */
export async function* restOfSlice(
  slice: Bytes,
  at: number,
): AsyncGenerator<Uint8Array, void, void> {
  let skip = at % sliceBytes;
  for await (const bytes of chunksOf(slice)) {
    const wanted = bytes.subarray(skip);
    skip = Math.max(skip - bytes.byteLength, 0);
    if (wanted.byteLength > 0) yield wanted;
  }
}

/** A body's bytes, as they come. */
export async function* chunksOf(
  bytes: Bytes,
): AsyncGenerator<Uint8Array, void, void> {
  if (bytes instanceof Uint8Array) {
    yield bytes;
    return;
  }
  const reader = bytes.getReader();
  try {
    for (;;) {
      const { value } = await reader.read();
      if (value === undefined) return;
      yield value;
    }
  } finally {
    void reader.cancel().then(undefined, () => undefined);
  }
}

/** All bytes of a body, or null when it breaks off or has more than `maxBytes`. */
export async function collect(
  bytes: Bytes,
  maxBytes = Infinity,
): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  const read = async () => {
    let length = 0;
    for await (const part of chunksOf(bytes)) {
      parts.push(part);
      length += part.byteLength;
      if (length > maxBytes) return null;
    }
    return concatenate(parts);
  };
  return read().then(
    (whole) => whole,
    () => null,
  );
}

/** A stream of what a generator gives, which ends it when nobody reads any more. */
export function streamOf(
  chunks: AsyncIterableIterator<Uint8Array, void, void>,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await chunks.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
