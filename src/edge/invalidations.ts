import { boundedMap, type BoundedMap } from "./bounded-map.ts";

/** When what is stored under a cache key was last made unusable by a write, by key. */
export class Invalidations {
  readonly #atMs: BoundedMap<number>;
  #forgottenMs = -Infinity;

  constructor(maxBytes: number) {
    this.#atMs = boundedMap<number>(maxBytes, () => 0, {
      dispose: (atMs, _, reason) => {
        if (reason === "evict")
          this.#forgottenMs = Math.max(this.#forgottenMs, atMs);
      },
    });
  }

  /** Without counting as a use: those of longest ago go first. */
  get(key: string): number | undefined {
    return this.#atMs.peek(key);
  }

  set(key: string, atMs: number): void {
    this.#atMs.set(key, atMs);
  }

  /** The moment up to which any key may have been invalidated, since the memory of it had to go. */
  forgottenMs(nowMs: number): number {
    // The clock may have been set back since.
    this.#forgottenMs = Math.min(this.#forgottenMs, nowMs);
    return this.#forgottenMs;
  }
}
