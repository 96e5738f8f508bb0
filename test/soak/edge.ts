import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCacheKeeper } from "../../src/cli/cache-keeper.ts";
import { startDirect } from "../../src/node/direct.ts";
import { startHostDispatcher } from "../../src/node/host-dispatcher.ts";
import { openHeap } from "../workerd/heap.ts";
import { diskMib, runtimeFigures, type Figures } from "./figures.ts";

/** How the edge of a soak is set: like wrangler.toml but for what would take longer than a soak. */
export const settings = {
  recordMemorySeconds: 1,
  watchSeconds: 1,
  responseMemoryMib: 32,
  cacheMib: 256,
};

export interface SoakedEdge {
  port: number;
  put(key: string, value: string): Promise<void>;
  figures(): Promise<Figures>;
  close(): Promise<void>;
}

/** Starts the production bundle on workerd, with a state folder of its own. What the Worker logs of problems goes to `logged`. */
export async function startEdge(
  bundle: string,
  logged: (line: string) => void,
): Promise<SoakedEdge> {
  const statePath = await mkdtemp(join(tmpdir(), "portcullis-soak-"));
  const dispatcher = await startHostDispatcher();
  const keeper = await startCacheKeeper(statePath, {
    maxBytes: settings.cacheMib * 2 ** 20,
  });
  const runtime = await startDirect({
    bundle,
    variables: {
      PRIVATE_ORIGINS: "allowed",
      RECORD_MEMORY_SECONDS: String(settings.recordMemorySeconds),
      WATCH_SECONDS: String(settings.watchSeconds),
      RESPONSE_MEMORY_MIB: String(settings.responseMemoryMib),
      LOG_REQUESTS: "problems",
      CLIENT_ADDRESS: "unknown",
      HOST_DISPATCHER: dispatcher.address,
      CACHE_KEEPER: keeper.address,
    },
    listeners: [{ host: "127.0.0.1", port: 0 }],
    statePath,
    inspectorPort: 0,
    logged,
  });
  keeper.evictThrough(runtime);
  const port = Number((await runtime.unsafeGetDirectURL()).port);
  const list = await runtime.getKVNamespace("CUSTOMERS");
  const heap = await openHeap({
    port,
    inspectorUrl: () => runtime.getInspectorURL(),
  });
  return {
    port,
    put: (key, value) => list.put(key, value),
    figures: async () => ({
      heapMib: (await heap.bytes()) / 2 ** 20,
      ...runtimeFigures(),
      diskMib: diskMib(statePath),
    }),
    close: async () => {
      heap.close();
      await runtime.dispose();
      dispatcher.close();
      keeper.close();
      await rm(statePath, { recursive: true });
    },
  };
}
