import type { World } from "../world.ts";
import { sliceName } from "./stored-body.ts";

/** A PoP cache that takes longer than this for a slice is given up: visitors do not wait for it. */
const writeDeadlineMs = 5_000;

/** Writes a body into the PoP cache slice by slice, in their order. */
export class SliceWriter {
  readonly #name: string;
  readonly #first: number;
  readonly #world: World;
  readonly #pending: Promise<boolean>[] = [];
  #begun = 0;
  #written = 0;

  /** `first`: the index of the first slice. */
  constructor(name: string, first: number, world: World) {
    this.#name = name;
    this.#first = first;
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
    const name = sliceName(this.#name, this.#first + this.#begun);
    this.#begun += 1;
    this.#pending.push(this.#world.keepBytes(name, slice));
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
