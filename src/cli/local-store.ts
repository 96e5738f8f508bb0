import { statSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Parsed } from "../parse/parsed.ts";
import { configuredNamespace, listBinding } from "./configured-namespace.ts";
import { readDisk } from "./disk.ts";
import { KvFiles } from "./kv-files.ts";
import { defaultStatePath } from "../node/project.ts";
import { localRuntime, persistencePath } from "../node/state.ts";
import type { Store } from "./store.ts";

/**
 * The store of this machine, in the folder named or in wrangler's usual one: `wrangler kv` and a running edge read and
 * write it too. Reading takes no runtime; the first change starts one in this process, without wrangler, which alone takes
 * longer to load than all else.
 */
export function openLocalStore(persistTo: string | null): Parsed<Store> {
  const statePath = resolve(persistTo ?? defaultStatePath);
  if (statSync(statePath, { throwIfNoEntry: false })?.isDirectory() === false)
    return {
      ok: false,
      problem: `the local store: ${statePath} is no folder; expected the folder of a store, or one to be made`,
    };
  const configured = configuredNamespace();
  if (!configured.ok) return configured;
  const namespace = configured.value.id ?? listBinding;
  const files = new KvFiles(statePath, namespace);
  let writer: Awaited<ReturnType<typeof openNamespace>> | null = null;
  const store: Store = {
    kind: "local",
    name: `local store ${statePath}`,
    ledger: null,
    keys: (prefix) => patiently(async () => files.keys(prefix, Date.now())),
    read: (keys) => patiently(() => files.read(keys, Date.now())),
    async write(changes) {
      const opened = await patiently(
        async () => (writer ??= await openNamespace(statePath, namespace)),
      );
      if (!opened.ok) return opened;
      const { kv } = opened.value;
      for (const [key, text] of changes) {
        const written = await patiently(() =>
          text === null ? kv.delete(key) : kv.put(key, text),
        );
        if (!written.ok) return written;
      }
      return { ok: true, value: null };
    },
    disk: () => readDisk(persistencePath(statePath)),
    async close() {
      files.close();
      await writer?.close();
    },
  };
  return { ok: true, value: store };
}

async function openNamespace(statePath: string, id: string) {
  const { Miniflare, convertV4MiniflareOptions } = await import("miniflare");
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      ...localRuntime(statePath),
      modules: true,
      // Nobody asks it for anything.
      script: "export default {}",
      kvNamespaces: { [listBinding]: id },
    }),
  );
  const close = () => runtime.dispose();
  return runtime.getKVNamespace(listBinding).then(
    (kv) => ({ kv, close }),
    async (error: unknown) => {
      // It may be opened again.
      await close();
      throw error;
    },
  );
}

const patienceMs = 10_000;

/**
 * SQLite lets one process write at a time, and the local KV fails at once where another one does. So it is tried again, after
 * pauses of any length, that two who wait do not meet again.
 */
async function patiently<T>(operation: () => Promise<T>): Promise<Parsed<T>> {
  const startedMs = performance.now();
  for (;;) {
    const done = await operation().then(
      (value): Parsed<T> => ({ ok: true, value }),
      (error: unknown): Parsed<T> => ({
        ok: false,
        problem: `the local store did not answer for ten seconds. Perhaps other processes write it without a pause, or its disk is full: ${String(error)}`,
      }),
    );
    if (done.ok || performance.now() - startedMs > patienceMs) return done;
    await pause(100 * Math.random());
  }
}
