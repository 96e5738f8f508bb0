import type { World } from "../ports.ts";

/** What comes of work that one request does and others of its isolate wait for. */
export class SharedResult<Result> {
  readonly #settled = Promise.withResolvers<Result>();

  /** Only the first result counts. */
  settle(result: Result): void {
    this.#settled.resolve(result);
  }

  /**
   * Waits no longer than until `deadlineMs`, whatever becomes of the work: whoever does it may be gone for good. The promise is
   * the caller's own, since the runtime settles a promise within the request that made it.
   */
  async wait(
    deadlineMs: number,
    world: Pick<World, "nowMs" | "wait">,
  ): Promise<Result | { kind: "overdue" }> {
    const overdue = world
      .wait(Math.max(deadlineMs - world.nowMs(), 0))
      .then(() => ({ kind: "overdue" as const }));
    return Promise.race([this.#settled.promise, overdue]);
  }
}
