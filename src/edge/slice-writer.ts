import type { World } from "../ports.ts";
import { sliceName } from "./stored-body.ts";

/** A PoP cache that takes longer than this for a slice is given up: visitors do not wait for it. */
const writeDeadlineMs = 5_000;

interface SlicesToWrite {
  /** Of the body. */
  name: string;
  firstSlice: number;
  keptSeconds: number;
}

/** Writes a body into the PoP cache slice by slice, in their order. */
export class SliceWriter {
  readonly #body: SlicesToWrite;
  readonly #world: World;
  readonly #pending: Promise<boolean>[] = [];
  #begun = 0;
  #written = 0;

  constructor(body: SlicesToWrite, world: World) {
    this.#body = body;
    this.#world = world;
  }

  /** Slices whose writing has begun. */
  get begun(): number {
    return this.#begun;
  }

  /** Slices that can be read back. */
  get written(): number {
    return this.#written;
  }

  begin(slice: Uint8Array): void {
    const { name, firstSlice, keptSeconds } = this.#body;
    const index = firstSlice + this.#begun;
    this.#begun += 1;
    const writing = this.#world.keepBytes(
      sliceName(name, index),
      slice,
      keptSeconds,
    );
    this.#pending.push(
      writing.then(
        (isKept) => isKept,
        () => false,
      ),
    );
  }

  /** Waits until no more than `maxPending` slices are on their way; false when the PoP cache refused one, or is too slow. */
  async settle(maxPending: number): Promise<boolean> {
    while (this.#pending.length > maxPending) {
      const [oldest] = this.#pending;
      const deadline = this.#world.wait(writeDeadlineMs).then(() => false);
      const isWritten = await Promise.race([oldest, deadline]);
      if (isWritten !== true) return false;
      void this.#pending.shift();
      this.#written += 1;
    }
    return true;
  }
}
