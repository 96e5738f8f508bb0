/** The time for which an origin neither answers nor takes content. A slow visitor does not use it up. */
export class Silence {
  readonly #ms: number;
  readonly #onOver: () => void;
  #timer: number | null = null;
  #hasEnded = false;

  constructor(ms: number, onOver: () => void) {
    this.#ms = ms;
    this.#onOver = onOver;
  }

  /** Begins anew; not any more once it has ended. */
  begin(): void {
    this.pause();
    if (!this.#hasEnded) this.#timer = setTimeout(this.#onOver, this.#ms);
  }

  pause(): void {
    clearTimeout(this.#timer);
  }

  end(): void {
    this.#hasEnded = true;
    this.pause();
  }
}
