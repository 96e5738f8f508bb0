/** Something under way that holds bytes. */
export interface Holder {
  /** Lets go of them: nothing has moved for so long that whoever they were for is gone. */
  abandon(): void;
}

/** The last part of a budget is for small holders, who are most of all: a few large ones must not keep them out. */
const largeShare = 7 / 8;
const smallBytes = 64 * 1024;

/** What one may hold even when nothing is left: it could not go on with less. */
const minBytes = 16 * 1024;

const sweepMs = 1_000;
const maxPauseMs = 60_000;

/** What all that is under way may hold of an isolate's memory together. */
export class ByteBudget {
  readonly #maxBytes: number;
  readonly #held = new Map<Holder, { bytes: number; atMs: number }>();
  #bytes = 0;
  #nowMs = 0;
  #sweptAtMs = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** How many bytes any one may hold at this moment. */
  get allowance(): number {
    if (!this.#isShort()) return this.#maxBytes;
    return this.#bytes < this.#maxBytes ? smallBytes : minBytes;
  }

  /** `holder` holds so many bytes now, and something of them has moved: at this moment, or at the last that was told. */
  hold(holder: Holder, bytes: number, nowMs: number = this.#nowMs): void {
    this.#nowMs = nowMs;
    const held = this.#held.get(holder);
    this.#bytes += bytes - (held?.bytes ?? 0);
    if (held === undefined) this.#held.set(holder, { bytes, atMs: nowMs });
    else Object.assign(held, { bytes, atMs: nowMs });
    if (this.#isShort()) this.#sweep();
  }

  release(holder: Holder): void {
    this.#bytes -= this.#held.get(holder)?.bytes ?? 0;
    this.#held.delete(holder);
  }

  #isShort(): boolean {
    return this.#bytes > largeShare * this.#maxBytes;
  }

  /** Ends what nothing has come of for long: the runtime may end a request without a word. */
  #sweep(): void {
    // The clock may have been set back.
    if (Math.abs(this.#nowMs - this.#sweptAtMs) < sweepMs) return;
    this.#sweptAtMs = this.#nowMs;
    for (const [holder, { atMs }] of this.#held) {
      if (Math.abs(this.#nowMs - atMs) <= maxPauseMs) continue;
      this.release(holder);
      holder.abandon();
    }
  }
}
