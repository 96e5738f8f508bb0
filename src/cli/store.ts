import type { Records } from "../customer/apply-result.ts";
import type { Parsed } from "../parse/parsed.ts";
import type { Disk } from "./disk.ts";
import type { LedgerClient } from "./ledger-client.ts";

/** A KV namespace with the customer list, on this machine or at Cloudflare. A problem says what the namespace's side said. */
export interface Store {
  kind: "local" | "remote";
  /** For people: which one this is. */
  name: string;
  keys(prefix: string): Promise<Parsed<string[]>>;
  /** A text, or null where there is none, for each of the keys. */
  read(keys: readonly string[]): Promise<Parsed<Records>>;
  write(changes: Records): Promise<Parsed<null>>;
  /** The registry that changes go through; null where they are written to KV as they are. */
  ledger: LedgerClient | null;
  /** The disk that has it; null where that is Cloudflare's. */
  disk(): Promise<Disk | null>;
  close(): Promise<void>;
}
