import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { claimStore } from "./claim-store.ts";
import { startProcess, type EdgeProcess } from "../node/edge-process.ts";
import { untilParentEnds } from "./liveness.ts";
import { parseStartCommand, usage, type StartOptions } from "./options.ts";
import { originCaProblem } from "./origin-ca.ts";
import { portProblem } from "./ports.ts";
import { defaultStatePath } from "../node/project.ts";

// workerd outlives a process that is killed, so everything runs in a process group that this one can end.
let edge: EdgeProcess | null = null;
let stopping = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => void stop());
}
if (process.env["npm_lifecycle_event"] === "start")
  void untilParentEnds().then(stop);

const args = process.argv.slice(2);
const command = parseStartCommand(args, process.env);
if (!command.ok) fail(`${command.problem}\nSee npm start -- --help`);
if (command.value.kind === "help") console.log(usage);
else await start(command.value.options);

async function start(options: StartOptions): Promise<void> {
  const { port, statePath, originCaPath } = options;
  const problem =
    (originCaPath === null ? null : await originCaProblem(originCaPath)) ??
    (await claimStore(resolve(statePath ?? defaultStatePath), port)) ??
    (await portProblem(port));
  if (problem !== null) fail(problem);

  const script = fileURLToPath(import.meta.resolve("./serve.ts"));
  // What wrangler and miniflare have in place of an option: they have workerd trust what this names.
  const env =
    originCaPath === null ? {} : { NODE_EXTRA_CA_CERTS: resolve(originCaPath) };
  edge = startProcess(script, args, { env, stdout: "inherit" });
  const how = await edge.ended;
  if (stopping) return;
  // One that ended with an exit code has said why.
  if (edge.child.exitCode === null) fail(`The edge ended by itself: ${how}.`);
  process.exit(edge.child.exitCode);
}

async function stop(): Promise<void> {
  stopping = true;
  if (edge !== null) await edge.stop();
  process.exit(0);
}

function fail(problem: string): never {
  console.error(problem);
  process.exit(1);
}
