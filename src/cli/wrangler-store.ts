import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as v from "valibot";
import type { Parsed } from "../parse/parsed.ts";
import { projectPath } from "../node/project.ts";
import { quiet, wranglerPath } from "../node/wrangler.ts";
import { listBinding } from "./configured-namespace.ts";
import type { Store } from "./store.ts";

/** Cloudflare's bulk read takes no more keys at once. */
const maxKeys = 100;

const keyList = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(v.object({ name: v.string() })),
);
const valuesByKey = v.pipe(
  v.string(),
  v.parseJson(),
  v.record(v.string(), v.nullable(v.string())),
);

/** The namespace of the deployed Worker, through wrangler and with the account that it is logged in to. */
export function openWranglerStore(): Store {
  return {
    kind: "remote",
    name: "remote store (Cloudflare)",
    ledger: null,
    async keys(prefix) {
      const listed = await answer(["key", "list", "--prefix", prefix], keyList);
      return listed.ok
        ? { ok: true, value: listed.value.map(({ name }) => name) }
        : listed;
    },
    async read(keys) {
      const texts = new Map<string, string | null>();
      for (let start = 0; start < keys.length; start += maxKeys) {
        const some = keys.slice(start, start + maxKeys);
        const read = await withFile(some, (file) =>
          answer(["bulk", "get", file], valuesByKey),
        );
        if (!read.ok) return read;
        for (const key of some) texts.set(key, read.value[key] ?? null);
      }
      return { ok: true, value: texts };
    },
    async write(changes) {
      const puts: { key: string; value: string }[] = [];
      const deletions: string[] = [];
      for (const [key, value] of changes) {
        if (value === null) deletions.push(key);
        else puts.push({ key, value });
      }
      const put = await unlessEmpty(puts, ["put"]);
      return put.ok ? unlessEmpty(deletions, ["delete", "--force"]) : put;
    },
    disk: async () => null,
    close: async () => {},
  };
}

async function unlessEmpty(
  items: readonly unknown[],
  [verb, ...options]: readonly [string, ...string[]],
): Promise<Parsed<null>> {
  if (items.length === 0) return { ok: true, value: null };
  const done = await withFile(items, (file) =>
    wrangler(["bulk", verb, file, ...options]),
  );
  return done.ok ? { ok: true, value: null } : done;
}

async function withFile<T>(
  content: unknown,
  use: (file: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-"));
  const file = join(folder, "kv.json");
  await writeFile(file, JSON.stringify(content));
  const result = await use(file);
  await rm(folder, { recursive: true });
  return result;
}

async function answer<T>(
  args: readonly string[],
  schema: v.GenericSchema<string, T>,
): Promise<Parsed<T>> {
  const said = await wrangler(args);
  if (!said.ok) return said;
  const read = v.safeParse(schema, said.value);
  return read.success
    ? { ok: true, value: read.output }
    : {
        ok: false,
        problem: `wrangler kv ${args[0]} ${args[1]} answered in a form that is not known here:\n${said.value}`,
      };
}

async function wrangler(args: readonly string[]): Promise<Parsed<string>> {
  const child = spawn(
    process.execPath,
    [wranglerPath, "kv", ...args, `--binding=${listBinding}`, "--remote"],
    {
      cwd: projectPath,
      env: { ...process.env, ...quiet },
      // Logging in may need the terminal.
      stdio: ["inherit", "pipe", "pipe"],
    },
  );
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return code === 0
    ? { ok: true, value: output }
    : {
        ok: false,
        problem:
          `wrangler kv ${args[0]} ${args[1]} failed:\n${output}${errors}`.trimEnd(),
      };
}
