import type { TestProject } from "vitest/node";
import { bundleWorker } from "../src/node/wrangler.ts";

declare module "vitest" {
  interface ProvidedContext {
    bundle: string;
  }
}

/** Builds the Worker once for all tests, as `wrangler deploy` would. */
export default async function setup(project: TestProject): Promise<void> {
  const bundle = await bundleWorker();
  if (!bundle.ok) throw new Error(bundle.problem);
  project.provide("bundle", bundle.value);
}
