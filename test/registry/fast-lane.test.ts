import { mkdtemp, rm } from "node:fs/promises";
import { createServer, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { startDirect } from "../../src/node/direct.ts";
import { ask } from "../cli/running.ts";
import { startRegistry, type Rig } from "./rig.ts";

/** How much later than at its centre a change shows in the KV that the edges read; KV_LAGS_SECONDS=60 is Cloudflare's. */
const lagMs = 1000 * Number(process.env["KV_LAGS_SECONDS"] ?? 6);

/** In place of a PoP: its name, and a KV that another process answers for. */
const front = `
import worker from "./worker.js";
export default {
  fetch(request, env, ctx) {
    const CUSTOMERS = {
      async get(key) {
        const response = await env.LIST.fetch("http://list/", { method: "POST", body: key });
        return response.status === 404 ? null : response.body;
      },
    };
    const REGISTRY = env.FEED === "none" ? undefined : env.REGISTRY;
    const there = new Request(request, { cf: { colo: env.POP } });
    return worker.fetch(there, { ...env, CUSTOMERS, REGISTRY }, ctx);
  },
};`;

const host = "forum.example";
const closing: (() => Promise<void>)[] = [];

/** KV as it is seen from far away: each key as it was so long ago. */
class LaggingKv {
  readonly #rig: Rig;
  readonly #versions = new Map<
    string,
    { fromMs: number; text: string | null }[]
  >();
  readonly #timer: NodeJS.Timeout;

  constructor(rig: Rig) {
    this.#rig = rig;
    this.#timer = setInterval(() => void this.look(), 250);
  }

  async look(): Promise<void> {
    const kv = await this.#rig.list();
    for (const key of ["customer:forum", `host:${host}`, "edge"]) {
      const text = await kv.get(key, "text");
      const known = this.#versions.get(key) ?? [];
      if (known.length === 0) known.push({ fromMs: -Infinity, text });
      else if (known.at(-1)?.text !== text)
        known.push({ fromMs: Date.now(), text });
      this.#versions.set(key, known);
    }
  }

  read(key: string): string | null {
    const versions = this.#versions.get(key) ?? [];
    const seen = versions.findLast(
      ({ fromMs }) => fromMs <= Date.now() - lagMs,
    );
    return seen?.text ?? null;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

let rig: Rig;
let kv: LaggingKv;
let askRegistry: (url: string) => Promise<Response>;

/** An edge with a cache and a memory of its own. */
async function startEdge(pop: string, feed: "read" | "none"): Promise<number> {
  const statePath = await mkdtemp(join(tmpdir(), "portcullis-edge-"));
  const runtime = await startDirect({
    bundle: inject("bundle"),
    variables: {
      PRIVATE_ORIGINS: "allowed",
      // As on Cloudflare, whose word the name of a PoP is.
      CLIENT_ADDRESS: "cf-connecting-ip",
      LOG_REQUESTS: "problems",
    },
    listeners: [{ host: "127.0.0.1", port: 0 }],
    statePath,
    front: {
      module: front,
      bindings: { POP: pop, FEED: feed },
      services: {
        LIST: async (request) => {
          const text = kv.read(await request.text());
          return new Response(text, { status: text === null ? 404 : 200 });
        },
        REGISTRY: ({ url }) => askRegistry(url),
      },
    },
    logged: () => undefined,
  });
  closing.push(async () => {
    await runtime.dispose();
    await rm(statePath, { recursive: true });
  });
  return Number((await runtime.unsafeGetDirectURL()).port);
}

const pops = ["FRA", "SIN", "GRU"];
let ports: number[];
let alone: number;

beforeAll(async () => {
  // Says something every 100 ms at /stream, for as long as it is let.
  const origin = createServer((request, response) => {
    response.writeHead(200, {
      "Content-Type": "text/plain",
      "Cache-Control": "no-store",
    });
    if (request.url !== "/stream") return response.end("hello");
    const timer = setInterval(() => response.write("tick\n"), 100);
    response.on("close", () => clearInterval(timer));
    return response;
  }).listen(0, "127.0.0.1");
  await once(origin, "listening");
  const address = origin.address();
  const originPort = typeof address === "object" ? address?.port : 0;
  closing.push(async () => {
    origin.closeAllConnections();
    origin.close();
  });
  rig = await startRegistry();
  askRegistry = (url) => rig.askFeed(url);
  await command({
    kind: "add",
    host,
    site: { customer: "forum", origins: [`http://127.0.0.1:${originPort}`] },
  });
  kv = new LaggingKv(rig);
  await kv.look();
  ports = await Promise.all(pops.map((pop) => startEdge(pop, "read")));
  alone = await startEdge("AMS", "none");
}, 60_000);

afterAll(async () => {
  kv.close();
  for (const close of closing) await close();
  await rig.close();
});

async function command(given: object): Promise<void> {
  const response = await rig.fetch("POST", "/v1/orders", {
    body: { order: { kind: "command", command: given } },
  });
  expect(response.status).toBe(200);
}

const drop = {
  kind: "drop",
  customer: "forum",
  ground: "policy",
  reason: "Phishing",
};
const restore = { kind: "restore", customer: "forum" };

const statusAt = async (port: number) => (await ask(port, host)).status;

/** Asks again and again; how long after `fromMs` the last answer came that was not `status`. */
async function settledAfter(
  port: number,
  status: number,
  fromMs: number,
): Promise<number> {
  let lastMs = 0;
  for (let inARow = 0; inARow < 20; await pause(50)) {
    const is = await statusAt(port);
    inARow = is === status ? inARow + 1 : 0;
    if (is !== status) lastMs = Date.now() - fromMs;
  }
  return lastMs;
}

/** How long after `fromMs` a response that is read all the time ends. */
async function endedAfter(port: number, fromMs: number): Promise<number> {
  const request = get({
    host: "127.0.0.1",
    port,
    path: "/stream",
    headers: { Host: host },
  });
  const [response] = await once(request, "response");
  response.resume();
  await new Promise((resolve) => response.on("close", resolve));
  return Date.now() - fromMs;
}

describe("a KV that shows every change late", () => {
  test(
    "keeps no drop and no restoration through the registry from any PoP for longer than 5 seconds, open responses included",
    async () => {
      for (const port of [...ports, alone])
        expect(await statusAt(port)).toBe(200);
      const fromMs = Date.now() + 500;
      const open = ports.map((port) => endedAfter(port, fromMs));
      await pause(500);
      await command(drop);
      const [dark, ended, late] = await Promise.all([
        Promise.all(ports.map((port) => settledAfter(port, 403, fromMs))),
        Promise.all(open),
        settledAfter(alone, 403, fromMs),
      ]);
      console.log(
        `Time to dark with KV ${lagMs / 1000} s behind: ${Math.max(...dark)} ms, open responses ${Math.max(...ended)} ms; by KV alone ${late} ms.`,
      );
      expect(Math.max(...dark)).toBeLessThan(5_000);
      expect(Math.max(...ended)).toBeLessThan(5_000);
      expect(late).toBeGreaterThan(lagMs - 1_000);

      const restoredMs = Date.now();
      await command(restore);
      const light = await Promise.all(
        ports.map((port) => settledAfter(port, 200, restoredMs)),
      );
      expect(Math.max(...light)).toBeLessThan(5_000);
    },
    60_000 + 3 * lagMs,
  );

  test("says by each PoP's own word who holds a change", async () => {
    await command(drop);
    await Promise.all(ports.map((port) => settledAfter(port, 403, Date.now())));
    // They say so with the next question.
    await pause(1_100);
    for (const port of ports) await statusAt(port);
    await pause(500);
    const response = await rig.fetch("GET", "/v1/propagation?customer=forum");
    const { pops: told }: { pops: { name: string; state: string }[] } =
      await response.json();
    expect(
      told
        .filter(({ name }) => pops.includes(name))
        .map(({ name, state }) => `${name} ${state}`),
    ).toEqual(["FRA holds", "GRU holds", "SIN holds"]);
    await command(restore);
    await Promise.all(ports.map((port) => settledAfter(port, 200, Date.now())));
  }, 60_000);
});

describe("a registry that", () => {
  const dead = {
    "answers 503": async () => new Response(null, { status: 503 }),
    "cannot be reached": () => Promise.reject(new Error("gone")),
    "answers nothing": () => new Promise<Response>(() => undefined),
    "answers with something else": async () => new Response("<html>"),
  };

  test.each(Object.entries(dead))(
    "%s under load costs not one request",
    async (_, answer) => {
      const statuses: number[] = [];
      const load = new AbortController();
      const visitors = ports.flatMap((port) =>
        Array.from({ length: 4 }, async () => {
          while (!load.signal.aborted) statuses.push(await statusAt(port));
        }),
      );
      await pause(500);
      askRegistry = answer;
      await pause(2_500);
      askRegistry = (url) => rig.askFeed(url);
      await pause(500);
      load.abort();
      await Promise.all(visitors);
      expect(statuses.length).toBeGreaterThan(100);
      expect(statuses.filter((status) => status !== 200)).toEqual([]);
    },
    60_000,
  );
});
