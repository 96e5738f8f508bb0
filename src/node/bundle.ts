import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import {
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import type { Parsed } from "../parse/parsed.ts";
import { configPath, projectPath, registryConfigPath } from "./project.ts";
import { quiet, wranglerPath } from "./wrangler.ts";

/** Bundles that were built here. */
const builtPath = join(projectPath, "node_modules/.cache/bundles");

/** What a bundle depends on, beside its configuration and the sources. */
const alsoNeeded = ["package-lock.json", "tsconfig.json"];

/**
 * A production bundle, as `wrangler deploy` would upload it; the edge's, unless another file is named. One that was built from the
 * same files is not built again. The problem is wrangler's output.
 */
export async function bundleWorker(path = configPath): Promise<Parsed<string>> {
  const name = basename(path, ".toml");
  const file = join(builtPath, `${name}-${await digest(path)}.js`);
  const kept = await readFile(file, "utf8").then(undefined, () => null);
  if (kept !== null) return { ok: true, value: kept };
  const built = await build(path);
  // A folder that cannot be written costs the next start the time.
  if (built.ok) await keep(file, name, built.value).then(undefined, () => null);
  return built;
}

/** Of everything that goes into a bundle. */
async function digest(path: string): Promise<string> {
  const sources = await readdir(join(projectPath, "src"), {
    recursive: true,
    withFileTypes: true,
  });
  const paths = [
    path,
    ...alsoNeeded.map((name) => join(projectPath, name)),
    ...sources
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted((one, other) => (one < other ? -1 : 1)),
  ];
  const hash = createHash("sha256");
  for (const [index, bytes] of (
    await Promise.all(paths.map((each) => readFile(each)))
  ).entries())
    hash.update(`${paths[index]}\0${bytes.length}\0`).update(bytes);
  return hash.digest("hex");
}

/** In place of what was built of other sources. A reader finds it whole, or not at all. */
async function keep(file: string, name: string, bundle: string): Promise<void> {
  await mkdir(builtPath, { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, bundle);
  await rename(unfinished, file);
  for (const other of await readdir(builtPath))
    if (other.startsWith(`${name}-`) && other !== basename(file))
      await rm(join(builtPath, other), { force: true });
}

async function build(path: string): Promise<Parsed<string>> {
  const outdir = await mkdtemp(join(tmpdir(), "portcullis-"));
  const clear = () => rmSync(outdir, { recursive: true, force: true });
  process.once("exit", clear);
  const building = spawn(
    process.execPath,
    [wranglerPath, "deploy", "--dry-run", "--config", path, "--outdir", outdir],
    {
      cwd: projectPath,
      env: { ...process.env, ...quiet },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const [output, errors, [code]] = await Promise.all([
    text(building.stdout),
    text(building.stderr),
    once(building, "close"),
  ]);
  const built: Parsed<string> =
    code === 0
      ? {
          ok: true,
          value: await readFile(join(outdir, bundleName(path)), "utf8"),
        }
      : {
          ok: false,
          problem: `The Worker does not build.\n${output}${errors}`.trimEnd(),
        };
  process.off("exit", clear);
  clear();
  return built;
}

/** Wrangler names it after the module that `main` names. */
function bundleName(path: string): string {
  return path === registryConfigPath ? "registry-worker.js" : "worker.js";
}
