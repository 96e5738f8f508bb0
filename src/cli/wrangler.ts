import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Parsed } from "../http/parsed.ts";
import { projectPath } from "./local.ts";

const wranglerPath = join(projectPath, "node_modules/wrangler/bin/wrangler.js");

const quiet = {
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_WRITE_LOGS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

/** The production bundle, as `wrangler deploy` would upload it. The problem is wrangler's output. */
export async function bundleWorker(): Promise<Parsed<string>> {
  const outdir = await mkdtemp(join(tmpdir(), "portcullis-"));
  const clear = () => rmSync(outdir, { recursive: true, force: true });
  process.once("exit", clear);
  const build = spawn(
    process.execPath,
    [wranglerPath, "deploy", "--dry-run", "--outdir", outdir],
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
      ? { ok: true, value: await readFile(join(outdir, "worker.js"), "utf8") }
      : {
          ok: false,
          problem: `The Worker does not build.\n${output}${errors}`.trimEnd(),
        };
  process.off("exit", clear);
  clear();
  return built;
}

// wrangler hands this on to its own child, so both notice when this process is killed and nobody ends them.
const endWithParent = `process.once("disconnect",()=>setTimeout(()=>process.exit(1),500))`;

export interface DevServer {
  /** Settles when wrangler says that it listens. */
  ready: Promise<unknown>;
  /** How it ended, asked or not: "exit code 1", "SIGKILL". */
  ended: Promise<string>;
  stop(): Promise<void>;
}

/** `wrangler dev`, with a process group of its own so that all of it can be ended. */
export function startDevServer(dev: {
  port: number;
  statePath: string;
  variables: Readonly<Record<string, string>>;
}): DevServer {
  const variables = Object.entries(dev.variables);
  const child = spawn(
    process.execPath,
    [
      `--import=data:text/javascript,${endWithParent}`,
      wranglerPath,
      "dev",
      `--port=${dev.port}`,
      "--inspector-port=0",
      `--persist-to=${dev.statePath}`,
      "--show-interactive-dev-session=false",
      ...variables.map(([name, value]) => `--var=${name}:${value}`),
    ],
    {
      cwd: projectPath,
      env: { ...process.env, ...quiet },
      stdio: ["ignore", "pipe", "inherit", "ipc"],
      detached: true,
    },
  );

  const ended = once(child, "exit").then(([code, signal]) => {
    killGroup(child.pid);
    return code === null ? `${signal}` : `exit code ${code}`;
  });
  // The one message it sends is DEV_SERVER_READY.
  const ready = once(child, "message");
  showOutput(child.stdout, ready);

  return {
    ready,
    ended,
    async stop() {
      child.kill("SIGTERM");
      const impatience = setTimeout(() => killGroup(child.pid), 5_000);
      await ended;
      clearTimeout(impatience);
    },
  };
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

/** Ends what may be left of a group. `kill` as a command, because an empty group is no error here. */
function killGroup(pid: number | undefined): void {
  if (pid !== undefined)
    spawnSync("kill", ["-KILL", "--", `-${pid}`], { stdio: "ignore" });
}
