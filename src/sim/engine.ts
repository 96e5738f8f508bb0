import { EventQueue } from "./event-queue.ts";
import { Quiescence } from "./quiescence.ts";

/**
 * Virtual time. Events run one by one, earliest first; after each, all code it woke runs on until it waits for virtual time
 * again, and only then does the next event come. As nothing else wakes anyone, the order of all that happens follows from
 * the events alone, on any machine.
 *
 * The one rule for models: wait through the engine (`sleep`, or a promise that an event resolves), never for real timers,
 * sockets or threads (`crypto.subtle` and compression streams work in threads).
 */
export class Engine {
  #nowMs: number;
  readonly #events = new EventQueue();
  readonly #quiescence = new Quiescence();
  #unsettled = 0;
  #failure: { reason: unknown } | null = null;
  #stopped = false;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  /** Milliseconds since the epoch, in virtual time. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Runs something at a moment: after all that is already due then. The past, or no number, is a bug of the caller. */
  schedule(atMs: number, run: () => void): void {
    if (!(atMs >= this.#nowMs && atMs < Infinity))
      throw new RangeError(`cannot schedule at ${atMs}: it is ${this.#nowMs}`);
    this.#events.push({ atMs, run });
  }

  /** Resolves that much later; even zero lets everything else that is due now go first. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.schedule(this.#nowMs + ms, resolve);
    });
  }

  /** Work the run must see through: should it fail, the run fails; should it never wake, the run says so. */
  track(work: Promise<unknown>): void {
    this.#unsettled += 1;
    const settled = () => {
      this.#unsettled -= 1;
    };
    work.then(settled, (reason: unknown) => {
      settled();
      this.#failure ??= { reason };
    });
  }

  /** Ends the run under way, or the next one, after the event at hand. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Runs every event due up to that moment, that moment included, and leaves the clock there; when stopped, the clock
   * stays where it was. Rejects with what an event threw or tracked work failed with, and when tracked work waits
   * although no event is left to wake it.
   */
  async run(untilMs: number): Promise<"reached" | "stopped"> {
    await this.#rest();
    while (this.#events.nextAtMs <= untilMs && !this.#stopped) {
      const event = this.#events.pop();
      if (event === undefined) break;
      this.#nowMs = event.atMs;
      event.run();
      await this.#rest();
    }
    if (this.#stopped) {
      this.#stopped = false;
      return "stopped";
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
    return "reached";
  }

  async #rest(): Promise<void> {
    await this.#quiescence.next();
    if (this.#failure !== null) {
      const { reason } = this.#failure;
      this.#failure = null;
      throw reason;
    }
    if (this.#events.size === 0 && this.#unsettled > 0)
      throw new Error(
        `${this.#unsettled} tracked promises wait for something outside virtual time`,
      );
  }
}
