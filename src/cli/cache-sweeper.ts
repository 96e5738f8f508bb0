import type { CacheFile } from "./cache-files.ts";
import { isShort, type Disk } from "./disk.ts";

/** What a sweep asks of the outside. */
export interface SweptCache {
  disk(): Promise<Disk>;
  usedBytes(): Promise<number>;
  /** The first to be evicted. */
  oldest(limit: number): CacheFile[];
  /** Null where nothing can be evicted while the edge runs. */
  evict: ((url: string) => Promise<unknown>) | null;
}

/** Whether the cache may be written, and if not, why: its own limit, or the disk's. */
type CacheRoom = "room" | "size-reached" | "disk-short";

/** Evicting begins at this share of the limit, so that nobody has to wait for it. */
const evictedFrom = 0.9;

/** And at so many times of what is left free. */
const evictedBelow = 1.25;

/** Most entries that one sweep evicts. */
const maxEvicted = 200;

/** To count everything takes a moment: after so long, or when the disk says that what was written since would not fit. */
const countedAgainMs = 30_000;

/** Evicted files leave the disk a moment later than their entries; until then what it has free says too little. */
const countedAfterEvictingMs = 1_000;

/** Holds a cache within its limit, and its disk free for the list. */
export class CacheSweeper {
  readonly #cache: SweptCache;
  readonly #maxBytes: number;
  #room: CacheRoom = "size-reached";
  #usedBytes = 0;
  #counted: { dueAtMs: number; freeBytes: number } | null = null;

  constructor(cache: SweptCache, maxBytes: number) {
    this.#cache = cache;
    this.#maxBytes = maxBytes;
  }

  /** As the last sweep left it. */
  get room(): CacheRoom {
    return this.#room;
  }

  /** Looks whether there is room, and evicts a number of entries where there is little; true when another sweep should follow. */
  async sweep(nowMs: number): Promise<boolean> {
    let disk = await this.#cache.disk();
    await this.#count(disk, nowMs);
    this.#room = this.#roomOn(disk);
    const evicted = await this.#evict(this.#excess(disk));
    if (!evicted) return false;
    disk = await this.#cache.disk();
    this.#counted = {
      dueAtMs: nowMs + countedAfterEvictingMs,
      freeBytes: disk.freeBytes,
    };
    this.#room = this.#roomOn(disk);
    return this.#excess(disk) > 0;
  }

  async #count({ freeBytes }: Disk, nowMs: number): Promise<void> {
    const counted = this.#counted;
    const grownBytes = (counted?.freeBytes ?? 0) - freeBytes;
    const isDue =
      counted === null ||
      nowMs >= counted.dueAtMs ||
      (grownBytes > 0 &&
        this.#usedBytes + grownBytes > evictedFrom * this.#maxBytes);
    if (!isDue) return;
    this.#usedBytes = await this.#cache.usedBytes();
    this.#counted = { dueAtMs: nowMs + countedAgainMs, freeBytes };
  }

  #roomOn(disk: Disk): CacheRoom {
    if (isShort(disk)) return "disk-short";
    return this.#usedBytes < this.#maxBytes ? "room" : "size-reached";
  }

  /** How many bytes should go. */
  #excess({ freeBytes, reservedBytes }: Disk): number {
    return Math.max(
      this.#usedBytes - evictedFrom * this.#maxBytes,
      evictedBelow * reservedBytes - freeBytes,
    );
  }

  async #evict(excessBytes: number): Promise<boolean> {
    const { evict } = this.#cache;
    if (excessBytes <= 0 || evict === null) return false;
    let evictedBytes = 0;
    for (const { url, bytes } of this.#cache.oldest(maxEvicted)) {
      if (evictedBytes >= excessBytes) break;
      await evict(url);
      evictedBytes += bytes;
    }
    this.#usedBytes = Math.max(this.#usedBytes - evictedBytes, 0);
    return evictedBytes > 0;
  }
}
