import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { prepareCache } from "../../src/cli/cache-files.ts";
import type { Disk } from "../../src/cli/disk.ts";
import { cachePath } from "../../src/node/state.ts";
import { request } from "./request.ts";
import { origin, startRig, type Rig } from "./rig.ts";

const mebibyte = 2 ** 20;
const roomy: Disk = { freeBytes: 1000 * mebibyte, reservedBytes: mebibyte };

let rig: Rig;
afterEach(() => rig.close());

const blobsPath = () => join(cachePath(rig.statePath), "default/blobs");

/** What the cache has on the disk, by the files themselves. */
function keptBytes(): number {
  const names = existsSync(blobsPath()) ? readdirSync(blobsPath()) : [];
  let sum = 0;
  for (const name of names)
    sum +=
      statSync(join(blobsPath(), name), { throwIfNoEntry: false })?.size ?? 0;
  return sum;
}

/** A site whose every URL has a body of that many bytes, without a validator; what it returns asks for one, and says whether all of it came. */
async function site(bytes: number) {
  const body = Buffer.alloc(bytes, "abcdefg");
  const address = await origin((_request, response) => {
    response.setHeader("Cache-Control", "max-age=600");
    response.end(body);
  });
  await rig.site("big", [address]);
  return async (path: string, fields: Record<string, string> = {}) => {
    const answer = await request(rig.port, "big.localhost", path, { fields });
    return answer.status === 200 && answer.body.equals(body);
  };
}

async function health(): Promise<object> {
  const path = "/.well-known/portcullis/health";
  const { status, body } = await request(rig.port, "any.localhost", path);
  expect(status).toBe(200);
  return JSON.parse(body.toString());
}

test.each([
  ["1 MiB", mebibyte, 1],
  ["more", 2.5 * mebibyte, 2],
])(
  "of a URL of %s (%i bytes) that is asked for anew 20 times, the disk has no more than %i bodies",
  async (_, bytes, bodies) => {
    rig = await startRig();
    const get = await site(bytes);
    for (let times = 0; times < 20; times += 1)
      expect(await get("/", { "cache-control": "no-cache" })).toBe(true);
    // Beside the bodies there are some texts.
    await expect.poll(keptBytes).toBeLessThan(bodies * bytes + mebibyte / 10);
    expect(await get("/")).toBe(true);
  },
);

test("the cache stays within its limit while visitors fill it, and they get everything", async () => {
  const maxBytes = 8 * mebibyte;
  let usedBytes = () => 0;
  const disk = async (): Promise<Disk> => ({
    ...roomy,
    freeBytes: roomy.freeBytes - usedBytes(),
  });
  rig = await startRig({}, { cache: { maxBytes, disk } });
  usedBytes = keptBytes;
  const get = await site(1.5 * mebibyte);
  for (let round = 0; round < 4; round += 1) {
    for (let n = 0; n < 10; n += 1)
      expect(await get(`/${round}/${n}`)).toBe(true);
    await expect.poll(keptBytes, { timeout: 10_000 }).toBeLessThan(maxBytes);
    // Room again, for what is asked for next.
    await expect.poll(health).toMatchObject({ status: "ok", cache: "ok" });
  }
});

async function expectDropped(): Promise<void> {
  await rig.put("customer:big", "deny");
  await expect
    .poll(async () => (await request(rig.port, "big.localhost", "/0")).status)
    .toBe(403);
}

test("on a disk that is short nothing is written, visitors get everything, health and one line of the log say so, and a drop takes effect", async () => {
  let disk: Disk = { ...roomy, freeBytes: 0 };
  rig = await startRig(
    {},
    { cache: { maxBytes: 100 * mebibyte, disk: async () => disk } },
  );
  const get = await site(2.5 * mebibyte);
  for (let n = 0; n < 10; n += 1) expect(await get(`/${n}`)).toBe(true);
  expect(keptBytes()).toBe(0);
  expect(await health()).toEqual({
    status: "degraded",
    list: "readable",
    cache: "full",
  });
  const lines = rig.log.filter((line) => line.includes("pop-cache-failed"));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("no room");

  await expectDropped();
  await rig.put("customer:big", "allow");

  disk = roomy;
  await expect.poll(health).toMatchObject({ status: "ok", cache: "ok" });
  await get("/again");
  await expect.poll(keptBytes).toBeGreaterThan(2.5 * mebibyte);
});

test("a cache whose folder is gone keeps no visitor from anything, and no drop from taking effect", async () => {
  rig = await startRig();
  const get = await site(3.5 * mebibyte);
  await get("/before");
  rmSync(blobsPath(), { recursive: true });
  writeFileSync(blobsPath(), "");
  for (const path of ["/0", "/1", "/2", "/before", "/0"])
    expect(await get(path)).toBe(true);
  await expectDropped();
});

test("what a runtime that was killed had begun to write is deleted at the next start", async () => {
  rig = await startRig();
  const get = await site(mebibyte);
  await get("/");
  await expect.poll(keptBytes).toBeGreaterThan(mebibyte);
  const before = readdirSync(blobsPath()).length;
  mkdirSync(blobsPath(), { recursive: true });
  writeFileSync(join(blobsPath(), "stray"), "left over");
  await prepareCache(rig.statePath, { cacheBytes: 1e9, runtime: "bundle" });
  expect(readdirSync(blobsPath())).toHaveLength(before);
  await prepareCache(rig.statePath, { cacheBytes: 1e6, runtime: "dev" });
  expect(existsSync(blobsPath())).toBe(false);
});
