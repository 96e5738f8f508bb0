import type { Records } from "../customer/apply-result.ts";
import { Feed } from "./feed.ts";
import type { Sql, SqlValue } from "./ports.ts";

/** One key of the list: what the ledger says that it holds, and how far KV has come. */
export interface Subject {
  key: string;
  text: string | null;
  /** Counted up by every change; 0 for a key that the ledger does not know. */
  version: number;
  /** The entry that changed it last; 0 for none. */
  seq: number;
  /** The entry that KV was last confirmed to hold; 0 for none. */
  publishedSeq: number;
  publishedMs: number;
  /** What KV was found to hold instead; undefined while nobody found anything. */
  drift: string | null | undefined;
}

export type SubjectState = "synced" | "pending" | "drifted";

export function stateOfSubject({
  drift,
  seq,
  publishedSeq,
}: Subject): SubjectState {
  if (drift !== undefined) return "drifted";
  return seq === publishedSeq ? "synced" : "pending";
}

/** A write to KV that is due. */
export interface Due {
  key: string;
  text: string | null;
  seq: number;
  tries: number;
}

/** KV takes one write a second to one key. */
const betweenWritesMs = 1_000;

/** What KV should say, and the writes that are on their way. Called within a transaction. */
export class Subjects {
  readonly feed: Feed;
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.feed = new Feed(sql);
    this.#sql = sql;
    for (const statement of tables) sql.all(statement);
  }

  find(key: string): Subject {
    const [row] = this.#sql.all("SELECT * FROM subject WHERE key = ?", key);
    return row === undefined ? unknownSubject(key) : subjectOf(row);
  }

  /** In ascending order of keys that begin with a prefix, after a key. */
  list(prefix: string, after: string, limit: number): Subject[] {
    return this.#sql
      .all(
        "SELECT * FROM subject WHERE key > ? AND substr(key, 1, ?) = ? ORDER BY key LIMIT ?",
        after,
        prefix.length,
        prefix,
        limit,
      )
      .map(subjectOf);
  }

  drifted(limit: number): Subject[] {
    return this.#sql
      .all(
        "SELECT * FROM subject WHERE drifted = 1 ORDER BY key LIMIT ?",
        limit,
      )
      .map(subjectOf);
  }

  /** Sites whose record names a customer. */
  sitesOf(customer: string): string[] {
    return this.#sql
      .all(
        `SELECT key FROM subject WHERE key >= 'host:' AND key < 'host;' AND json_valid(text)
          AND json_extract(text, '$.customer') = ? ORDER BY key`,
        customer,
      )
      .map(({ key }) => String(key));
  }

  /** Between two keys: after the first, up to the second or, where that is null, the end. */
  between(after: string, upTo: string | null): Subject[] {
    return this.#sql
      .all(
        "SELECT * FROM subject WHERE key > ? AND (? IS NULL OR key <= ?)",
        after,
        upTo,
        upTo,
      )
      .map(subjectOf);
  }

  /** What the ledger says from now on, and a write that brings it to KV. */
  change(writes: Records, seq: number, nowMs: number): void {
    for (const [key, text] of writes) {
      const before = this.find(key);
      const { version, publishedSeq, publishedMs } = before;
      this.feed.announce({ key, text, seq }, textsOf(before), nowMs);
      this.#write({
        key,
        text,
        version: version + 1,
        seq,
        publishedSeq,
        publishedMs,
        drift: undefined,
      });
      this.enqueue({ key, text, seq, publishedMs }, nowMs);
    }
  }

  /** Takes the place of an earlier write to the same key. */
  enqueue(
    {
      key,
      text,
      seq,
      publishedMs,
    }: Pick<Subject, "key" | "text" | "seq" | "publishedMs">,
    nowMs: number,
  ): void {
    this.#sql.all(
      "INSERT OR REPLACE INTO outbox (key, text, seq, due_ms, tries, error) VALUES (?, ?, ?, ?, 0, NULL)",
      key,
      text,
      seq,
      Math.max(nowMs, publishedMs + betweenWritesMs),
    );
  }

  /** What KV holds is what the ledger says from now on; nothing is to be written. */
  adopt(key: string, text: string | null, seq: number, nowMs: number): void {
    const before = this.find(key);
    const { version, publishedMs } = before;
    this.feed.adopt({ key, text, seq }, textsOf(before), nowMs);
    this.#write({
      key,
      text,
      version: version + 1,
      seq,
      publishedSeq: seq,
      publishedMs,
      drift: undefined,
    });
    this.#sql.all("DELETE FROM outbox WHERE key = ?", key);
  }

  /** Null: KV holds what the ledger says, again. */
  setDrift(key: string, drift: { text: string | null } | null): void {
    this.#write({
      ...this.find(key),
      drift: drift === null ? undefined : drift.text,
    });
  }

  due(nowMs: number, limit: number): Due[] {
    return this.#sql
      .all(
        "SELECT key, text, seq, tries FROM outbox WHERE due_ms <= ? ORDER BY due_ms, seq LIMIT ?",
        nowMs,
        limit,
      )
      .map((row) => ({
        key: String(row["key"]),
        text: textOf(row["text"]),
        seq: Number(row["seq"]),
        tries: Number(row["tries"]),
      }));
  }

  nextDueMs(): number | null {
    const [row] = this.#sql.all("SELECT MIN(due_ms) AS due_ms FROM outbox");
    const due = row?.["due_ms"] ?? null;
    return due === null ? null : Number(due);
  }

  /** How many writes are on their way, and what was wrong with one that failed. */
  backlog(): { writes: number; problem: string | null } {
    const [row] = this.#sql.all(
      "SELECT COUNT(*) AS writes, MAX(error) AS problem FROM outbox",
    );
    const problem = row?.["problem"] ?? null;
    return {
      writes: Number(row?.["writes"] ?? 0),
      problem: problem === null ? null : String(problem),
    };
  }

  /** KV has confirmed a write. A later one to the same key stays due, a second from now. */
  confirm({ key, seq }: Due, nowMs: number): void {
    this.#sql.all("DELETE FROM outbox WHERE key = ? AND seq = ?", key, seq);
    this.#sql.all(
      "UPDATE outbox SET due_ms = MAX(due_ms, ?) WHERE key = ?",
      nowMs + betweenWritesMs,
      key,
    );
    this.feed.confirm(key, seq, nowMs);
    this.#sql.all(
      "UPDATE subject SET published_seq = ?, published_ms = ? WHERE key = ?",
      seq,
      nowMs,
      key,
    );
  }

  retry({ key, seq }: Due, problem: string, dueMs: number): void {
    this.#sql.all(
      "UPDATE outbox SET tries = tries + 1, error = ?, due_ms = ? WHERE key = ? AND seq = ?",
      problem,
      dueMs,
      key,
      seq,
    );
  }

  #write(subject: Subject): void {
    const { key, text, version, seq, publishedSeq, publishedMs, drift } =
      subject;
    this.#sql.all(
      `INSERT OR REPLACE INTO subject
        (key, text, version, seq, published_seq, published_ms, drifted, drift_text)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      key,
      text,
      version,
      seq,
      publishedSeq,
      publishedMs,
      drift === undefined ? 0 : 1,
      drift ?? null,
    );
  }
}

/** What a key says, and what it was found to say. */
function textsOf({ text, drift }: Subject): (string | null)[] {
  return drift === undefined ? [text] : [text, drift];
}

function unknownSubject(key: string): Subject {
  return {
    key,
    text: null,
    version: 0,
    seq: 0,
    publishedSeq: 0,
    publishedMs: 0,
    drift: undefined,
  };
}

function subjectOf(row: Readonly<Record<string, SqlValue>>): Subject {
  return {
    key: String(row["key"]),
    text: textOf(row["text"]),
    version: Number(row["version"]),
    seq: Number(row["seq"]),
    publishedSeq: Number(row["published_seq"]),
    publishedMs: Number(row["published_ms"]),
    drift: row["drifted"] === 1 ? textOf(row["drift_text"]) : undefined,
  };
}

function textOf(value: SqlValue | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

const tables = [
  `CREATE TABLE IF NOT EXISTS subject (key TEXT PRIMARY KEY, text TEXT, version INTEGER NOT NULL, seq INTEGER NOT NULL,
    published_seq INTEGER NOT NULL, published_ms INTEGER NOT NULL, drifted INTEGER NOT NULL, drift_text TEXT)`,
  "CREATE INDEX IF NOT EXISTS subject_drifted ON subject (drifted) WHERE drifted = 1",
  "CREATE TABLE IF NOT EXISTS outbox (key TEXT PRIMARY KEY, text TEXT, seq INTEGER NOT NULL, due_ms INTEGER NOT NULL, tries INTEGER NOT NULL, error TEXT)",
  "CREATE INDEX IF NOT EXISTS outbox_due ON outbox (due_ms)",
];
