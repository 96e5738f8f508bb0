import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLocalStore } from "../../src/cli/local-store.ts";

test("several processes that write one store at once lose nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-store-"));
  const stores = await Promise.all([1, 2].map(() => openLocalStore(folder)));
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
