import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import type { Parsed } from "../parse/parsed.ts";
import { readRecord } from "../parse/record.ts";
import { newSecretKey } from "../registry/checkpoint.ts";

/** What is kept of a store's registry in its folder, for its owner's eyes. */
const place = v.object({
  /** Where it answered last. */
  url: v.nullable(v.pipe(v.string(), v.url())),
  /** Lets an operator in. */
  token: v.string(),
  /** Signs the ledger's heads. */
  secretKey: v.string(),
});

type Place = v.InferOutput<typeof place>;

const placeText = v.pipe(v.string(), v.parseJson(), place);

function pathOf(statePath: string): string {
  return join(statePath, "registry.json");
}

/** The registry of a store; null where there was never one. A problem says what is wrong with the file. */
export function findRegistry(statePath: string): Parsed<Place | null> {
  const path = pathOf(statePath);
  if (!existsSync(path)) return { ok: true, value: null };
  return readRecord(
    path,
    readFileSync(path, "utf8"),
    "the file that npm start writes",
    placeText,
  );
}

/** The same, made where there is none. */
export async function prepareRegistry(
  statePath: string,
): Promise<Parsed<Place>> {
  const found = findRegistry(statePath);
  if (!found.ok) return found;
  const value = found.value ?? {
    url: null,
    token: randomBytes(32).toString("hex"),
    secretKey: await newSecretKey(
      `portcullis/${randomBytes(8).toString("hex")}`,
      randomBytes(32),
    ),
  };
  await keepPlace(statePath, value);
  return { ok: true, value };
}

/** Readable by its owner alone, and never half written. */
export async function keepPlace(statePath: string, kept: Place): Promise<void> {
  const path = pathOf(statePath);
  await mkdir(statePath, { recursive: true });
  await writeFile(`${path}.new`, `${JSON.stringify(kept, null, 2)}\n`, {
    mode: 0o600,
  });
  await chmod(`${path}.new`, 0o600);
  await rename(`${path}.new`, path);
}
