import { resolve } from "node:path";
import type { Miniflare } from "miniflare";
import { getPlatformProxy } from "wrangler";
import { readDisk } from "./disk.ts";
import { configPath, persistencePath } from "./local.ts";
import { defaultStatePath } from "./project.ts";
import type { Store } from "./store.ts";

interface Bindings {
  CUSTOMERS: Awaited<ReturnType<Miniflare["getKVNamespace"]>>;
}

/**
 * The store of this machine, in the folder named or in wrangler's usual one: `wrangler kv` and a running edge read and
 * write it too. Wrangler opens it in this process, which takes a third of the time of its command.
 */
export async function openLocalStore(persistTo: string | null): Promise<Store> {
  const statePath = resolve(persistTo ?? defaultStatePath);
  // Wrangler would ask the network where this machine stands.
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] ??= "false";
  const { env, dispose } = await getPlatformProxy<Bindings>({
    configPath,
    persist: { path: persistencePath(statePath) },
    envFiles: [],
    remoteBindings: false,
  });
  const kv = env.CUSTOMERS;
  return {
    kind: "local",
    name: `local store ${statePath}`,
    async keys(prefix) {
      const names: string[] = [];
      let page = await kv.list({ prefix });
      names.push(...page.keys.map(({ name }) => name));
      while (!page.list_complete) {
        page = await kv.list({ prefix, cursor: page.cursor });
        names.push(...page.keys.map(({ name }) => name));
      }
      return { ok: true, value: names };
    },
    async read(keys) {
      const texts = await Promise.all(
        keys.map(async (key) => [key, await kv.get(key, "text")] as const),
      );
      return { ok: true, value: new Map(texts) };
    },
    async write(changes) {
      for (const [key, text] of changes) {
        await (text === null ? kv.delete(key) : kv.put(key, text));
      }
      return { ok: true, value: null };
    },
    disk: () => readDisk(persistencePath(statePath)),
    close: dispose,
  };
}
