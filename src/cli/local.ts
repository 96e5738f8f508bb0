import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  Miniflare,
  convertV4MiniflareOptions,
  type V4WorkerOptionsShape,
} from "miniflare";
import {
  unstable_getMiniflareWorkerOptions,
  unstable_readConfig,
} from "wrangler";
import { demoOperator } from "./demo/operator.ts";

/** The folder of package.json and wrangler.toml. */
export const projectPath = fileURLToPath(new URL("../../", import.meta.url));

/** Where wrangler keeps its local storage unless told otherwise. */
export const usualStatePath = join(projectPath, ".wrangler/state");

/**
 * The variables of an edge on this machine: its origins are here, a toggle shows at once, and the demo has an operator,
 * where wrangler.toml or .dev.vars name none.
 */
export function localVariables(
  customers: "demo" | "none",
): Record<string, string> {
  const isNamed = Object.hasOwn(configuredWorker().bindings ?? {}, "OPERATOR");
  return {
    PRIVATE_ORIGINS: "allowed",
    RECORD_MEMORY_SECONDS: "0.2",
    LOG_REQUESTS: "problems",
    ...(customers === "demo" && !isNamed
      ? { OPERATOR: JSON.stringify(demoOperator) }
      : {}),
  };
}

/** The Worker as wrangler.toml describes it, in the words of the local runtime. */
export function configuredWorker(): V4WorkerOptionsShape {
  const config = unstable_readConfig({
    config: join(projectPath, "wrangler.toml"),
  });
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config);
  return { ...workerOptions, name: config.name ?? "portcullis" };
}

/** What every local runtime here shares: wrangler's folder layout, nothing asked of the network. */
export function localRuntime(statePath: string) {
  return {
    resourcePersistencePath: join(statePath, "v3"),
    cf: false,
    telemetry: { enabled: false },
  };
}

/** Empties the Cache API's local storage, which outlives the runtime. */
export async function emptyCache(statePath: string): Promise<void> {
  await rm(join(statePath, "v3/cache"), { recursive: true, force: true });
}

interface Bindings {
  CUSTOMERS: {
    get(key: string): Promise<string | null>;
    put(key: string, value: string): Promise<void>;
    delete(key: string): Promise<void>;
  };
}

/** A runtime that serves nothing and gives access to the local namespaces. */
export function openStorage(statePath: string): Miniflare {
  return new Miniflare(
    convertV4MiniflareOptions({
      ...localRuntime(statePath),
      modules: [
        { type: "ESModule", path: "none.js", contents: "export default {}" },
      ],
      kvNamespaces: configuredWorker().kvNamespaces ?? {},
    }),
  );
}

/** The local CUSTOMERS namespace, the one that `wrangler kv` and a running edge read and write. */
export async function openCustomers(statePath: string) {
  const runtime = openStorage(statePath);
  const { CUSTOMERS: customers } = await runtime.getBindings<Bindings>();
  return {
    async read(keys: readonly string[]): Promise<Map<string, string | null>> {
      return new Map(
        await Promise.all(
          keys.map(async (key) => [key, await customers.get(key)] as const),
        ),
      );
    },
    async write(changes: ReadonlyMap<string, string | null>): Promise<void> {
      for (const [key, value] of changes) {
        await (value === null
          ? customers.delete(key)
          : customers.put(key, value));
      }
    },
    close: () => runtime.dispose(),
  };
}
