import { resolve } from "node:path";
import { parseConfig } from "../config.ts";
import { standingKey } from "../customer/keys.ts";
import type { Parsed } from "../parse/parsed.ts";
import {
  serveMessage,
  startupMessage,
  type RunningEdge,
} from "./startup-message.ts";
import { serveDemoSites } from "./demo/customers.ts";
import { serveWelcome } from "./demo/welcome.ts";
import { prepareCache } from "./cache-files.ts";
import { startCacheKeeper, type CacheKeeper } from "./cache-keeper.ts";
import { configuredVariables } from "../node/local.ts";
import { registryName, startDirect, type Listener } from "../node/direct.ts";
import { drainRuntime } from "../node/drain.ts";
import type { EdgePlace, EdgeProcess } from "../node/edge-process.ts";
import { startHostDispatcher } from "../node/host-dispatcher.ts";
import { untilItAnswers, untilItIsSilent } from "./liveness.ts";
import { openLocalStore } from "./local-store.ts";
import { emptyCache } from "../node/state.ts";
import { localVariables } from "./local-variables.ts";
import { firstListener, type StartOptions } from "./options.ts";
import { defaultStatePath, registryConfigPath } from "../node/project.ts";
import { tokenHash } from "../registry/tokens.ts";
import { openRegistry } from "./open-registry.ts";
import { keepPlace, prepareRegistry } from "./registry-place.ts";
import { planSeeds, seedKeys, type DemoCustomer } from "./seeds.ts";
import { bundleWorker } from "../node/bundle.ts";
import { startDevServer } from "../node/wrangler.ts";

// What npm start and portcullis serve run in a process of its own (supervisor.ts): the demo, and the edge over its store.

/** How long requests under way may take to end when the edge is stopped. */
const drainMs = 10_000;

let devServer: EdgeProcess | null = null;
let stopping = false;

// Before the store is opened: miniflare's own listeners come second then, and the exit code is ours.
process.on("SIGTERM", () => void stop());

// By the process that has parsed them.
const options: StartOptions = JSON.parse(process.argv[2] ?? "");
await serve().then(null, failBecause);

async function serve(): Promise<void> {
  const { runtime } = options;
  const first = firstListener(options);
  const { port } = first;
  const storePath = resolve(options.statePath ?? defaultStatePath);
  // Building takes longer than seeding, so it goes on meanwhile.
  const startEdge =
    runtime === "dev"
      ? startDev
      : startBundle(bundleWorker(), bundleWorker(registryConfigPath));
  await prepareCache(storePath, options);
  const persistTo = storePath === defaultStatePath ? null : storePath;
  const edge = { port, runtime, storePath, persistTo };
  const sites = options.customers === "demo" ? await openDemo(edge) : [];
  const { customers, changed } = await seed(sites, storePath, options.demo);
  const dispatcher = await startHostDispatcher();
  const keeper = await startCacheKeeper(storePath, {
    maxBytes: options.cacheBytes,
  });
  const variables = {
    ...localVariables(options.customers),
    ...options.variables,
    HOST_DISPATCHER: dispatcher.address,
    CACHE_KEEPER: keeper.address,
  };
  const settings = parseConfig({ ...configuredVariables(), ...variables });
  if (!settings.ok) fail(`A setting of the edge is wrong: ${settings.problem}`);
  await startEdge({ port, statePath: storePath, variables }, keeper);
  // Miniflare has added listeners of its own meanwhile, which would end the runtime before its requests have ended.
  process.removeAllListeners("SIGTERM").on("SIGTERM", () => void stop());
  void failWhenSilent(first);
  await untilItAnswers(first);
  if (runtime === "bundle") await adoptSeeds(storePath, changed);
  if (options.operations === null)
    console.log(startupMessage({ ...edge, customers }, Date.now()));
  else console.error(serveMessage({ ...options, storePath }));
}

/** Serves the demo sites, and the page that greets on localhost. */
async function openDemo(edge: RunningEdge): Promise<DemoCustomer[]> {
  const sites = await serveDemoSites(Date.now());
  return [await serveWelcome(edge, sites), ...sites];
}

/** Brings the store in line with the demo sites. Answers with what the list then says of each. */
async function seed(
  customers: readonly DemoCustomer[],
  statePath: string,
  demo: "kept" | "fresh",
) {
  if (customers.length === 0) return { customers: [], changed: [] };
  const opened = openLocalStore(statePath);
  if (!opened.ok) fail(opened.problem);
  const store = opened.value;
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
  return {
    customers: customers.map(({ id, host }) => ({
      id,
      host,
      entry: now.get(standingKey(id)) ?? "",
    })),
    changed: [...changes.keys()],
  };
}

/** The demo writes to KV before there is a registry to ask; what it wrote is no drift. */
async function adoptSeeds(
  statePath: string,
  keys: readonly string[],
): Promise<void> {
  const opened = await openRegistry({
    url: undefined,
    token: undefined,
    statePath,
  });
  const ledger = opened?.ok ? opened.value.ledger : null;
  const drifted = await ledger?.drifted();
  if (!drifted?.ok) return;
  for (const { key } of drifted.value)
    if (keys.includes(key)) await ledger?.settle(key, "adopt");
}

async function startDev(place: EdgePlace): Promise<void> {
  devServer = startDevServer(place);
  void failWhenEnded(devServer);
  await devServer.ready;
}

/** Starts what `building` comes to. A runtime of it that is killed is started again by miniflare. */
function startBundle(
  building: Promise<Parsed<string>>,
  buildingRegistry: Promise<Parsed<string>>,
) {
  return async (place: EdgePlace, keeper: CacheKeeper): Promise<void> => {
    const bundle = await building;
    if (!bundle.ok) fail(bundle.problem);
    const registryBundle = await buildingRegistry;
    if (!registryBundle.ok) fail(registryBundle.problem);
    const registry = await prepareRegistry(place.statePath);
    if (!registry.ok) fail(registry.problem);
    const { token, secretKey } = registry.value;
    const edge = await startDirect({
      ...place,
      bundle: bundle.value,
      // Cloudflare is not in front of it, which would vouch for CF-Connecting-IP.
      variables: { CLIENT_ADDRESS: "unknown", ...place.variables },
      listeners: [
        ...options.listeners,
        ...options.proxied.map((listener) => ({
          ...listener,
          entrypoint: "Proxied" as const,
        })),
        ...(options.operations === null
          ? []
          : [{ ...options.operations, entrypoint: "Operations" as const }]),
      ],
      registry: {
        bundle: registryBundle.value,
        variables: {
          REGISTRY_KEY: secretKey,
          REGISTRY_TOKEN_SHA256: tokenHash(token),
          // The local KV shows at once what was written to it.
          SWEEP_SECONDS: "2",
          KV_SETTLES_SECONDS: "0",
        },
      },
    });
    const { href: url } = await edge.unsafeGetDirectURL(registryName);
    await keepPlace(place.statePath, { ...registry.value, url });
    keeper.evictThrough(edge);
  };
}

async function failWhenEnded({ ended }: EdgeProcess): Promise<void> {
  const how = await ended;
  if (!stopping) fail(`The runtime (wrangler dev) ended by itself: ${how}.`);
}

/** Miniflare starts a killed runtime again within a second; behind wrangler dev, that one never answers. */
async function failWhenSilent(listener: Listener): Promise<void> {
  await untilItIsSilent(listener, 10_000);
  if (!stopping) fail("The runtime does not answer any more.");
}

/** Ends what miniflare does not end with this process. */
async function stop(): Promise<void> {
  stopping = true;
  if (devServer !== null) await devServer.stop();
  if (options.operations !== null) await drainRuntime(drainMs);
  process.exit(0);
}

/** What the local store throws when part of its folder cannot be used. */
function failBecause(error: unknown): never {
  const [line = ""] = String(error).split("\n");
  fail(`The edge did not start: ${line}`);
}

function fail(problem: string): never {
  console.error(problem);
  process.exit(1);
}
