import { rm } from "node:fs/promises";
import { join } from "node:path";

/** Where wrangler keeps storage below a folder of state, by the version of its layout. */
export function persistencePath(statePath: string): string {
  return join(statePath, "v3");
}

/** What every local runtime here shares: wrangler's folder layout, nothing asked of the network. */
export function localRuntime(statePath: string) {
  return {
    resourcePersistencePath: persistencePath(statePath),
    cf: false,
    telemetry: { enabled: false },
  };
}

/** Where miniflare keeps what the Cache API is given. */
export function cachePath(statePath: string): string {
  return join(persistencePath(statePath), "cache");
}

/** Empties the Cache API's local storage, which outlives the runtime. */
export async function emptyCache(statePath: string): Promise<void> {
  await rm(cachePath(statePath), { recursive: true, force: true });
}
