import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLocalStore } from "../../src/cli/local-store.ts";
import { openStore } from "./open-store.ts";

test("several processes that write one store at once lose nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-store-"));
  const stores = await Promise.all([1, 2].map(() => openStore(folder)));
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
  const store = await openStore(folder);
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

test("a file is no store", async () => {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-store-"));
  const file = join(folder, "file");
  writeFileSync(file, "");
  expect(await openLocalStore(file)).toEqual({
    ok: false,
    problem: `the local store: ${file} is no folder; expected the folder of a store, or one to be made`,
  });
  rmSync(folder, { recursive: true });
});
