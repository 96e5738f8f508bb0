import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { projectPath } from "./project.ts";
import {
  startProcess,
  type EdgePlace,
  type EdgeProcess,
} from "./edge-process.ts";

export const wranglerPath = join(
  projectPath,
  "node_modules/wrangler/bin/wrangler.js",
);

/** What keeps wrangler from telling anybody of what it does, and from asking the network. */
export const quiet = {
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_WRITE_LOGS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

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
