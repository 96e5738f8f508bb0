import type { ByteBudget, Holder } from "./byte-budget.ts";

/** A body in memory that visitors are sent; without its bytes once memory was short. */
export interface PinnedBody extends Holder {
  readonly name: string;
  bytes: Uint8Array | null;
  users: number;
}

/**
 * The bodies that visitors read from memory. They stay until then, unless memory is short: what the cache has let go of counts
 * among the bodies on their way.
 */
export class PinnedBodies {
  readonly #budget: ByteBudget;
  readonly #pinned = new Map<string, PinnedBody>();

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  has(name: string): boolean {
    return this.#pinned.has(name);
  }

  /** Whoever pins a body unpins it. */
  pin(name: string, bytes: Uint8Array): PinnedBody {
    const pinned = this.#pinned.get(name) ?? this.#begin(name);
    pinned.bytes ??= bytes;
    pinned.users += 1;
    return pinned;
  }

  unpin(pinned: PinnedBody): void {
    pinned.users -= 1;
    if (pinned.users === 0) this.#forget(pinned);
  }

  /** The cache has let go of it. */
  orphan(name: string): void {
    const pinned = this.#pinned.get(name);
    const bytes = pinned?.bytes?.byteLength ?? 0;
    if (pinned === undefined || bytes === 0) return;
    if (bytes > this.#budget.allowance) pinned.abandon();
    else this.#budget.hold(pinned, bytes);
  }

  #begin(name: string): PinnedBody {
    const pinned: PinnedBody = {
      name,
      bytes: null,
      users: 0,
      abandon: () => {
        pinned.bytes = null;
        this.#forget(pinned);
      },
    };
    this.#pinned.set(name, pinned);
    return pinned;
  }

  #forget(pinned: PinnedBody): void {
    if (this.#pinned.get(pinned.name) === pinned)
      this.#pinned.delete(pinned.name);
    this.#budget.release(pinned);
  }
}
