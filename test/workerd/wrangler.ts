import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Rig } from "./rig.ts";

const run = promisify(execFile);
const bin = join(
  import.meta.dirname,
  "../../node_modules/wrangler/bin/wrangler.js",
);

type Entry = { key: string; value: string };

/** The real `wrangler kv`, on the store of this rig. */
export async function wrangler(
  rig: Pick<Rig, "statePath">,
  ...command:
    | ["put", key: string, value: string]
    | ["delete", key: string]
    | ["bulk put", entries: readonly Entry[]]
): Promise<void> {
  const store = ["--binding", "CUSTOMERS", "--persist-to", rig.statePath];
  switch (command[0]) {
    case "put":
      await run(process.execPath, [
        bin,
        "kv",
        "key",
        "put",
        command[1],
        command[2],
        ...store,
      ]);
      return;
    case "delete":
      await run(process.execPath, [
        bin,
        "kv",
        "key",
        "delete",
        command[1],
        ...store,
      ]);
      return;
    case "bulk put": {
      const file = join(rig.statePath, "bulk.json");
      await writeFile(file, JSON.stringify(command[1]));
      await run(process.execPath, [bin, "kv", "bulk", "put", file, ...store]);
      await rm(file);
    }
  }
}
