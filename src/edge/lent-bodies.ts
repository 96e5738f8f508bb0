import type { ByteBudget, Holder } from "./byte-budget.ts";

/** A body in memory that visitors are sent; without its bytes once memory was short. */
export interface LentBody extends Holder {
  readonly name: string;
  bytes: Uint8Array | null;
  borrowers: number;
}

/**
 * The bodies that visitors read from memory. They stay until then, unless memory is short: what the cache has let go of counts
 * among the bodies on their way.
 */
export class LentBodies {
  readonly #budget: ByteBudget;
  readonly #lent = new Map<string, LentBody>();

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  has(name: string): boolean {
    return this.#lent.has(name);
  }

  /** Whoever borrows a body gives it back. */
  lend(name: string, bytes: Uint8Array): LentBody {
    const lent = this.#lent.get(name) ?? this.#begin(name);
    lent.bytes ??= bytes;
    lent.borrowers += 1;
    return lent;
  }

  giveBack(lent: LentBody): void {
    lent.borrowers -= 1;
    if (lent.borrowers === 0) this.#forget(lent);
  }

  /** The cache has let go of it. */
  orphan(name: string): void {
    const lent = this.#lent.get(name);
    const bytes = lent?.bytes?.byteLength ?? 0;
    if (lent === undefined || bytes === 0) return;
    if (bytes > this.#budget.allowance) lent.abandon();
    else this.#budget.hold(lent, bytes);
  }

  #begin(name: string): LentBody {
    const lent: LentBody = {
      name,
      bytes: null,
      borrowers: 0,
      abandon: () => {
        lent.bytes = null;
        this.#forget(lent);
      },
    };
    this.#lent.set(name, lent);
    return lent;
  }

  #forget(lent: LentBody): void {
    if (this.#lent.get(lent.name) === lent) this.#lent.delete(lent.name);
    this.#budget.release(lent);
  }
}
