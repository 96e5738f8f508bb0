import {
  Log,
  LogLevel,
  Miniflare,
  convertV4MiniflareOptions,
  type Json,
} from "miniflare";
import { configuredWorker } from "./local.ts";
import { registryConfigPath } from "./project.ts";
import { localRuntime } from "./state.ts";

/** An address of this machine, and a port. */
export interface Listener {
  host: string;
  port: number;
}

/** The Worker's entry points besides its default one (src/worker.ts). */
type Entrypoint = "Proxied" | "Operations";

export interface DirectEdge {
  /** The text of the built Worker, one module. */
  bundle: string;
  /** Variables over those of wrangler.toml. */
  variables: Readonly<Record<string, string>>;
  /** Where it listens. Port 0 lets the system choose; `unsafeGetDirectURL()` of the result then says which. */
  listeners: readonly (Listener & { entrypoint?: Entrypoint })[];
  statePath: string;
  /** Told of what the Worker and its runtime print, which is printed nowhere then. */
  logged?: (message: string) => void;
  /** Where the runtime's inspector listens; without a port it does not. */
  inspectorPort?: number;
  /** The registry beside it, with a port of its own. */
  registry?: {
    bundle: string;
    variables: Readonly<Record<string, string>>;
  };
  /** A module that runs in the bundle's place and imports it as "./worker.js", with what it needs besides the Worker's bindings. */
  front?: {
    module: string;
    bindings: Readonly<Record<string, Json>>;
    /** Answered for by this process. */
    services: Record<string, (request: Request) => Promise<Response>>;
  };
}

/**
 * The production bundle on workerd, listening itself: no entry worker that compresses, adds or
 * trusts fields before it. Resolves once it listens. A runtime that crashes is started again, on the same ports.
 */
export async function startDirect(edge: DirectEdge): Promise<Miniflare> {
  const worker = configuredWorker();
  const { front, logged } = edge;
  const modules = [
    { type: "ESModule" as const, path: "worker.js", contents: edge.bundle },
  ];
  if (front !== undefined)
    modules.unshift({
      type: "ESModule",
      path: "front.js",
      contents: front.module,
    });
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      ...localRuntime(edge.statePath),
      workers: [
        {
          ...worker,
          modules,
          bindings: {
            ...worker.bindings,
            ...edge.variables,
            ...front?.bindings,
          },
          serviceBindings: {
            ...(edge.registry !== undefined && {
              REGISTRY: { name: registryName, entrypoint: "Feed" },
            }),
            ...front?.services,
          },
          unsafeDirectSockets: [...edge.listeners],
        },
        ...(edge.registry === undefined ? [] : [registryWorker(edge.registry)]),
      ],
      ...(logged === undefined
        ? {}
        : { handleStructuredLogs: ({ message }) => logged(message) }),
      ...(edge.inspectorPort !== undefined && {
        inspectorPort: edge.inspectorPort,
      }),
      log: new Log(LogLevel.WARN),
    }),
  );
  await runtime.ready;
  return runtime;
}

/** By what name its port is asked for. */
export const registryName = "portcullis-registry";

function registryWorker({
  bundle,
  variables,
}: NonNullable<DirectEdge["registry"]>) {
  const worker = configuredWorker(registryConfigPath);
  return {
    ...worker,
    name: registryName,
    modules: [
      { type: "ESModule" as const, path: "registry.js", contents: bundle },
    ],
    bindings: { ...worker.bindings, ...variables },
    // Whatever port is free; a runtime that is started again takes the same one.
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  };
}
