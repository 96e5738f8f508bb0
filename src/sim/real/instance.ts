import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { request as ask, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import * as v from "valibot";
import { startDirect } from "../../node/direct.ts";
import { startHostDispatcher } from "../../node/host-dispatcher.ts";
import type { EdgeConfig } from "../../config.ts";
import { requestOutcomes, type Inbound, type Reply } from "../../ports.ts";
import type { RequestEvent } from "../world.ts";
import type { Pop } from "../pop.ts";
import type { Server } from "../server.ts";
import { visitorFields } from "../visitor-fields.ts";
import { entry, runField } from "./entry.ts";
import { linesOf } from "./fields.ts";
import { Origins } from "./origins.ts";
import type { RealTime } from "./real-time.ts";

export interface Instance {
  answer: Pop["answer"];
  close(): Promise<void>;
}

/** The Worker on a runtime of its own in the place of a simulated point of presence, whose list and distances it has. */
export async function startInstance(
  pop: Pop,
  clock: RealTime,
  world: { bundle: string; servers: Iterable<Server> },
): Promise<Instance> {
  const statePath = await mkdtemp(join(tmpdir(), "portcullis-pop-"));
  const origins = new Origins(pop, clock);
  await origins.open(world.servers);
  const dispatcher = await startHostDispatcher();
  const events = new RequestEvents();
  const runtime = await startDirect({
    bundle: world.bundle,
    variables: {
      ...variablesOf(pop.config),
      HOST_DISPATCHER: dispatcher.address,
    },
    listeners: [{ host: "127.0.0.1", port: 0 }],
    statePath,
    front: {
      module: entry,
      bindings: { CLOCK: { startMs: clock.nowMs, scale: clock.scale } },
      services: {
        LIST: async (request) => readRecord(pop, await request.text(), origins),
      },
    },
    logged: (message) => forwardLog(pop, message, events),
  });
  const { port } = await runtime.unsafeGetDirectURL();
  // A runtime's first requests take long; these are about no site.
  for (let round = 0; round < 3; round++)
    await requestOverHttp(Number(port), aboutItself, { clock, traceId: null });
  return {
    answer: async (request) => {
      const traceId = randomBytes(16).toString("hex");
      const event = events.expect(traceId);
      const reply = await requestOverHttp(Number(port), request, {
        clock,
        traceId,
      });
      return { reply, requestEvent: await event };
    },
    close: async () => {
      await runtime.dispose();
      dispatcher.close();
      origins.close();
      await rm(statePath, { recursive: true });
    },
  };
}

const aboutItself: Inbound = {
  method: "GET",
  url: "http://localhost/.well-known/portcullis/",
  fields: visitorFields("localhost"),
  body: null,
  country: null,
  pop: null,
  clientAddress: null,
  httpVersion: "1.1",
};

/** What the simulated edge goes by, so that both do: a default may be another one in wrangler.toml. */
function variablesOf(config: EdgeConfig): Record<string, string> {
  return {
    EDGE_NAME: config.name,
    PRIVATE_ORIGINS: "allowed",
    RECORD_MEMORY_SECONDS: String(config.recordMemoryMs / 1_000),
    SITE_MEMORY_SECONDS: String(config.siteMemoryMs / 1_000),
    LIST_CACHE_SECONDS: String(config.listCacheMs / 1_000),
    LIST_DEADLINE_SECONDS: String(config.listDeadlineMs / 1_000),
    WATCH_SECONDS: String(config.watchMs / 1_000),
    NEW_HOSTS_PER_SECOND: String(config.newHostsPerSecond),
    RESPONSE_MEMORY_MIB: String(config.responseMemoryBytes / 2 ** 20),
    LOG_REQUESTS: "all",
    CLIENT_ADDRESS: "unknown",
  };
}

const eventForm = v.pipe(
  v.string(),
  v.parseJson(),
  v.variant("kind", [
    v.object({
      kind: v.literal("request"),
      outcome: v.picklist(requestOutcomes),
      traceId: v.nullable(v.string()),
      cache: v.nullable(
        v.object({
          fwd: v.nullable(v.string()),
          stored: v.boolean(),
          collapsed: v.boolean(),
          ttlSeconds: v.nullable(v.number()),
          detail: v.nullable(v.string()),
        }),
      ),
    }),
    v.object({
      kind: v.picklist([
        "record-malformed",
        "list-unreadable",
        "pop-cache-failed",
        "not-stored",
        "cut",
      ]),
    }),
  ]),
);

/** Some events of the edge are counted; what is none is for whoever mends the Worker. */
function forwardLog(pop: Pop, message: string, events: RequestEvents): void {
  const event = v.safeParse(eventForm, message);
  if (!event.success) process.stderr.write(`${pop.id}: ${message}\n`);
  else if (event.output.kind === "request") events.arrive(event.output);
  else pop.list.observe(event.output);
}

/** How long after a response its event may come. */
const eventDeadlineMs = 5_000;

/** The events of requests, told apart by the trace that each request begins. */
class RequestEvents {
  readonly #expected = new Map<string, (event: RequestEvent) => void>();

  /** Null where none came: the request never reached the Worker, or its connection broke off. */
  expect(traceId: string): Promise<RequestEvent | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#expected.delete(traceId);
        resolve(null);
      }, eventDeadlineMs);
      this.#expected.set(traceId, (event) => {
        clearTimeout(timer);
        this.#expected.delete(traceId);
        resolve(event);
      });
    });
  }

  arrive(event: RequestEvent & { traceId: string | null }): void {
    this.#expected.get(event.traceId ?? "")?.(event);
  }
}

/** The model's answer, given when the model would. */
async function readRecord(
  pop: Pop,
  key: string,
  origins: Origins,
): Promise<Response> {
  const answer = await pop.list.read(pop.id, key);
  switch (answer.kind) {
    case "read":
      return answer.text === null
        ? new Response(null, { status: 404 })
        : new Response(origins.localised(answer.text));
    case "failed":
      return new Response(answer.problem, { status: 503 });
  }
}

/**
 * One request over HTTP on loopback, on a connection of its own, which nobody can have closed already. A connection that breaks
 * off is a reply without any field. One that breaks off in the body counts by its head: a drop cuts what is under way, and in
 * virtual time bodies take none.
 */
function requestOverHttp(
  port: number,
  { method, url, fields, country }: Inbound,
  { clock, traceId }: { clock: RealTime; traceId: string | null },
): Promise<Reply> {
  const { pathname, search } = new URL(url);
  const run = { country, beganAtMs: clock.beganAtMs };
  const headers = {
    ...Object.fromEntries(fields),
    ...(traceId !== null && {
      traceparent: `00-${traceId}-${traceId.slice(16)}-00`,
    }),
    [runField]: JSON.stringify(run),
  };
  const path = `${pathname}${search}`;
  return new Promise((resolve) => {
    ask({ port, agent: false, method, path, headers }, (response) =>
      resolve(
        buffer(response).then(
          (bytes) => replyOf(response, { kind: "bytes", bytes }),
          () => replyOf(response, { kind: "none" }),
        ),
      ),
    )
      .on("error", () => resolve(broken))
      .end();
  });
}

const broken: Reply = { status: 502, fields: [], body: { kind: "none" } };

function replyOf(
  { statusCode, headersDistinct }: IncomingMessage,
  body: Reply["body"],
): Reply {
  return {
    status: statusCode ?? broken.status,
    fields: linesOf(headersDistinct),
    body,
  };
}
