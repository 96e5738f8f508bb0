import type { World } from "../ports.ts";

/**
 * A timer beside other work, set again only after it went off: to set one for each piece of a body would cost more than the
 * piece. No wait for another request goes without one, since the runtime cancels a request in which nothing but promises is
 * pending.
 */
export class Alarm {
  readonly #world: Pick<World, "nowMs" | "wait">;
  #goesOffAtMs = Infinity;
  /** Ends the wait under way. A race would leave something behind in the timer's promise for each piece. */
  #ring: () => void = () => undefined;

  constructor(world: Pick<World, "nowMs" | "wait">) {
    this.#world = world;
  }

  /** What the work comes to, or null when that takes longer. */
  async within<T>(ms: number, work: Promise<T>): Promise<T | null> {
    const untilMs = this.#world.nowMs() + ms;
    for (let leftMs = ms; leftMs > 0; leftMs = untilMs - this.#world.nowMs()) {
      const first = await this.orSooner(work, leftMs);
      if (first !== null) return first;
    }
    return null;
  }

  /** The same, or null at any time before. */
  orSooner<T>(work: Promise<T>, ms: number): Promise<T | null> {
    this.#set(this.#world.nowMs() + ms);
    return new Promise((resolve, reject) => {
      this.#ring = () => resolve(null);
      work.then(resolve, reject);
    });
  }

  #set(atMs: number): void {
    if (this.#goesOffAtMs <= atMs) return;
    this.#goesOffAtMs = atMs;
    const goOff = () => {
      if (this.#goesOffAtMs === atMs) this.#goesOffAtMs = Infinity;
      this.#ring();
    };
    void this.#world.wait(atMs - this.#world.nowMs()).then(goOff);
  }
}
