import type { RecordAnswer } from "../ports.ts";
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

  /** One read of the edge, billed as such, which gives it up at a deadline of its own. */
  async read(pop: string, key: string): Promise<RecordAnswer> {
    this.count.reads += 1;
    const { answer, tookMs } = this.#kv.read(pop, key, this.#engine.nowMs);
    await this.#engine.sleep(tookMs);
    return answer;
  }

  /** Counts what an edge tells of what it read. */
  observe({ kind }: { kind: string }): void {
    if (kind === "record-malformed") this.count.malformed += 1;
    else if (kind === "list-unreadable") this.count.failedReads += 1;
  }

  latest(key: string): string | null {
    return this.#kv.latest(key).value;
  }

  /** The entry of a registry's ledger that wrote what a key holds; null where something else did. */
  latestSeq(key: string): number | null {
    return this.#kv.latest(key).seq;
  }

  write(
    key: string,
    text: string | null,
    writer: { pop: string | null; seq?: number },
  ): KvWrite {
    const { pop, seq = null } = writer;
    const nowMs = this.#engine.nowMs;
    const written = this.#kv.write(key, text, { pop, seq, nowMs });
    if (written.kind === "accepted") this.count.writes += 1;
    else this.count.refusedWrites += 1;
    return written;
  }
}
