import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** The scenarios that come with the simulator, by name. */
export async function shippedScenarios(): Promise<
  { name: string; path: string }[]
> {
  const folder = new URL("scenarios/", import.meta.url);
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith(".yaml"))
    .toSorted()
    .map((file) => ({
      name: file.slice(0, -".yaml".length),
      path: fileURLToPath(new URL(file, folder)),
    }));
}
