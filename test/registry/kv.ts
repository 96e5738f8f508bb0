import type { Kv, KvPage, KvResult } from "../../src/registry/ports.ts";

/** A namespace in memory that can fail, refuse, lose writes, and be edited past the registry. */
export class MemoryKv implements Kv {
  readonly values = new Map<string, { text: string; seq: number | null }>();
  readonly writes: { key: string; text: string | null; atMs: number }[] = [];
  readonly #nowMs: () => number;
  pageSize = 1000;
  /** What becomes of the next writes. */
  fate: (write: number) => "written" | "lost" | "failed" | "too-many" = () =>
    "written";
  #count = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** As `wrangler kv key put` does it. */
  edit(key: string, text: string | null): void {
    if (text === null) this.values.delete(key);
    else this.values.set(key, { text, seq: null });
  }

  text(key: string): string | null {
    return this.values.get(key)?.text ?? null;
  }

  async write(
    key: string,
    text: string | null,
    seq: number,
  ): Promise<KvResult<null>> {
    this.#count += 1;
    switch (this.fate(this.#count)) {
      case "failed":
        return { ok: false, problem: "KV PUT failed: 500", retryAfterMs: null };
      case "too-many":
        return { ok: false, problem: "KV PUT failed: 429", retryAfterMs: 2000 };
      case "lost":
        return { ok: true, value: null };
      case "written":
        break;
    }
    this.writes.push({ key, text, atMs: this.#nowMs() });
    if (text === null) this.values.delete(key);
    else this.values.set(key, { text, seq });
    return { ok: true, value: null };
  }

  async list(cursor: string | null): Promise<KvResult<KvPage>> {
    const names = [...this.values.keys()].toSorted();
    const start = Number(cursor ?? 0);
    const end = start + this.pageSize;
    return {
      ok: true,
      value: {
        keys: names.slice(start, end).map((name) => ({
          name,
          seq: this.values.get(name)?.seq ?? null,
        })),
        cursor: end < names.length ? String(end) : null,
      },
    };
  }

  async read(
    keys: readonly string[],
  ): Promise<KvResult<Map<string, string | null>>> {
    return {
      ok: true,
      value: new Map(keys.map((key) => [key, this.text(key)])),
    };
  }
}
