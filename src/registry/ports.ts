/** What the registry asks of the outside. */

export type SqlValue = string | number | null;

/** One SQLite database. A statement that fails throws: that is a bug of ours, or a database that cannot be used. */
export interface Sql {
  all(
    query: string,
    ...values: readonly SqlValue[]
  ): readonly Readonly<Record<string, SqlValue>>[];
  /** All of the work or, when it throws, nothing of it. The work is synchronous: nothing comes between its statements. */
  transaction<T>(work: () => T): T;
}

export type KvResult<T> =
  | { ok: true; value: T }
  /** `retryAfterMs`: how long KV asks to wait, or null where it does not say. */
  | { ok: false; problem: string; retryAfterMs: number | null };

export interface KvPage {
  /** In ascending order. `seq`: of the entry that wrote the value; null where something else did. */
  keys: readonly { name: string; seq: number | null }[];
  /** Null after the last page. */
  cursor: string | null;
}

/** The namespace that the edge reads. What was just written may not be seen for a while. */
export interface Kv {
  /** Null deletes the key. */
  write(key: string, text: string | null, seq: number): Promise<KvResult<null>>;
  list(cursor: string | null): Promise<KvResult<KvPage>>;
  read(keys: readonly string[]): Promise<KvResult<Map<string, string | null>>>;
}
