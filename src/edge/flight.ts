import type { World } from "../world.ts";

/** Work under way that one request does and others of its isolate wait for. */
export class Flight<Landing> {
  readonly #landing = Promise.withResolvers<Landing>();

  land(landing: Landing): void {
    this.#landing.resolve(landing);
  }

  get landing(): Promise<Landing> {
    return this.#landing.promise;
  }

  /** Waits no longer than until `deadlineMs`, whatever becomes of the work: whoever does it may be gone for good. */
  async landed(
    deadlineMs: number,
    world: Pick<World, "nowMs" | "wait">,
  ): Promise<Landing | { kind: "overdue" }> {
    const overdue = world
      .wait(Math.max(deadlineMs - world.nowMs(), 0))
      .then(() => ({ kind: "overdue" as const }));
    return Promise.race([this.landing, overdue]);
  }
}
