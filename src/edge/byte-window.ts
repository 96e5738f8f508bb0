import { sliceBytes } from "./stored-body.ts";

/** Chunks are gathered in pages: kept as it came, a chunk of one byte would take 4 KiB of the runtime's. */
const pageBytes = 16 * 1024;
const firstPageBytes = 4 * 1024;

/** `filled` bytes of the body, from position `at`. */
interface Page {
  at: number;
  bytes: Uint8Array;
  filled: number;
}

/** The part of a body that is in memory: from position `start` up to `end`. No page goes beyond the end of a slice. */
export class ByteWindow {
  readonly #expectedBytes: number;
  #pages: Page[] = [];
  #end = 0;
  #heldBytes = 0;

  /** `expectedBytes`: the length that the body is said to have, null when nobody says. */
  constructor(expectedBytes: number | null) {
    this.#expectedBytes = expectedBytes ?? Infinity;
  }

  get start(): number {
    return this.#pages[0]?.at ?? this.#end;
  }

  get end(): number {
    return this.#end;
  }

  /** What it takes of memory. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  append(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.byteLength;) {
      const page = this.#pageWithRoom(bytes.byteLength - from);
      const room = page.bytes.byteLength - page.filled;
      const part = bytes.subarray(from, from + room);
      page.bytes.set(part, page.filled);
      page.filled += part.byteLength;
      this.#end += part.byteLength;
      from += part.byteLength;
    }
  }

  /** The bytes from a position in the window on, as far as they lie together. */
  from(position: number): Uint8Array {
    const page = this.#pages[this.#indexOf(position)];
    return page === undefined
      ? new Uint8Array()
      : page.bytes.subarray(position - page.at, page.filled);
  }

  /**
   * The bytes from the beginning of a slice to the end of one, or of what there is: in one piece, which is their page from now
   * on, so that who keeps them and who reads them here hold them once.
   */
  join(start: number, end: number): Uint8Array {
    if (start >= end) return new Uint8Array();
    const first = this.#indexOf(start);
    const pages = this.#pages.slice(first, this.#indexOf(end - 1) + 1);
    const [only] = pages;
    if (pages.length === 1 && only?.bytes.byteLength === end - start)
      return only.bytes;
    const bytes = new Uint8Array(end - start);
    for (const page of pages)
      bytes.set(page.bytes.subarray(0, page.filled), page.at - start);
    const joined = { at: start, bytes, filled: bytes.byteLength };
    this.#pages.splice(first, pages.length, joined);
    this.#heldBytes += bytes.byteLength - sizeOf(pages);
    return bytes;
  }

  /** Lets go of whole pages before a position. */
  dropBefore(position: number): void {
    const kept = this.#pages.findIndex(
      ({ at, filled }) => at + filled > position,
    );
    const dropped = this.#pages.splice(
      0,
      kept === -1 ? this.#pages.length : kept,
    );
    this.#heldBytes -= sizeOf(dropped);
  }

  #pageWithRoom(wanted: number): Page {
    const last = this.#pages.at(-1);
    if (last !== undefined && last.filled < last.bytes.byteLength) return last;
    const size = Math.min(
      Math.max(wanted, this.#end, firstPageBytes),
      pageBytes,
      sliceBytes - (this.#end % sliceBytes),
      Math.max(wanted, this.#expectedBytes - this.#end),
    );
    const page = { at: this.#end, bytes: new Uint8Array(size), filled: 0 };
    this.#pages.push(page);
    this.#heldBytes += size;
    return page;
  }

  /** The last page that begins at or before a position. */
  #indexOf(position: number): number {
    let low = 0;
    let high = this.#pages.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#pages[middle]?.at ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function sizeOf(pages: readonly Page[]): number {
  return pages.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
}
