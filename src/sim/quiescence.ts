import { setImmediate } from "node:timers";

/** How many turns are laid out at once: more saves passes through the event loop, fewer lets I/O in sooner. */
const armedAtOnce = 64;

/**
 * Turns of the event loop. Between two immediates Node runs every microtask and `process.nextTick` there is, and those that
 * they cause; so whoever wakes in the next turn knows that all code that was not waiting for the outside has come to rest.
 * Laying out many immediates at once makes one pass through the loop serve as many turns.
 */
export class Quiescence {
  #armed = 0;
  #wake: (() => void) | null = null;

  /** Resolves once everything set off so far has come to rest. For one caller at a time. */
  next(): Promise<void> {
    if (this.#armed === 0) {
      this.#armed = armedAtOnce;
      for (let turn = 0; turn < armedAtOnce; turn++) setImmediate(this.#turn);
    }
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  readonly #turn = () => {
    this.#armed -= 1;
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  };
}
