import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from "miniflare";
import { configuredWorker, localRuntime } from "./local.ts";

export interface DirectEdge {
  /** The text of the built Worker, one module. */
  bundle: string;
  /** Variables over those of wrangler.toml. */
  variables: Readonly<Record<string, string>>;
  /** Loopback addresses to listen on. */
  addresses: readonly string[];
  /** 0 lets the system choose; `unsafeGetDirectURL()` of the result then says which. */
  port: number;
  statePath: string;
}

/**
 * The production bundle on workerd, listening itself: no entry worker that compresses, adds or
 * trusts fields before it. Resolves once it listens. A runtime that crashes is started again.
 */
export async function startDirect(edge: DirectEdge): Promise<Miniflare> {
  const worker = configuredWorker();
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      ...localRuntime(edge.statePath),
      ...worker,
      modules: [{ type: "ESModule", path: "worker.js", contents: edge.bundle }],
      bindings: { ...worker.bindings, ...edge.variables },
      unsafeDirectSockets: edge.addresses.map((host) => ({
        host,
        port: edge.port,
      })),
      log: new Log(LogLevel.WARN),
    }),
  );
  await runtime.ready;
  return runtime;
}
