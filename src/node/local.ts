import type { V4WorkerOptionsShape } from "miniflare";
import {
  unstable_getMiniflareWorkerOptions,
  unstable_readConfig,
} from "wrangler";
import { configPath } from "./project.ts";

/** The Worker as wrangler.toml describes it, in the words of the local runtime. */
export function configuredWorker(): V4WorkerOptionsShape {
  const config = unstable_readConfig({ config: configPath });
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config);
  return { ...workerOptions, name: config.name ?? "portcullis" };
}
