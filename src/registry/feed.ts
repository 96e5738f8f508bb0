import { textHash, type FeedEntry, type FeedPage } from "../customer/feed.ts";
import type { Sql, SqlValue } from "./ports.ts";

/** How long KV may go on showing an older value in some PoP after it has confirmed a newer one. */
const keptForMs = 180_000;

/** Of one page: what an edge reads in one go while a visitor waits. */
const pageEntries = 64;
const pageCharacters = 128 * 1024;

/** How many older texts of a key are told apart. */
const maxSuperseded = 32;

/** What was decided so lately that KV may not show it everywhere. Called within a transaction. */
export class Feed {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    for (const statement of tables) sql.all(statement);
  }

  /** A key says something else from now on: `before` is what it said, and what KV was found to say. */
  announce(
    { key, text, seq }: Pick<FeedEntry, "key" | "text" | "seq">,
    before: readonly (string | null)[],
    nowMs: number,
  ): void {
    this.#forget(nowMs);
    const [row] = this.#sql.all(
      "SELECT supersedes FROM feed WHERE key = ?",
      key,
    );
    const known = row === undefined ? [] : hashesIn(row["supersedes"]);
    const supersedes = [...new Set([...known, ...before.map(textHash)])]
      .filter((hash) => hash !== textHash(text))
      .slice(-maxSuperseded);
    this.#sql.all(
      "INSERT OR REPLACE INTO feed (key, text, seq, supersedes, until_ms) VALUES (?, ?, ?, ?, NULL)",
      key,
      text,
      seq,
      supersedes.join(" "),
    );
  }

  /** KV has confirmed it. */
  confirm(key: string, seq: number, nowMs: number): void {
    this.#sql.all(
      "UPDATE feed SET until_ms = ? WHERE key = ? AND seq = ?",
      nowMs + keptForMs,
      key,
      seq,
    );
  }

  /** What KV was found to say stands. Edges are told only if they were told something else. */
  adopt(
    entry: Pick<FeedEntry, "key" | "text" | "seq">,
    before: readonly (string | null)[],
    nowMs: number,
  ): void {
    this.#forget(nowMs);
    const { key, seq } = entry;
    if (this.#sql.all("SELECT 1 FROM feed WHERE key = ?", key).length === 0)
      return;
    this.announce(entry, before, nowMs);
    this.confirm(key, seq, nowMs);
  }

  /** All after an entry; `size` is how many the ledger has. */
  page(after: number, size: number, nowMs: number): FeedPage {
    this.#forget(nowMs);
    const rows = this.#sql
      .all(
        "SELECT key, text, seq, supersedes FROM feed WHERE seq > ? ORDER BY seq LIMIT ?",
        after,
        pageEntries + 1,
      )
      .map(entryOf);
    const entries = beginningOf(rows);
    const last = entries.at(-1);
    const more = last !== undefined && entries.length < rows.length;
    const [first] = this.#sql.all("SELECT MIN(seq) AS seq FROM feed");
    const head = more ? last.seq : size;
    return { head, floor: Number(first?.["seq"] ?? size + 1), entries, more };
  }

  #forget(nowMs: number): void {
    this.#sql.all("DELETE FROM feed WHERE until_ms <= ?", nowMs);
  }
}

/** At least one, and as many as a page takes. Entries with the same number, of one command, stay together. */
function beginningOf(entries: readonly FeedEntry[]): readonly FeedEntry[] {
  let characters = 0;
  let taken = 0;
  for (const { text, supersedes } of entries) {
    characters += (text?.length ?? 0) + 33 * supersedes.length;
    if (taken === pageEntries || (taken > 0 && characters > pageCharacters))
      break;
    taken += 1;
  }
  if (taken === entries.length) return entries;
  const cut = entries[taken]?.seq;
  const whole = entries.slice(0, taken).filter(({ seq }) => seq !== cut);
  return whole.length > 0 ? whole : entries.filter(({ seq }) => seq === cut);
}

function entryOf(row: Readonly<Record<string, SqlValue>>): FeedEntry {
  const text = row["text"] ?? null;
  return {
    key: String(row["key"]),
    text: text === null ? null : String(text),
    seq: Number(row["seq"]),
    supersedes: hashesIn(row["supersedes"]),
  };
}

function hashesIn(value: SqlValue | undefined): string[] {
  return String(value ?? "")
    .split(" ")
    .filter((hash) => hash !== "");
}

const tables = [
  "CREATE TABLE IF NOT EXISTS feed (key TEXT PRIMARY KEY, text TEXT, seq INTEGER NOT NULL, supersedes TEXT NOT NULL, until_ms INTEGER)",
  "CREATE INDEX IF NOT EXISTS feed_seq ON feed (seq)",
];
