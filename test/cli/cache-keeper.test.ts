import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test } from "vitest";
import { prepareCache } from "../../src/cli/cache-files.ts";
import {
  startCacheKeeper,
  type CacheKeeper,
} from "../../src/cli/cache-keeper.ts";
import type { Disk } from "../../src/cli/disk.ts";

const roomy: Disk = { freeBytes: 1e9, reservedBytes: 1e6 };

const statePath = mkdtempSync(join(tmpdir(), "portcullis-keeper-"));
const cachePath = join(statePath, "v3/cache");
const databasePath = join(cachePath, "miniflare-CacheObject/1.sqlite");
let keeper: CacheKeeper;
afterEach(() => {
  keeper.close();
  rmSync(cachePath, { recursive: true, force: true });
});

/** A database of the local Cache API with entries of a mebibyte. */
function writeEntries(urls: readonly string[]): DatabaseSync {
  mkdirSync(join(databasePath, ".."), { recursive: true });
  const database = new DatabaseSync(databasePath);
  database.exec(
    "CREATE TABLE _mf_entries (key TEXT PRIMARY KEY, blob_id TEXT, expiration INTEGER, metadata TEXT)",
  );
  const insert = database.prepare(
    "INSERT INTO _mf_entries VALUES (?, 'b', ?, ?)",
  );
  for (const url of urls)
    insert.run(url, Date.now() + 1e6, JSON.stringify({ size: 2 ** 20 }));
  return database;
}

async function answer(address = keeper.address): Promise<number> {
  return (await fetch(address)).status;
}

test("a keeper says that there is room, and hangs up on whoever does not know its key", async () => {
  keeper = await startCacheKeeper(statePath, { maxBytes: 1e8 });
  expect(await answer()).toBe(204);
  await expect(answer(new URL(keeper.address).origin)).rejects.toThrow(
    "fetch failed",
  );
});

test("a disk that fills is noticed at the next question", async () => {
  let disk = roomy;
  keeper = await startCacheKeeper(statePath, {
    maxBytes: 1e8,
    disk: async () => disk,
  });
  expect(await answer()).toBe(204);
  disk = { ...roomy, freeBytes: 0 };
  expect(await answer()).toBe(507);
});

test("what is too much is evicted by way of the runtime, the oldest first", async () => {
  const database = writeEntries(["/3", "/1", "/2"]);
  const disk = async () => roomy;
  keeper = await startCacheKeeper(statePath, { maxBytes: 2e6, disk });
  expect(await answer()).toBe(507);
  const evicted: string[] = [];
  const remove = database.prepare("DELETE FROM _mf_entries WHERE key = ?");
  keeper.evictThrough({
    getCaches: async () => ({
      default: {
        delete: async (url) => {
          evicted.push(url);
          return remove.run(url).changes > 0;
        },
      },
    }),
  });
  await expect.poll(() => answer()).toBe(204);
  expect(evicted).toEqual(["/3", "/1"]);
  database.close();
});

test("a sweep that fails lets nothing be written, and the next one is made all the same", async () => {
  mkdirSync(join(databasePath, ".."), { recursive: true });
  writeFileSync(databasePath, "no database, however long it may be".repeat(99));
  keeper = await startCacheKeeper(statePath, { maxBytes: 1e8 });
  expect(await answer()).toBe(507);
  rmSync(databasePath);
  await expect.poll(() => answer()).toBe(204);
});

test("a runtime that fails for a while is asked again", async () => {
  const database = writeEntries(["/1", "/2"]);
  const disk = async () => roomy;
  keeper = await startCacheKeeper(statePath, { maxBytes: 1e6, disk });
  let failures = 2;
  const caches = {
    default: {
      delete: async () => {
        database.exec("DELETE FROM _mf_entries");
        return true;
      },
    },
  };
  keeper.evictThrough({
    getCaches: async () => {
      failures -= 1;
      if (failures >= 0) throw new Error("fetch failed");
      return caches;
    },
  });
  await expect.poll(() => answer(), { timeout: 10_000 }).toBe(204);
  database.close();
});

test("a cache that cannot be read is emptied before the runtime starts", async () => {
  mkdirSync(join(databasePath, ".."), { recursive: true });
  writeFileSync(databasePath, "no database, however long it may be".repeat(99));
  await prepareCache(statePath, { cacheBytes: 1e8, runtime: "bundle" });
  keeper = await startCacheKeeper(statePath, { maxBytes: 1e8 });
  expect(await answer()).toBe(204);
});
