import type { World } from "../world.ts";
import type { Failed } from "./forward.ts";

/** What became of an exchange that others waited for. */
export type Landing =
  /** Look again: what it brought is stored. */
  | { kind: "stored" }
  /** It answers one visitor only: everybody for themselves. */
  | { kind: "unshareable" }
  /** The origin failed, and would fail the others too. */
  | Failed;

/** An exchange under way whose answer may serve all who ask the same (RFC 9211 §2.7: collapsed). */
export class Flight {
  /** The cache key of what it fetches. */
  readonly about: string;
  /** The resource was changed meanwhile: what is on its way is old already. */
  spoiled = false;
  readonly #landing = Promise.withResolvers<Landing>();

  constructor(about: string) {
    this.about = about;
  }

  land(landing: Landing): void {
    this.#landing.resolve(landing);
  }

  get landing(): Promise<Landing> {
    return this.#landing.promise;
  }

  /** Waits no longer than until `deadlineMs`, whatever becomes of the exchange. */
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
