import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { claimStore } from "./claim-store.ts";
import { startProcess, type EdgeProcess } from "../node/edge-process.ts";
import { compiledPath, defaultStatePath } from "../node/project.ts";
import { untilParentEnds } from "./liveness.ts";
import { firstListener, type StartOptions } from "./options.ts";
import { originCaProblem } from "./origin-ca.ts";
import { listenProblem } from "./ports.ts";
import type { Listener } from "../node/direct.ts";

/** More than requests under way may take to end (serve.ts). */
const stopPatienceMs = 15_000;

/**
 * Runs the edge until it ends or is ended. workerd outlives a process that is killed, so everything runs in a process group that
 * this one can end.
 */
export async function supervise(options: StartOptions): Promise<void> {
  let edge: EdgeProcess | null = null;
  let stopping = false;
  const stop = async () => {
    stopping = true;
    if (edge !== null) await edge.stop(stopPatienceMs);
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    // Other subcommands end at once.
    process.removeAllListeners(signal).on(signal, () => void stop());
  if (process.env["npm_lifecycle_event"] === "start")
    void untilParentEnds().then(stop);

  const { listeners, proxied, operations, statePath, originCaPath } = options;
  const { port } = firstListener(options);
  const problem =
    (originCaPath === null ? null : await originCaProblem(originCaPath)) ??
    (await claimStore(resolve(statePath ?? defaultStatePath), port)) ??
    (await listenProblem(
      [...listeners, ...proxied, ...(operations === null ? [] : [operations])],
      (listener) => elsewhere(listener, options),
    ));
  if (problem !== null) fail(problem);

  const script = fileURLToPath(import.meta.resolve("./serve.ts"));
  // What wrangler and miniflare have in place of an option: they have workerd trust what this names.
  const trusted =
    originCaPath === null ? {} : { NODE_EXTRA_CA_CERTS: resolve(originCaPath) };
  const { NODE_COMPILE_CACHE = compiledPath } = process.env;
  const env = { NODE_COMPILE_CACHE, ...trusted };
  edge = startProcess(script, [JSON.stringify(options)], {
    env,
    stdout: "inherit",
  });
  const how = await edge.ended;
  if (stopping) return;
  // One that ended with an exit code has said why.
  if (edge.child.exitCode === null) fail(`The edge ended by itself: ${how}.`);
  process.exit(edge.child.exitCode);
}

function elsewhere({ port }: Listener, { customers }: StartOptions): string {
  const other = port === 65_535 ? 8787 : port + 1;
  return customers === "demo"
    ? `Choose another port: PORT=${other} npm start`
    : "Choose another address: --listen, --listen-proxied or --operations";
}

function fail(problem: string): never {
  console.error(problem);
  process.exit(1);
}
