/** Room for a piece. The runtime's own pieces of 4 KiB cost ten times the time; a slow body needs no more. */
const minRoomBytes = 4096;
const maxRoomBytes = 65_536;

interface Pieces {
  next(): Promise<Uint8Array | undefined>;
  cancel(): Promise<void>;
}

/** Reads a stream in pieces as large as its source sends them. Nobody else reads it. */
export class PieceReader {
  readonly #pieces: Promise<Pieces>;
  #pending: Promise<Uint8Array | "end"> | null = null;

  constructor(stream: ReadableStream<Uint8Array>) {
    // What is made of whole pieces, and not of bytes, takes no room to read into.
    const opening = (async () => stream.getReader({ mode: "byob" }))();
    this.#pieces = opening.then(fittingPieces, () => wholePieces(stream));
  }

  /** Asked for again before it has come, it is the same one. */
  next(): Promise<Uint8Array | "end"> {
    this.#pending ??= this.#read();
    return this.#pending;
  }

  async #read(): Promise<Uint8Array | "end"> {
    const pieces = await this.#pieces;
    const piece = await pieces.next();
    this.#pending = null;
    return piece ?? "end";
  }

  async cancel(): Promise<void> {
    const pieces = await this.#pieces;
    await pieces.cancel().then(undefined, () => undefined);
  }
}

function fittingPieces(reader: ReadableStreamBYOBReader): Pieces {
  let roomBytes = minRoomBytes;
  return {
    async next() {
      const room = new Uint8Array(roomBytes);
      const { done, value } = await reader.read(room);
      if (done) return undefined;
      const wasted = roomBytes - value.byteLength;
      // The next one will be about as large.
      const wanted = Math.max(2 * value.byteLength, minRoomBytes);
      roomBytes = Math.min(wanted, maxRoomBytes);
      // One that is kept takes little more memory than its length.
      return wasted > value.byteLength ? value.slice() : value;
    },
    cancel: async () => reader.cancel(),
  };
}

function wholePieces(stream: ReadableStream<Uint8Array>): Pieces {
  const reader = stream.getReader();
  return {
    next: async () => (await reader.read()).value,
    cancel: async () => reader.cancel(),
  };
}
