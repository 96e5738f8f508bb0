import { createHash, createHmac } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  DatabaseSync,
  type SQLOutputValue,
  type StatementSync,
} from "node:sqlite";
import { persistencePath } from "../node/state.ts";
import { inBatches } from "./batches.ts";

const className = "miniflare-KVNamespaceObject";

/** How many files are open at once. */
const filesAtOnce = 100;

/**
 * What the local runtime has written of a KV namespace below a folder of state: an SQLite database with a row for each key, and a
 * file for each value. It is read only, also while a runtime writes it: no runtime need start for that.
 */
export class KvFiles {
  readonly #databasePath: string;
  readonly #valuesPath: string;
  #database: DatabaseSync | null = null;
  readonly #statements = new Map<string, StatementSync>();

  constructor(statePath: string, namespace: string) {
    const path = join(persistencePath(statePath), "kv");
    this.#databasePath = join(path, className, `${objectId(namespace)}.sqlite`);
    this.#valuesPath = join(path, encodeURIComponent(namespace), "blobs");
  }

  /** In the order of their bytes, without those that have expired. */
  keys(prefix: string, nowMs: number): string[] {
    return this.#select(
      `SELECT key FROM _mf_entries
        WHERE key >= :prefix AND substr(key, 1, length(:prefix)) = :prefix
          AND (expiration IS NULL OR expiration > :now)
        ORDER BY key`,
      { prefix, now: nowMs },
    ).map(({ key }) => String(key));
  }

  /** A text, or null where there is none, for each of the keys. */
  async read(
    keys: readonly string[],
    nowMs: number,
  ): Promise<Map<string, string | null>> {
    return new Map(
      await inBatches(keys, filesAtOnce, async (key) => [
        key,
        await this.#text(key, nowMs),
      ]),
    );
  }

  close(): void {
    this.#statements.clear();
    this.#database?.close();
    this.#database = null;
  }

  /** A value that is replaced meanwhile is in another file by then. */
  async #text(key: string, nowMs: number): Promise<string | null> {
    for (let id = this.#valueId(key, nowMs); id !== null;) {
      const path = join(this.#valuesPath, id);
      const text = await readFile(path, "utf8").then(
        undefined,
        (error: unknown) => {
          if (this.#valueId(key, nowMs) === id) throw error;
          return null;
        },
      );
      if (text !== null) return text;
      id = this.#valueId(key, nowMs);
    }
    return null;
  }

  #valueId(key: string, nowMs: number): string | null {
    const [row] = this.#select(
      `SELECT blob_id FROM _mf_entries
        WHERE key = :key AND (expiration IS NULL OR expiration > :now)`,
      { key, now: nowMs },
    );
    return row === undefined ? null : String(row["blob_id"]);
  }

  /** None as long as nothing was ever written. */
  #select(
    sql: string,
    values: Readonly<Record<string, string | number>>,
  ): Record<string, SQLOutputValue>[] {
    if (this.#database === null && existsSync(this.#databasePath))
      this.#database = new DatabaseSync(this.#databasePath, { readOnly: true });
    if (this.#database === null) return [];
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement.all(values);
  }
}

/** The id that the local runtime gives the Durable Object in which it keeps a namespace; its file is called so. */
function objectId(namespace: string): string {
  const key = createHash("sha256").update(className).digest();
  const half = (data: string | Buffer) =>
    createHmac("sha256", key).update(data).digest().subarray(0, 16);
  const ofName = half(namespace);
  return Buffer.concat([ofName, half(ofName)]).toString("hex");
}
