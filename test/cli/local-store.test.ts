import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";
import { expect, test } from "vitest";
import { KvFiles } from "../../src/cli/kv-files.ts";
import { openLocalStore } from "../../src/cli/local-store.ts";
import { localRuntime } from "../../src/node/state.ts";
import { openStore } from "./open-store.ts";

test("several processes that write one store at once lose nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-store-"));
  const stores = [1, 2].map(() => openStore(folder));
  const written = await Promise.all(
    stores.map((store, writer) =>
      store.write(
        new Map(
          Array.from({ length: 50 }, (_, n) => [`${writer}-${n}`, "allow"]),
        ),
      ),
    ),
  );
  expect(written).toEqual(stores.map(() => ({ ok: true, value: null })));
  const [store] = stores;
  const keys = await store?.keys("");
  expect(keys?.ok === true && keys.value.length).toBe(100);
  await Promise.all(stores.map(async (one) => one.close()));
  rmSync(folder, { recursive: true });
});

test("more keys than one read takes are all read, and so are values too large to be read together", async () => {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-store-"));
  const store = openStore(folder);
  const large = "x".repeat(20 * 2 ** 20);
  const records = new Map<string, string>([
    ["large-1", large],
    ["large-2", large],
    ...Array.from({ length: 250 }, (_, n) => [`k${n}`, `v${n}`] as const),
  ]);
  await store.write(records);
  const read = await store.read([...records.keys(), "absent"]);
  await store.close();
  expect(read).toEqual({
    ok: true,
    value: new Map<string, string | null>([...records, ["absent", null]]),
  });
  rmSync(folder, { recursive: true });
});

test("who reads while another writes finds every value whole, the old one or the new one", async () => {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-store-"));
  const writer = openStore(folder);
  const reader = openStore(folder);
  expect(await reader.keys("")).toEqual({ ok: true, value: [] });
  const values = ["a".repeat(10_000), "b".repeat(20_000)];
  const key = "customer:forum";
  await writer.write(new Map([[key, values[0] ?? ""]]));
  const state = { isWriting: true };
  const writing = (async () => {
    for (let n = 0; n < 200; n += 1)
      await writer.write(new Map([[key, values[n % 2] ?? ""]]));
    state.isWriting = false;
  })();
  const seen = new Set<string | null | undefined>();
  while (state.isWriting) {
    const read = await reader.read([key]);
    seen.add(read.ok ? read.value.get(key) : read.problem);
  }
  await writing;
  expect(seen).toEqual(new Set(values));
  await writer.write(new Map([[key, null]]));
  expect(await reader.read([key])).toEqual({
    ok: true,
    value: new Map([[key, null]]),
  });
  await Promise.all([writer.close(), reader.close()]);
  rmSync(folder, { recursive: true });
});

test("keys with a prefix are those, in the order of their bytes, and none that has expired", async () => {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-store-"));
  const store = openStore(folder);
  const keys = ["host:ä.example", "host:a.example", "host", "host;b", "site:a"];
  await store.write(new Map(keys.map((key) => [key, "1"])));
  expect(await store.keys("host:")).toEqual({
    ok: true,
    value: ["host:a.example", "host:ä.example"],
  });
  await store.close();
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      ...localRuntime(folder),
      modules: true,
      script: "export default {}",
      kvNamespaces: { CUSTOMERS: "CUSTOMERS" },
    }),
  );
  const kv = await runtime.getKVNamespace("CUSTOMERS");
  await kv.put("host:short.example", "1", { expirationTtl: 60 });
  await runtime.dispose();
  const files = new KvFiles(folder, "CUSTOMERS");
  const inAMinute = Date.now() + 61_000;
  expect(files.keys("host:s", Date.now())).toEqual(["host:short.example"]);
  expect(files.keys("host:s", inAMinute)).toEqual([]);
  expect(await files.read(["host:short.example"], inAMinute)).toEqual(
    new Map([["host:short.example", null]]),
  );
  files.close();
  rmSync(folder, { recursive: true });
});

test("a file is no store", () => {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-store-"));
  const file = join(folder, "file");
  writeFileSync(file, "");
  expect(openLocalStore(file)).toEqual({
    ok: false,
    problem: `the local store: ${file} is no folder; expected the folder of a store, or one to be made`,
  });
  rmSync(folder, { recursive: true });
});
