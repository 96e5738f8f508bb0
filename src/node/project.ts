import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of package.json and wrangler.toml. */
export const projectPath = fileURLToPath(new URL("../../", import.meta.url));

/** Where wrangler keeps its local storage unless told otherwise. */
export const defaultStatePath = join(projectPath, ".wrangler/state");

/** The edge's configuration, which wrangler reads. */
export const configPath = join(projectPath, "wrangler.toml");

/** The registry's. */
export const registryConfigPath = join(projectPath, "wrangler.registry.toml");

/** Where Node keeps what V8 compiled of programs, so that they start sooner the next time. */
export const compiledPath = join(projectPath, "node_modules/.cache/compiled");
