// First: miniflare reads the authorities to trust as it is loaded.
import { command } from "./start-command.ts";
import { get } from "node:http";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { standingKey } from "../customer/keys.ts";
import { briefing } from "./briefing.ts";
import { serveDemoSites } from "./demo/customers.ts";
import { startDirect } from "./direct.ts";
import { startHostDispatcher } from "./host-dispatcher.ts";
import { openLocalStore } from "./local-store.ts";
import { emptyCache, localVariables, usualStatePath } from "./local.ts";
import { usage, type StartOptions } from "./options.ts";
import { originCaProblem } from "./origin-ca.ts";
import { loopbackAddresses, portProblem } from "./ports.ts";
import { planSeeds, seedKeys } from "./seeds.ts";
import { bundleWorker, startDevServer, type DevServer } from "./wrangler.ts";

let devServer: DevServer | null = null;
let stopping = false;

// Before any runtime starts: miniflare's own listeners come second then, and the exit code is ours.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => void stop());
}

if (!command.ok) fail(`${command.problem}\nSee npm start -- --help`);
if (command.value.kind === "help") console.log(usage);
else await start(command.value.options);

async function start(options: StartOptions): Promise<void> {
  const { originCaPath } = options;
  const problem =
    (await portProblem(options.port)) ??
    (originCaPath === null ? null : await originCaProblem(originCaPath));
  if (problem !== null) fail(problem);

  const statePath = resolve(options.statePath ?? usualStatePath);
  const customers =
    options.customers === "demo"
      ? await startDemo(statePath, options.demo)
      : [];
  await startEdge(options, statePath);
  await answering(options.port);

  const running = {
    port: options.port,
    runtime: options.runtime,
    storePath: statePath,
    persistTo: statePath === usualStatePath ? null : statePath,
    customers,
  };
  console.log(briefing(running, Date.now()));
}

/** Serves the demo sites and brings the store in line with them. Answers with what the list then says of each. */
async function startDemo(statePath: string, demo: "kept" | "fresh") {
  const customers = await serveDemoSites(Date.now());
  const store = await openLocalStore(statePath);
  const read = await store.read(seedKeys(customers));
  if (!read.ok) fail(read.problem);
  const found = read.value;
  const changes = planSeeds(customers, found, demo);
  const written = await store.write(changes);
  if (!written.ok) fail(written.problem);
  await store.close();

  if (demo === "fresh") {
    await emptyCache(statePath);
    const reset = [...changes.keys()].filter((key) => found.get(key) !== null);
    console.log(`Emptied the cache; reset ${reset.join(", ") || "no key"}.`);
  }
  const now = new Map([...found, ...changes]);
  return customers.map(({ id, host }) => ({
    id,
    host,
    entry: now.get(standingKey(id)) ?? "",
  }));
}

async function startEdge(
  { runtime, port, customers }: StartOptions,
  statePath: string,
): Promise<void> {
  const { address } = await startHostDispatcher();
  const variables = { ...localVariables(customers), HOST_DISPATCHER: address };
  switch (runtime) {
    case "wrangler": {
      devServer = startDevServer({
        port,
        statePath,
        variables,
      });
      void failWhenEnded(devServer);
      await devServer.ready;
      return;
    }
    case "direct": {
      const bundle = await bundleWorker();
      if (!bundle.ok) fail(bundle.problem);
      const addresses = loopbackAddresses();
      await startDirect({
        bundle: bundle.value,
        // Nobody is in front of it who could vouch for CF-Connecting-IP.
        variables: { ...variables, CLIENT_ADDRESS: "unknown" },
        addresses,
        port,
        statePath,
      });
    }
  }
}

async function failWhenEnded(server: DevServer): Promise<void> {
  const how = await server.ended;
  if (!stopping) fail(`The runtime (wrangler dev) ended by itself: ${how}.`);
}

/** Waits for the Worker's first answer: the runtime listens before it can give one. */
async function answering(port: number): Promise<void> {
  while (!(await answers(port))) await pause(100);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolveWith) => {
    get(
      { host: "127.0.0.1", port, path: "/.well-known/portcullis/health" },
      (response) => {
        response.resume();
        resolveWith(true);
      },
    ).on("error", () => resolveWith(false));
  });
}

/** Ends what runs outside this process; the rest, miniflare's runtime included, ends with it. */
async function stop(): Promise<void> {
  stopping = true;
  if (devServer !== null) await devServer.stop();
  process.exit(0);
}

function fail(problem: string): never {
  console.error(problem);
  process.exit(1);
}
