import { openLocalStore } from "../../src/cli/local-store.ts";
import type { Store } from "../../src/cli/store.ts";

/** The local store in a folder. */
export function openStore(folder: string): Store {
  const opened = openLocalStore(folder);
  if (!opened.ok) throw new Error(opened.problem);
  return opened.value;
}
