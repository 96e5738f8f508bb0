import { fromBase64, toBase64 } from "./base64.ts";
import { keysOfEntry, type NewEntry } from "./entry.ts";
import { append, leafHash, rootOf, type Tree } from "./merkle.ts";
import type { Sql } from "./ports.ts";

/** An entry as it is kept. Its text is what is hashed and exported, byte by byte. */
export interface LedgerLine {
  seq: number;
  text: string;
  /** The leaf of the tree, in base64. */
  leaf: string;
}

/** The ledger's tables: entries, which are never changed, and the heads that were signed. Called within a transaction. */
export class Ledger {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    for (const statement of tables) sql.all(statement);
  }

  append(entry: NewEntry): number {
    const tree = this.tree();
    const seq = tree.size + 1;
    const text = JSON.stringify({ seq, ...entry });
    const leaf = leafHash(text);
    this.#sql.all(
      "INSERT INTO entry (seq, text, leaf) VALUES (?, ?, ?)",
      seq,
      text,
      toBase64(leaf),
    );
    for (const key of keysOfEntry(entry))
      this.#sql.all("INSERT INTO entry_key (key, seq) VALUES (?, ?)", key, seq);
    this.#writeTree(append(tree, leaf));
    return seq;
  }

  /** How many entries there are. */
  size(): number {
    return Number(this.#meta("size") ?? 0);
  }

  tree(): Tree {
    const size = this.size();
    const frontier = (this.#meta("frontier") ?? "")
      .split(" ")
      .filter((text) => text !== "")
      .map((text) => fromBase64(text) ?? new Uint8Array());
    return { size, frontier };
  }

  root(): Uint8Array {
    return rootOf(this.tree());
  }

  /** In ascending order, after an entry's number. */
  after(seq: number, limit: number): LedgerLine[] {
    return this.#sql
      .all(
        "SELECT seq, text, leaf FROM entry WHERE seq > ? ORDER BY seq LIMIT ?",
        seq,
        limit,
      )
      .map(lineOf);
  }

  /** In descending order, before an entry's number, of those about one of the keys; of all where there are none. */
  before(
    seq: number,
    { keys, limit }: { keys: readonly string[] | null; limit: number },
  ): LedgerLine[] {
    if (keys === null)
      return this.#sql
        .all(
          "SELECT seq, text, leaf FROM entry WHERE seq < ? ORDER BY seq DESC LIMIT ?",
          seq,
          limit,
        )
        .map(lineOf);
    return this.#sql
      .all(
        `SELECT seq, text, leaf FROM entry WHERE seq < ? AND seq IN
          (SELECT seq FROM entry_key WHERE key IN (SELECT value FROM json_each(?)))
          ORDER BY seq DESC LIMIT ?`,
        seq,
        JSON.stringify(keys),
        limit,
      )
      .map(lineOf);
  }

  find(seq: number): LedgerLine | null {
    return this.after(seq - 1, 1).find((line) => line.seq === seq) ?? null;
  }

  /** Keeps a signed head. */
  keepHead(size: number, note: string): void {
    this.#sql.all(
      "INSERT OR REPLACE INTO head (size, note) VALUES (?, ?)",
      size,
      note,
    );
  }

  /** The signed heads of more than so many entries, the smallest first. */
  heads(aboveSize: number, limit: number): { size: number; note: string }[] {
    return this.#sql
      .all(
        "SELECT size, note FROM head WHERE size > ? ORDER BY size LIMIT ?",
        aboveSize,
        limit,
      )
      .map(({ size, note }) => ({ size: Number(size), note: String(note) }));
  }

  lastHead(): { size: number; note: string } | null {
    const [row] = this.#sql.all(
      "SELECT size, note FROM head ORDER BY size DESC LIMIT 1",
    );
    return row === undefined
      ? null
      : { size: Number(row["size"]), note: String(row["note"]) };
  }

  #writeTree({ size, frontier }: Tree): void {
    this.#setMeta("size", String(size));
    this.#setMeta("frontier", frontier.map(toBase64).join(" "));
  }

  #meta(name: string): string | null {
    const [row] = this.#sql.all(
      "SELECT value FROM ledger_meta WHERE name = ?",
      name,
    );
    return row === undefined ? null : String(row["value"]);
  }

  #setMeta(name: string, value: string): void {
    this.#sql.all(
      "INSERT OR REPLACE INTO ledger_meta (name, value) VALUES (?, ?)",
      name,
      value,
    );
  }
}

function lineOf(row: Readonly<Record<string, unknown>>): LedgerLine {
  return {
    seq: Number(row["seq"]),
    text: String(row["text"]),
    leaf: String(row["leaf"]),
  };
}

const tables = [
  "CREATE TABLE IF NOT EXISTS entry (seq INTEGER PRIMARY KEY, text TEXT NOT NULL, leaf TEXT NOT NULL)",
  "CREATE TABLE IF NOT EXISTS entry_key (key TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (key, seq)) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS head (size INTEGER PRIMARY KEY, note TEXT NOT NULL)",
  "CREATE TABLE IF NOT EXISTS ledger_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
];
