import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { request as open } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { build } from "esbuild";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";
import { startDirect } from "../../../src/node/direct.ts";
import { localRuntime } from "../../../src/node/state.ts";

export interface Server {
  port: number;
  /** Of the process that answers; null where the system does not tell. */
  pid: number | null;
  close(): Promise<void>;
}

interface EdgeServer extends Server {
  /** How long it took to listen. */
  startMs: number;
  inspectorUrl(): Promise<URL>;
}

const putsAtOnce = 64;

/** The edge as `npm start` runs it, with these keys in its list, and with a registry or without. */
export async function startEdge(
  bundle: string,
  list: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>>,
  {
    registry,
    isInspected = false,
  }: { registry?: string; isInspected?: boolean } = {},
): Promise<EdgeServer> {
  const statePath = await mkdtemp(join(tmpdir(), "portcullis-bench-"));
  const begunAtMs = performance.now();
  const { value: edge, pid } = await withPid(() =>
    startDirect({
      bundle,
      variables: {
        PRIVATE_ORIGINS: "allowed",
        LOG_REQUESTS: "problems",
        CLIENT_ADDRESS: "unknown",
        ...variables,
      },
      listeners: [{ host: "127.0.0.1", port: 0 }],
      statePath,
      logged: () => undefined,
      ...(isInspected && { inspectorPort: 0 }),
      ...(registry !== undefined && {
        registry: { bundle: registry, variables: {} },
      }),
    }),
  );
  const startMs = performance.now() - begunAtMs;
  const customers = await edge.getKVNamespace("CUSTOMERS");
  const entries = Object.entries(list);
  for (let at = 0; at < entries.length; at += putsAtOnce)
    await Promise.all(
      entries
        .slice(at, at + putsAtOnce)
        .map(([key, value]) => customers.put(key, value)),
    );
  return {
    port: Number((await edge.unsafeGetDirectURL()).port),
    pid,
    startMs,
    inspectorUrl: () => edge.getInspectorURL(),
    close: async () => {
      await edge.dispose();
      await rm(statePath, { recursive: true });
    },
  };
}

/** A Worker of a few lines, on a runtime of its own. It may import packages. */
export async function startWorker(source: string): Promise<Server> {
  const statePath = await mkdtemp(join(tmpdir(), "portcullis-bench-"));
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    conditions: ["workerd", "worker", "browser"],
  });
  const { value: runtime, pid } = await withPid(async () => {
    const worker = new Miniflare(
      convertV4MiniflareOptions({
        ...localRuntime(statePath),
        compatibilityDate: "2026-11-17",
        modules: [
          {
            type: "ESModule",
            path: "worker.js",
            contents: outputFiles[0]?.text ?? "",
          },
        ],
        unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      }),
    );
    await worker.ready;
    return worker;
  });
  return {
    port: Number((await runtime.unsafeGetDirectURL()).port),
    pid,
    close: async () => {
      await runtime.dispose();
      await rm(statePath, { recursive: true });
    },
  };
}

/** Whatever starts a runtime, and the process that it has started. */
async function withPid<T>(
  start: () => Promise<T>,
): Promise<{ value: T; pid: number | null }> {
  const before = new Set(runtimes());
  const value = await start();
  const pid = runtimes().find((each) => !before.has(each)) ?? null;
  return { value, pid };
}

function runtimes(): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isRuntime(pid));
}

/** A runtime that this process has started: proc_pid_stat(5), field 4. */
function isRuntime(pid: number): boolean {
  const path = `/proc/${pid}/stat`;
  // It may be gone by now.
  const stat = existsSync(path) ? readFileSync(path, "utf8") : "";
  const [, name, parent] = /\((.*)\) \S (\d+) /.exec(stat) ?? [];
  return name === "workerd" && Number(parent) === process.pid;
}

export interface Recorded {
  status: number;
  fields: [string, string][];
  body: Buffer;
}

/** One answer, as it came. */
export async function record(
  port: number,
  host: string,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Recorded> {
  const request = open({
    port,
    host: "127.0.0.1",
    path,
    headers: { host, ...fields },
  });
  request.end();
  const [response] = await once(request, "response");
  const lines: [string, string][] = [];
  const { rawHeaders, statusCode } = response;
  for (let at = 0; at < rawHeaders.length; at += 2)
    lines.push([rawHeaders[at], rawHeaders[at + 1]]);
  return { status: statusCode, fields: lines, body: await buffer(response) };
}

/** A Worker that sends answers from constants, by path: what the runtime can do at best. */
export function twinSource(
  answers: Readonly<Record<string, Recorded>>,
  headers: "list" | "prepared" | "reading",
): string {
  const constants = Object.entries(answers).map(([path, answer]) => {
    const fields = answer.fields.filter(
      ([name]) =>
        !/^(?:content-length|transfer-encoding|connection)$/i.test(name),
    );
    const lines = JSON.stringify(fields);
    const bytes = `Uint8Array.fromBase64(${JSON.stringify(answer.body.toString("base64"))})`;
    return `${JSON.stringify(path)}: { body: ${bytes}, init: { status: ${answer.status}, encodeBody: "manual", headers: ${headers === "prepared" ? `new Headers(${lines})` : lines} } }`;
  });
  const reading =
    headers === "reading"
      ? `
    const fields = new Map();
    request.headers.forEach((value, name) => fields.set(name, value));
    const country = request.cf?.country;`
      : "";
  return `
const answers = { ${constants.join(",\n")} };
export default {
  fetch(request) {${reading}
    const { url } = request;
    const { body, init } = answers[url.slice(url.indexOf("/", 8))];
    return new Response(body, init);
  },
};`;
}
