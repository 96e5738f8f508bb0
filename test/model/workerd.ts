import { mkdtemp, rm } from "node:fs/promises";
import {
  createServer,
  request as open,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startDirect } from "../../src/node/direct.ts";
import type { FieldMap } from "./exchange.ts";
import type { History } from "./history.ts";
import { Origin, type Script } from "./origin.ts";
import { slownessOfMachine } from "./real-time.ts";
import { Player, type Answer, type Run, type Sent, type Stage } from "./run.ts";

/** The built Worker on workerd, with a list of its own. */
export interface WorkerdEdge {
  port: number;
  put(key: string, value: string): Promise<void>;
  close(): Promise<void>;
}

/** How often open responses are held against the list. */
export const workerdWatchMs = 200;

/** How long what happens may go on after the last step. */
const patienceMs = 20_000;

export async function startWorkerdEdge(bundle: string): Promise<WorkerdEdge> {
  const statePath = await mkdtemp(join(tmpdir(), "portcullis-model-"));
  const runtime = await startDirect({
    bundle,
    variables: {
      PRIVATE_ORIGINS: "allowed",
      RECORD_MEMORY_SECONDS: "0",
      SITE_MEMORY_SECONDS: "0",
      // A machine that is busy is no list that fails.
      LIST_DEADLINE_SECONDS: "10",
      WATCH_SECONDS: String(workerdWatchMs / 1000),
      LOG_REQUESTS: "problems",
      CLIENT_ADDRESS: "unknown",
    },
    listeners: [{ host: "127.0.0.1", port: 0 }],
    statePath,
  });
  const { port } = await runtime.unsafeGetDirectURL();
  const list = await runtime.getKVNamespace("CUSTOMERS");
  return {
    port: Number(port),
    put: (key, value) => list.put(key, value),
    close: async () => {
      await runtime.dispose();
      await rm(statePath, { recursive: true });
    },
  };
}

let customers = 0;

/** Plays a history over sockets and in real time, for a customer and an origin of its own. */
export async function playOnWorkerd(
  history: History,
  edge: WorkerdEdge,
): Promise<Run> {
  customers += 1;
  const customer = `model-${customers}`;
  const origin = new Origin(history, Date.now());
  const server = await serve(origin);
  const { port } = server.address() as AddressInfo;
  const stage = new WorkerdStage(edge, customer);
  const { serveStaleSeconds, timeoutSeconds } = history.site;
  const site = {
    customer,
    origins: [`http://127.0.0.1:${port}`],
    timeoutSeconds,
    cache: { serveStaleSeconds },
  };
  await edge.put(`host:${stage.host}`, JSON.stringify(site));
  await edge.put(`customer:${customer}`, "allow");
  const player = new Player(history, stage, origin);
  const impatience = new AbortController();
  await Promise.race([
    player.play(),
    sleep(lengthMs(history) + patienceMs * slownessOfMachine(), null, {
      signal: impatience.signal,
    }),
  ]);
  impatience.abort();
  stage.hangUp();
  server.close();
  server.closeAllConnections();
  return player.run;
}

function lengthMs({ steps }: History): number {
  return steps.reduce(
    (sum, step) =>
      sum +
      step.waitMs +
      (step.kind === "request" ? step.copies * step.spacingMs : 0),
    0,
  );
}

class WorkerdStage implements Stage {
  readonly host: string;
  readonly #edge: WorkerdEdge;
  readonly #customer: string;
  readonly #open = new Set<{ destroy(): void }>();

  constructor(edge: WorkerdEdge, customer: string) {
    this.#edge = edge;
    this.#customer = customer;
    this.host = `${customer}.localhost`;
  }

  nowMs = () => Date.now();

  async sleep(ms: number): Promise<void> {
    await sleep(ms);
  }

  async put(key: "customer" | "purge", value: string): Promise<void> {
    await this.#edge.put(`${key}:${this.#customer}`, value);
  }

  restart(): void {
    throw new Error("an isolate of workerd cannot be made to begin anew");
  }

  setClock(): void {
    throw new Error("the clock of this machine is not to be set");
  }

  setPopCache(): void {
    throw new Error("the PoP cache of workerd always keeps");
  }

  /** Ends what is still open. */
  hangUp(): void {
    for (const one of this.#open) one.destroy();
  }

  send({
    method,
    path,
    fields,
    content,
    leaves,
  }: Sent): Promise<Answer | null> {
    const request = open({
      host: "127.0.0.1",
      port: this.#edge.port,
      path,
      method,
      headers: [
        ["host", this.host],
        ...fields,
        ...(content === "length" ? [["content-length", "0"]] : []),
        ...(content === "chunks" ? [["transfer-encoding", "chunked"]] : []),
      ].flat(),
      agent: false,
    });
    this.#open.add(request);
    request.on("close", () => this.#open.delete(request));
    const answered = new Promise<Answer | null>((resolve) => {
      request.on("response", (response) => resolve(answerOf(response)));
      request.on("error", () => resolve(null));
      if (leaves) setTimeout(() => request.destroy(), 10);
    });
    request.end(content === "some" ? "content" : undefined);
    return answered;
  }
}

function answerOf(response: IncomingMessage): Answer {
  const chunks = response[Symbol.asyncIterator]();
  const { statusCode, rawHeaders } = response;
  return {
    status: statusCode ?? 0,
    fields: rawHeaders.flatMap((name, at) =>
      at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ""] as const] : [],
    ),
    read: () =>
      chunks.next().then(
        ({ value }) =>
          value === undefined
            ? { kind: "end" }
            : { kind: "chunk", bytes: value as Uint8Array },
        () => ({ kind: "broken" }),
      ),
    abort: () => response.destroy(),
  };
}

async function serve(origin: Origin): Promise<Server> {
  const server = createServer((request, response) => {
    const { method = "", url = "" } = request;
    request.resume();
    const script = origin.respond(
      { method, path: url, fields: fieldsOf(request) },
      Date.now(),
    );
    response.on("close", () => {
      const { exchange } = script;
      exchange.endedAtMs ??= Date.now();
      if (!response.writableFinished && exchange.body !== "breaks")
        exchange.cancelled = true;
    });
    void deliver(script, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return server;
}

function fieldsOf({ headers }: IncomingMessage): FieldMap {
  return new Map(
    Object.entries(headers).map(([name, value]) => [name, String(value)]),
  );
}

async function deliver(
  { exchange, delivery }: Script,
  response: ServerResponse,
): Promise<void> {
  switch (delivery.kind) {
    case "refuse":
      response.destroy();
      return;
    case "silence":
      await sleep(delivery.ms);
      response.destroy();
      return;
    case "answer": {
      const { headInMs, status, fields, chunks, chunkMs, pauseMs, breaks } =
        delivery;
      await sleep(headInMs);
      exchange.headAtMs = Date.now();
      response.writeHead(status, fields.flat());
      response.flushHeaders();
      const half = Math.floor(chunks.length / 2);
      for (const [index, chunk] of chunks.entries()) {
        if (chunkMs > 0) await sleep(chunkMs);
        if (index === half && pauseMs > 0) await sleep(pauseMs);
        if (index === half && breaks) {
          response.destroy();
          return;
        }
        if (response.destroyed) return;
        await new Promise((resolve) => response.write(chunk, resolve));
      }
      response.end();
    }
  }
}
