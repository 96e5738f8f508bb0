import type { V4WorkerOptionsShape } from "miniflare";
import {
  unstable_getMiniflareWorkerOptions,
  unstable_readConfig,
} from "wrangler";
import { configPath } from "./project.ts";

/** A Worker as its wrangler file describes it, in the words of the local runtime; the edge, unless another file is named. */
export function configuredWorker(path = configPath): V4WorkerOptionsShape {
  const config = unstable_readConfig({ config: path });
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config);
  return { ...workerOptions, name: config.name ?? "portcullis" };
}
