import { concatenate } from "./bytes.ts";

/** The stretch of a body that is in memory: from position `start` up to `end`. */
export class ByteWindow {
  #chunks: { at: number; bytes: Uint8Array }[] = [];
  #end = 0;

  get start(): number {
    return this.#chunks[0]?.at ?? this.#end;
  }

  get end(): number {
    return this.#end;
  }

  append(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return;
    this.#chunks.push({ at: this.#end, bytes });
    this.#end += bytes.byteLength;
  }

  /** The bytes from a position in the window on, as far as they lie together. */
  from(position: number): Uint8Array {
    const chunk = this.#chunks[this.#indexOf(position)];
    return chunk === undefined
      ? new Uint8Array()
      : chunk.bytes.subarray(position - chunk.at);
  }

  /** The bytes from `start` to before `end`, in one piece. */
  cut(start: number, end: number): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let at = start; at < end;) {
      const part = this.from(at).subarray(0, end - at);
      if (part.byteLength === 0) break;
      parts.push(part);
      at += part.byteLength;
    }
    return concatenate(parts);
  }

  /** Lets go of whole chunks before a position; answers how many bytes that were. */
  dropBefore(position: number): number {
    const before = this.start;
    const kept = this.#chunks.findIndex(
      ({ at, bytes }) => at + bytes.byteLength > position,
    );
    this.#chunks = kept === -1 ? [] : this.#chunks.slice(kept);
    return this.start - before;
  }

  /** The last chunk that begins at or before a position. */
  #indexOf(position: number): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#chunks[middle]?.at ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
