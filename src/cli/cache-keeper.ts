import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { CacheFiles } from "./cache-files.ts";
import { CacheSweeper, type SweptCache } from "./cache-sweeper.ts";
import { isShort, readDisk, shortage, type Disk } from "./disk.ts";

/**
 * Holds the cache of a local edge within its limits, and tells the Worker whether the cache may be written: it shares its disk
 * with the list, and visitors who fill that disk would keep a customer from being dropped.
 */
export interface CacheKeeper {
  /** For the Worker's variable CACHE_KEEPER. Nobody else has the key that is in it. */
  address: string;
  /** From now on entries are evicted by way of the runtime that has the cache. */
  evictThrough(runtime: { getCaches(): Promise<Caches> }): void;
  close(): void;
}

interface CacheLimits {
  maxBytes: number;
  /** The disk of the state, unless told otherwise. */
  disk?: () => Promise<Disk>;
}

interface Caches {
  default: { delete(url: string): Promise<boolean> };
}

/** Less can be written meanwhile than the disk's reserve. */
const betweenSweepsMs = 500;

/** A runtime that is started again meanwhile may never answer. */
const sweepDeadlineMs = 30_000;

/** A disk that is short now and then is told of no more often than this. */
const betweenMessagesMs = 60_000;

export async function startCacheKeeper(
  statePath: string,
  { maxBytes, disk = () => readDisk(statePath) }: CacheLimits,
): Promise<CacheKeeper> {
  const files = new CacheFiles(statePath);
  const cache: SweptCache = {
    disk,
    usedBytes: () => files.usedBytes(),
    oldest: (limit) => files.oldest(limit, Date.now()),
    evict: null,
  };
  const sweeps = new Sweeps(new CacheSweeper(cache, maxBytes), cache);
  await sweeps.sweep();
  const key = randomBytes(32).toString("hex");
  const server = createServer((request, response) => {
    if (request.url !== `/${key}`) request.destroy();
    else void answer(response, sweeps);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const listening = server.address();
  const port = typeof listening === "object" ? listening?.port : listening;
  const end = new AbortController();
  void sweeps.goOn(end.signal);
  return {
    address: `http://127.0.0.1:${port}/${key}`,
    evictThrough: (runtime) => {
      cache.evict = async (url) =>
        (await runtime.getCaches()).default.delete(url);
    },
    close: () => {
      end.abort();
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(response: ServerResponse, sweeps: Sweeps): Promise<void> {
  const hasRoom = await sweeps.hasRoom();
  response.writeHead(hasRoom ? 204 : 507).end();
}

interface Swept {
  /** Should another sweep follow at once? */
  isBehind: boolean;
  /** For people: why the cache is not written for longer than a moment. */
  problem: string | null;
}

/** One sweep after another. What goes wrong with one of them is told, and ends nothing. */
class Sweeps {
  readonly #sweeper: CacheSweeper;
  readonly #cache: Pick<SweptCache, "disk">;
  #problem: string | null = null;
  #reported: { problem: string | null; atMs: number } = {
    problem: null,
    atMs: -Infinity,
  };

  constructor(sweeper: CacheSweeper, cache: Pick<SweptCache, "disk">) {
    this.#sweeper = sweeper;
    this.#cache = cache;
  }

  /** The disk may have filled since the last sweep. Not where nobody knows how full it is. */
  async hasRoom(): Promise<boolean> {
    if (this.#problem !== null || this.#sweeper.room !== "room") return false;
    return this.#cache.disk().then(
      (disk) => !isShort(disk),
      () => false,
    );
  }

  async goOn(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { isBehind } = await this.sweep();
      await pause(isBehind ? 0 : betweenSweepsMs, null, { ref: false });
    }
  }

  async sweep(): Promise<Swept> {
    const done = new AbortController();
    const overdue = pause(sweepDeadlineMs, null, { signal: done.signal }).then(
      () => Promise.reject(new Error("the runtime does not answer")),
    );
    const swept = await Promise.race([this.#sweepOnce(), overdue]).then(
      (result) => result,
      (error: unknown): Swept => ({
        isBehind: false,
        problem: `The cache cannot be swept, and is not written: ${String(error)}`,
      }),
    );
    done.abort();
    this.#problem = swept.problem;
    this.#report();
    return swept;
  }

  async #sweepOnce(): Promise<Swept> {
    const isBehind = await this.#sweeper.sweep(Date.now());
    const problem =
      this.#sweeper.room === "disk-short"
        ? shortage(await this.#cache.disk())
        : null;
    return { isBehind, problem };
  }

  #report(): void {
    const problem = this.#problem;
    const isNews = (problem === null) !== (this.#reported.problem === null);
    const atMs = performance.now();
    if (!isNews || atMs - this.#reported.atMs < betweenMessagesMs) return;
    this.#reported = { problem, atMs };
    console.error(problem ?? "The cache is written again.");
  }
}
