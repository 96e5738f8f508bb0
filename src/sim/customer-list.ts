import type { ListAnswer } from "../world.ts";
import type { Engine } from "./engine.ts";
import type { Kv, KvWrite } from "./kv.ts";

/** One edge's customer list: its store in virtual time, and what was asked of it. */
export class CustomerList {
  readonly #kv: Kv;
  readonly #engine: Engine;
  readonly count = {
    reads: 0,
    failedReads: 0,
    writes: 0,
    refusedWrites: 0,
    malformed: 0,
  };

  constructor(kv: Kv, engine: Engine) {
    this.#kv = kv;
    this.#engine = engine;
  }

  /** One operation of the edge, given up at its deadline. */
  async read(
    pop: string,
    keys: readonly string[],
    deadlineMs: number,
  ): Promise<ListAnswer> {
    this.count.reads += 1;
    const { values, problem, tookMs } = this.#kv.read(
      pop,
      keys,
      this.#engine.nowMs,
    );
    const isLate = tookMs > deadlineMs;
    if (isLate || problem !== null) this.count.failedReads += 1;
    await this.#engine.sleep(Math.min(tookMs, deadlineMs));
    return isLate
      ? { values: new Map(), problem: "no answer within the deadline" }
      : { values, problem };
  }

  latest(key: string): string | null {
    return this.#kv.latest(key);
  }

  write(key: string, text: string | null, pop: string | null): KvWrite {
    const written = this.#kv.write(key, text, pop, this.#engine.nowMs);
    if (written.kind === "accepted") this.count.writes += 1;
    else this.count.refusedWrites += 1;
    return written;
  }
}
