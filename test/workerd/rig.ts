import { mkdtemp, rm } from "node:fs/promises";
import {
  createServer,
  type RequestListener,
  type ServerOptions,
} from "node:http";
import {
  connect,
  createServer as createRawServer,
  type Socket,
} from "node:net";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject, onTestFinished } from "vitest";
import { startCacheKeeper } from "../../src/cli/cache-keeper.ts";
import { startDirect } from "../../src/node/direct.ts";
import { startHostDispatcher } from "../../src/node/host-dispatcher.ts";

/** The built Worker on workerd, on a port of its own, with a KV store of its own on disk. */
export interface Rig {
  port: number;
  statePath: string;
  /** What the Worker logged and the runtime printed, line by line. */
  log: readonly string[];
  /** The first such line, once it is there. */
  logged(isMeant: (line: string) => boolean): Promise<string>;
  put(key: string, value: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** A site of customer `id` on `<id>.localhost`, served from these origins. */
  site(id: string, origins: readonly string[], more?: object): Promise<void>;
  /** Where the runtime's inspector listens, when it is open. */
  inspectorUrl(): Promise<URL>;
  close(): Promise<void>;
}

export async function startRig(
  variables: Record<string, string> = {},
  options: {
    logged?: (line: string) => void;
    /** What the cache is kept within; without, it is not. */
    cache?: Parameters<typeof startCacheKeeper>[1];
    /** Has the isolate's heap measured. */
    inspector?: "open";
  } = {},
): Promise<Rig> {
  const statePath = await mkdtemp(join(tmpdir(), "portcullis-test-"));
  const dispatcher = await startHostDispatcher();
  const { cache } = options;
  const keeper =
    cache === undefined ? null : await startCacheKeeper(statePath, cache);
  const log: string[] = [];
  const waiting = new Set<(line: string) => void>();
  const runtime = await startDirect({
    bundle: inject("bundle"),
    variables: {
      PRIVATE_ORIGINS: "allowed",
      RECORD_MEMORY_SECONDS: "0",
      SITE_MEMORY_SECONDS: "0",
      WATCH_SECONDS: "0.2",
      LOG_REQUESTS: "problems",
      CLIENT_ADDRESS: "unknown",
      HOST_DISPATCHER: dispatcher.address,
      ...(keeper === null ? {} : { CACHE_KEEPER: keeper.address }),
      ...variables,
    },
    listeners: [{ host: "127.0.0.1", port: 0 }],
    statePath,
    ...(options.inspector && { inspectorPort: 0 }),
    logged: (message) => {
      log.push(message);
      options.logged?.(message);
      console.log(message);
      for (const look of waiting) look(message);
    },
  });
  keeper?.evictThrough(runtime);
  const { port } = await runtime.unsafeGetDirectURL();
  const list = await runtime.getKVNamespace("CUSTOMERS");
  const put = (key: string, value: string) => list.put(key, value);
  return {
    port: Number(port),
    statePath,
    log,
    logged: (isMeant) =>
      new Promise((resolve) => {
        const look = (line: string) => {
          if (!isMeant(line)) return;
          waiting.delete(look);
          resolve(line);
        };
        waiting.add(look);
        for (const line of log) look(line);
      }),
    put,
    remove: (key) => list.delete(key),
    site: async (id, origins, more = {}) => {
      const record = { customer: id, origins, ...more };
      await put(`host:${id}.localhost`, JSON.stringify(record));
      await put(`customer:${id}`, "allow");
    },
    inspectorUrl: () => runtime.getInspectorURL(),
    close: async () => {
      await runtime.dispose();
      dispatcher.close();
      keeper?.close();
      await rm(statePath, { recursive: true });
    },
  };
}

/** An origin of node:http, gone when the test is. */
export async function origin(
  listener: RequestListener,
  options: ServerOptions = {},
): Promise<string> {
  return serve(createServer(options, listener));
}

/** An origin of bare bytes: `onHead` gets each connection once a request's head has arrived. */
export async function rawOrigin(
  onHead: (socket: Socket, head: string) => void,
): Promise<string> {
  const server = createRawServer((socket) => {
    socket.on("error", () => socket.destroy());
    let received = "";
    const onData = (chunk: Buffer) => {
      received += chunk.toString("latin1");
      if (!received.includes("\r\n\r\n")) return;
      socket.off("data", onData);
      onHead(socket, received);
    };
    socket.on("data", onData);
    onTestFinished(() => void socket.destroy());
  });
  return serve(server);
}

async function serve(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

/** What a raw exchange came to, byte for byte (as Latin-1), when the edge closed or `until` was seen. */
export function exchange(
  port: number,
  bytes: string,
  until: RegExp = /\r\n\r\n/,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let received = "";
    socket.setTimeout(20_000, () =>
      socket.destroy(new Error(`silence after ${JSON.stringify(received)}`)),
    );
    socket.on("error", reject);
    socket.on("close", () => resolve(received));
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (until.test(received)) socket.destroy();
    });
    socket.write(bytes, "latin1");
  });
}

/** A request's head with the usual fields; more are given as lines. */
export function head(
  method: string,
  target: string,
  host: string,
  ...lines: string[]
): string {
  return [
    `${method} ${target} HTTP/1.1`,
    `Host: ${host}`,
    ...lines,
    "",
    "",
  ].join("\r\n");
}
