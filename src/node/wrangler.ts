import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Parsed } from "../parse/parsed.ts";
import { configPath, projectPath, registryConfigPath } from "./project.ts";
import {
  startProcess,
  type EdgePlace,
  type EdgeProcess,
} from "./edge-process.ts";

const wranglerPath = join(projectPath, "node_modules/wrangler/bin/wrangler.js");

const quiet = {
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_WRITE_LOGS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

/** A production bundle, as `wrangler deploy` would upload it; the edge's, unless another file is named. The problem is wrangler's output. */
export async function bundleWorker(path = configPath): Promise<Parsed<string>> {
  const outdir = await mkdtemp(join(tmpdir(), "portcullis-"));
  const clear = () => rmSync(outdir, { recursive: true, force: true });
  process.once("exit", clear);
  const build = spawn(
    process.execPath,
    [wranglerPath, "deploy", "--dry-run", "--config", path, "--outdir", outdir],
    {
      cwd: projectPath,
      env: { ...process.env, ...quiet },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const [output, errors, [code]] = await Promise.all([
    text(build.stdout),
    text(build.stderr),
    once(build, "close"),
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

/** `wrangler dev`. The one message it sends is DEV_SERVER_READY. */
export function startDevServer(place: EdgePlace): EdgeProcess {
  const server = startProcess(
    wranglerPath,
    [
      "dev",
      `--port=${place.port}`,
      "--inspector-port=0",
      `--persist-to=${place.statePath}`,
      "--show-interactive-dev-session=false",
      ...Object.entries(place.variables).map(
        ([name, value]) => `--var=${name}:${value}`,
      ),
    ],
    { env: quiet, stdout: "pipe" },
  );
  showOutput(server.child.stdout, server.ready);
  return server;
}

/**
 * Shows what the Worker prints. Wrangler's own lines here are its talk while starting and one for every request; its
 * warnings and errors go to standard error.
 */
function showOutput(lines: Readable | null, ready: Promise<unknown>): void {
  if (lines === null) return;
  let started = false;
  void ready.then(() => (started = true));
  createInterface({ input: lines }).on("line", (line) => {
    if (started && !/^(?:\[wrangler:info\] |⎔ )/.test(line)) console.log(line);
  });
}
