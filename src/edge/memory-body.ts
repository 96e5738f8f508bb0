import type { Segment } from "../cache/multipart.ts";
import type { PinnedBodies, PinnedBody } from "./pinned-bodies.ts";
import { readSlices, type BodyAccess } from "./stored-body.ts";

/**
 * A longer body is sent in pieces of so many bytes. What the runtime is given it copies at once, and holds until the visitor
 * has read it; to send 1 MiB so takes four times as long.
 */
export const pieceBytes = 64 * 1024;

/** A body in memory, for one answer. In case memory becomes short meanwhile, `access` has the rest. */
export class MemoryBody {
  readonly #pinned: PinnedBodies;
  readonly #name: string;
  readonly #access: BodyAccess;
  /** Until it is pinned: from then on nothing here may keep it in memory. */
  #bytes: Uint8Array | null;

  constructor(
    pinned: PinnedBodies,
    { name, bytes }: { name: string; bytes: Uint8Array },
    access: BodyAccess,
  ) {
    this.#pinned = pinned;
    this.#name = name;
    this.#bytes = bytes;
    this.#access = access;
  }

  /** The segments, whose positions are in a representation of which this is what begins at `offset`. */
  async *read(
    segments: readonly Segment[],
    offset: number,
  ): AsyncGenerator<Uint8Array, void, void> {
    if (this.#bytes === null) throw new Error("a body is pinned once");
    const body = this.#pinned.pin(this.#name, this.#bytes);
    this.#bytes = null;
    try {
      for (const segment of segments)
        if (segment.kind === "text") yield segment.bytes;
        else
          yield* readSlices(
            { first: segment.first - offset, last: segment.last - offset },
            (at) => this.#readOn(body, at),
          );
    } finally {
      this.#pinned.unpin(body);
    }
  }

  async *#readOn(
    body: PinnedBody,
    at: number,
  ): AsyncGenerator<Uint8Array, void, void> {
    const piece = pieceOf(body, at);
    if (piece === null) yield* this.#access.slice(at);
    else yield piece;
  }
}

/** A copy, and made apart: a view would keep all of the body for as long as the visitor does not read, and so would who waits. */
function pieceOf({ bytes }: PinnedBody, at: number): Uint8Array | null {
  return bytes === null ? null : bytes.slice(at, at + pieceBytes);
}
