import {
  constants,
  existsSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

// The lock of a database that nobody refers to any more would be given up.
const claims: DatabaseSync[] = [];

/**
 * Claims a store for as long as this process runs: two edges on one folder lock each other out of the list. The claim is
 * a lock on an empty SQLite database, which the system takes back however the process ends, so that a killed one leaves
 * nothing to clear away. `wrangler kv` and `portcullis` do not need it. Answers with null, or with one line that says
 * who has the store, or why it cannot be used.
 */
export function claimStore(
  statePath: string,
  port: number,
): Promise<string | null> {
  const holderPath = join(statePath, "npm-start.txt");
  return lock(statePath).then(
    () => {
      const holder = `http://localhost:${port} (process ${process.pid})`;
      writeFileSync(holderPath, holder);
      return null;
    },
    (error: unknown) =>
      isLocked(error)
        ? `Another \`npm start\` runs on the store ${statePath}: ${nameHolder(holderPath)}. End that one, or use another store: --state DIR`
        : `The store ${statePath} cannot be used: ${describe(error)}. Choose another folder: --state DIR`,
  );
}

/** Who holds the lock; it writes that down right after it has taken it. */
function nameHolder(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "it has just begun";
}

/** Rejects when the folder cannot be made or written, or is locked. */
async function lock(statePath: string): Promise<void> {
  await makeFolder(statePath);
  await access(statePath, constants.W_OK | constants.X_OK);
  const claim = new DatabaseSync(join(statePath, "npm-start.lock"));
  claim.exec("BEGIN EXCLUSIVE");
  claims.push(claim);
}

/** As `mkdir -p`. Node's own never returns where a name can neither be made nor found, such as a link that leads nowhere. */
async function makeFolder(path: string): Promise<void> {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  await makeFolder(dirname(path));
  await mkdir(path);
}

/** SQLITE_BUSY: somebody else holds the lock. */
function isLocked(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 5;
}

function describe(error: unknown): string {
  const code =
    error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "EEXIST":
    case "ENOTDIR":
      return "it is not a folder";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return `it cannot be written (${code})`;
  }
  return error instanceof Error ? error.message : String(error);
}
