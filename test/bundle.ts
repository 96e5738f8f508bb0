import type { TestProject } from "vitest/node";
import { registryConfigPath } from "../src/node/project.ts";
import { bundleWorker } from "../src/node/bundle.ts";

declare module "vitest" {
  interface ProvidedContext {
    bundle: string;
    registryBundle: string;
  }
}

/** Builds both Workers once for all tests, as `wrangler deploy` would. */
export default async function setup(project: TestProject): Promise<void> {
  const [edge, registry] = await Promise.all([
    bundleWorker(),
    bundleWorker(registryConfigPath),
  ]);
  if (!edge.ok) throw new Error(edge.problem);
  if (!registry.ok) throw new Error(registry.problem);
  project.provide("bundle", edge.value);
  project.provide("registryBundle", registry.value);
}
