/** So many a second in the long run, and `burst` at once after a quiet time. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #atMs = -Infinity;

  constructor({ perSecond, burst }: { perSecond: number; burst: number }) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** A clock that was set back refills nothing. */
  has(nowMs: number): boolean {
    const elapsedMs = Math.max(nowMs - this.#atMs, 0);
    this.#tokens = Math.min(
      this.#tokens + (elapsedMs * this.#perSecond) / 1000,
      this.#burst,
    );
    this.#atMs = nowMs;
    return this.#tokens >= 1;
  }

  take(): void {
    this.#tokens -= 1;
  }
}
