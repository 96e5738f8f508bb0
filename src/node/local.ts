import type { V4WorkerOptionsShape } from "miniflare";
import {
  unstable_getMiniflareWorkerOptions,
  unstable_readConfig,
} from "wrangler";
import { configPath, registryConfigPath } from "./project.ts";

/** A Worker as its wrangler file describes it, in the words of the local runtime; the edge, unless another file is named. */
export function configuredWorker(path = configPath): V4WorkerOptionsShape {
  const config = unstable_readConfig({ config: path });
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config);
  return { ...workerOptions, name: config.name ?? "portcullis" };
}

/** The variables of the edge, as wrangler.toml and .dev.vars have them. */
export function configuredVariables(): Readonly<Record<string, unknown>> {
  return configuredWorker().bindings ?? {};
}

/** What the two wrangler files say of how the Workers meet once they are deployed. */
export interface Deployment {
  /** The id of the namespace CUSTOMERS; null where wrangler is to find or make one. */
  edgeNamespace: string | null;
  registryNamespace: string | null;
  /** Does the edge ask the registry what was decided last? */
  isBound: boolean;
}

/** Reads both files; what is malformed in them throws, in wrangler's words. */
export function readDeployment(
  edgePath = configPath,
  registryPath = registryConfigPath,
): Deployment {
  const edge = configuredWorker(edgePath);
  return {
    edgeNamespace: namespaceIn(edge),
    registryNamespace: namespaceIn(configuredWorker(registryPath)),
    isBound: edge.serviceBindings?.["REGISTRY"] !== undefined,
  };
}

const list = "CUSTOMERS";

function namespaceIn({ kvNamespaces }: V4WorkerOptionsShape): string | null {
  if (kvNamespaces === undefined || Array.isArray(kvNamespaces)) return null;
  const namespace = kvNamespaces[list];
  const id = typeof namespace === "object" ? namespace.id : namespace;
  // Without one, wrangler gives the binding's name here.
  return id === undefined || id === list ? null : id;
}
