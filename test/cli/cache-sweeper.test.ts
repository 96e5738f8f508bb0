import { describe, expect, test } from "vitest";
import { CacheSweeper, type SweptCache } from "../../src/cli/cache-sweeper.ts";

const maxBytes = 1_000;
const reservedBytes = 100;

/** A cache of entries in the order of their writing, on a disk of so many bytes that others use a part of. */
class FakeCache implements SweptCache {
  entries: { url: string; bytes: number }[] = [];
  diskBytes = 100_000;
  othersBytes = 0;
  counts = 0;
  #written = 0;

  disk = async () => ({
    freeBytes: this.diskBytes - this.othersBytes - this.#sum(),
    reservedBytes,
  });
  usedBytes = async () => {
    this.counts += 1;
    return this.#sum();
  };
  oldest = (limit: number) => this.entries.slice(0, limit);
  evict: SweptCache["evict"] = async (url) => {
    this.entries = this.entries.filter((entry) => entry.url !== url);
  };
  write(count: number, bytes: number): void {
    for (let n = 0; n < count; n += 1) {
      this.#written += 1;
      this.entries.push({ url: `/${this.#written}`, bytes });
    }
  }
  #sum = () => this.entries.reduce((sum, { bytes }) => sum + bytes, 0);
}

function swept(): { cache: FakeCache; sweeper: CacheSweeper } {
  const cache = new FakeCache();
  return { cache, sweeper: new CacheSweeper(cache, maxBytes) };
}

describe("a sweep of the cache", () => {
  test("leaves alone what is within the limit", async () => {
    const { cache, sweeper } = swept();
    cache.write(9, 100);
    expect(await sweeper.sweep(0)).toBe(false);
    expect(sweeper.room).toBe("room");
    expect(cache.entries).toHaveLength(9);
  });

  test("evicts what was written longest ago, from nine tenths of the limit on", async () => {
    const { cache, sweeper } = swept();
    cache.write(12, 100);
    expect(await sweeper.sweep(0)).toBe(false);
    expect(sweeper.room).toBe("room");
    expect(cache.entries.map(({ url }) => url)).toEqual([
      "/4",
      "/5",
      "/6",
      "/7",
      "/8",
      "/9",
      "/10",
      "/11",
      "/12",
    ]);
  });

  test("evicts 200 entries at most, has another follow, and lets nothing be written until it is within the limit", async () => {
    const { cache, sweeper } = swept();
    cache.write(500, 10);
    expect(await sweeper.sweep(0)).toBe(true);
    expect(sweeper.room).toBe("size-reached");
    expect(cache.entries).toHaveLength(300);
    expect(await sweeper.sweep(0)).toBe(true);
    expect(await sweeper.sweep(0)).toBe(false);
    expect(sweeper.room).toBe("room");
    expect(cache.entries).toHaveLength(90);
  });

  test("where nothing can be evicted only says that nothing may be written", async () => {
    const { cache, sweeper } = swept();
    cache.evict = null;
    cache.write(10, 100);
    expect(await sweeper.sweep(0)).toBe(false);
    expect(sweeper.room).toBe("size-reached");
    expect(cache.entries).toHaveLength(10);
  });

  test("on a disk that others fill evicts everything, and lets nothing be written", async () => {
    const { cache, sweeper } = swept();
    cache.write(5, 100);
    cache.othersBytes = cache.diskBytes - 550;
    expect(await sweeper.sweep(0)).toBe(false);
    expect(sweeper.room).toBe("room");
    cache.othersBytes = cache.diskBytes - 99;
    expect(await sweeper.sweep(1)).toBe(true);
    expect(await sweeper.sweep(1)).toBe(false);
    expect(cache.entries).toEqual([]);
    expect(sweeper.room).toBe("disk-short");
    cache.othersBytes = 0;
    await sweeper.sweep(2);
    expect(sweeper.room).toBe("room");
  });

  test("keeps room on the disk for the list, however large the cache may be", async () => {
    const { cache, sweeper } = swept();
    cache.diskBytes = 600;
    cache.write(55, 10);
    expect((await cache.disk()).freeBytes).toBeLessThan(reservedBytes);
    await sweeper.sweep(0);
    expect((await cache.disk()).freeBytes).toBeGreaterThan(reservedBytes);
    expect(sweeper.room).toBe("room");
  });

  test("counts everything at first, a second after it has evicted, and when half a minute has passed or the disk says that it may be too much", async () => {
    const { cache, sweeper } = swept();
    cache.write(5, 100);
    await sweeper.sweep(0);
    await sweeper.sweep(1_000);
    cache.write(2, 100);
    await sweeper.sweep(2_000);
    expect(cache.counts).toBe(1);
    cache.write(3, 100);
    await sweeper.sweep(3_000);
    expect(cache.counts).toBe(2);
    expect(cache.entries).toHaveLength(9);
    await sweeper.sweep(3_999);
    expect(cache.counts).toBe(2);
    await sweeper.sweep(4_000);
    expect(cache.counts).toBe(3);
    await sweeper.sweep(33_999);
    expect(cache.counts).toBe(3);
    await sweeper.sweep(34_000);
    expect(cache.counts).toBe(4);
  });
});
