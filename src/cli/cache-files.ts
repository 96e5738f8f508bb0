import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { setImmediate as turn } from "node:timers/promises";
import { cachePath, emptyCache } from "../node/state.ts";
import type { StartOptions } from "./options.ts";

/** An entry of the local Cache API, and what it takes of the disk. */
export interface CacheFile {
  url: string;
  bytes: number;
}

/** Of a body, in whole blocks of a file system, and of its row with the index of rows. */
const bytesOfRow = `(json_extract(metadata, '$.size') + 4095) / 4096 * 4096 + 1024`;

/** How many rows are counted before others get their turn. */
const rowsAtOnce = 10_000;

/**
 * What the local runtime has written of the Cache API below a folder of state: an SQLite database with a row for each entry, in
 * the order of their writing, and a file for each body. It is read only; entries are deleted by way of the runtime, so that row
 * and file go together.
 */
export class CacheFiles {
  readonly #path: string;
  #database: DatabaseSync | null = null;

  constructor(statePath: string) {
    this.#path = cachePath(statePath);
  }

  /** What all entries take of the disk. */
  async usedBytes(): Promise<number> {
    let sum = 0;
    for (let after = 0; ;) {
      const [row] = this.#select(
        `SELECT count(*) AS rows, max(rowid) AS last, sum(${bytesOfRow}) AS bytes FROM (
           SELECT rowid, metadata FROM _mf_entries WHERE rowid > ? ORDER BY rowid LIMIT ${rowsAtOnce})`,
        after,
      );
      sum += Number(row?.["bytes"] ?? 0);
      after = Number(row?.["last"] ?? 0);
      if (Number(row?.["rows"] ?? 0) < rowsAtOnce) return sum;
      await turn();
    }
  }

  /** Those that have expired, and those written longest ago. */
  oldest(limit: number, nowMs: number): CacheFile[] {
    const columns = `key AS url, ${bytesOfRow} AS bytes`;
    const rows = [
      ...this.#select(
        `SELECT ${columns} FROM _mf_entries WHERE expiration <= ? ORDER BY expiration LIMIT ${limit}`,
        nowMs,
      ),
      ...this.#select(
        `SELECT ${columns} FROM _mf_entries WHERE expiration > ? ORDER BY rowid LIMIT ${limit}`,
        nowMs,
      ),
    ];
    return rows.slice(0, limit).map(({ url, bytes }) => ({
      url: String(url),
      bytes: Number(bytes),
    }));
  }

  /** Deletes files that no row names: what a runtime had begun to write when it was killed. Answers with what is left. */
  async tidy(): Promise<number> {
    const folder = join(this.#path, "default/blobs");
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const rows = this.#select("SELECT blob_id FROM _mf_entries");
    const known = new Set(rows.map(({ blob_id: id }) => id));
    for (const name of names)
      if (!known.has(name)) rmSync(join(folder, name), { force: true });
    return this.usedBytes();
  }

  close(): void {
    this.#database?.close();
    this.#database = null;
  }

  /** None as long as nothing was ever kept. */
  #select(
    sql: string,
    ...values: readonly number[]
  ): Record<string, SQLOutputValue>[] {
    this.#database ??= this.#open();
    return this.#database?.prepare(sql).all(...values) ?? [];
  }

  #open(): DatabaseSync | null {
    const folder = join(this.#path, "miniflare-CacheObject");
    const names = existsSync(folder) ? readdirSync(folder) : [];
    for (const name of names) {
      if (!name.endsWith(".sqlite") || name === "metadata.sqlite") continue;
      const path = join(folder, name);
      const database = new DatabaseSync(path, { readOnly: true });
      const [table] = database
        .prepare("SELECT 1 FROM sqlite_schema WHERE name = '_mf_entries'")
        .all();
      if (table !== undefined) return database;
      database.close();
    }
    return null;
  }
}

/**
 * Before any runtime has opened it. What cannot be read is emptied, and what has reached its limit too where the runtime is the
 * development server: nothing is evicted from that, so it would never be written again.
 */
export async function prepareCache(
  statePath: string,
  { cacheBytes, runtime }: Pick<StartOptions, "cacheBytes" | "runtime">,
): Promise<void> {
  const files = new CacheFiles(statePath);
  const usedBytes = await files.tidy().then(
    (bytes) => bytes,
    () => Infinity,
  );
  files.close();
  const isHopeless = usedBytes === Infinity;
  if (isHopeless || (runtime === "dev" && usedBytes >= cacheBytes))
    await emptyCache(statePath);
}
