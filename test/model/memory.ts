import { parseConfig } from "../../src/config.ts";
import type { Edge } from "../../src/edge/edge.ts";
import { handle } from "../../src/edge/handle.ts";
import { newIsolate } from "../../src/edge/isolate.ts";
import { NamedFields } from "../../src/http/fields.ts";
import { Engine } from "../../src/sim/engine.ts";
import type {
  Bytes,
  Inbound,
  OriginAnswer,
  OriginRequest,
  Reply,
  World,
} from "../../src/ports.ts";
import type { History, PopCacheState } from "./history.ts";
import { Origin, type Script } from "./origin.ts";
import { Player, type Answer, type Run, type Sent, type Stage } from "./run.ts";

const host = "shop.example";
const startMs = Date.parse("2026-01-01T00:00:00.250Z");

/** How long what happens may go on after the last step. */
const patienceMs = 300_000;

/** How often open responses are held against the list. */
export const memoryWatchMs = 500;

/** Plays a history on the edge in memory, in virtual time. Deferred work that never ends is told as a problem. */
export async function playInMemory(
  history: History,
): Promise<Run & { problems: string[] }> {
  const engine = new Engine(startMs);
  const origin = new Origin(history, startMs);
  const stage = new MemoryStage(history, engine, origin);
  const player = new Player(history, stage, origin);
  const problems: string[] = [];
  const played = player.play().catch((error: unknown) => {
    problems.push(`the history could not be played: ${String(error)}`);
  });
  const lengthMs = history.steps.reduce(
    (sum, step) =>
      sum +
      step.waitMs +
      (step.kind === "request" ? step.copies * step.spacingMs : 0),
    0,
  );
  await engine.run(startMs + lengthMs + patienceMs);
  void played;
  problems.push(...stage.problems);
  if (stage.deferred > 0)
    problems.push(`${stage.deferred} pieces of deferred work never ended`);
  return { ...player.run, problems };
}

class MemoryStage implements Stage {
  readonly host = host;
  readonly problems: string[] = [];
  deferred = 0;
  readonly #engine: Engine;
  readonly #world: VirtualWorld;
  readonly #edges: Edge[];

  constructor(history: History, engine: Engine, origin: Origin) {
    this.#engine = engine;
    this.#world = new VirtualWorld(engine, origin, (work) => this.#track(work));
    const config = parseConfig({
      RECORD_MEMORY_SECONDS: "0",
      SITE_MEMORY_SECONDS: "0",
      WATCH_SECONDS: String(memoryWatchMs / 1000),
    });
    if (!config.ok) throw new Error(config.problem);
    this.#edges = Array.from({ length: history.isolates }, () => ({
      world: this.#world,
      isolate: newIsolate(config.value),
      config: config.value,
    }));
    const { serveStaleSeconds, timeoutSeconds } = history.site;
    const site = {
      customer: "shop",
      origins: ["https://origin.example"],
      timeoutSeconds,
      cache: { serveStaleSeconds },
    };
    this.#world.list.set(`host:${host}`, JSON.stringify(site));
    this.#world.list.set("customer:shop", "allow");
  }

  nowMs = () => this.#engine.nowMs;
  sleep = (ms: number) => this.#engine.sleep(ms);

  async put(key: "customer" | "purge", value: string): Promise<void> {
    this.#world.list.set(`${key}:shop`, value);
  }

  restart(): void {
    for (const edge of this.#edges) edge.isolate = newIsolate(edge.config);
  }

  setClock(byMs: number): void {
    this.#world.setClock(byMs);
  }

  setPopCache(state: PopCacheState): void {
    this.#world.setPopCache(state);
  }

  async send(sent: Sent): Promise<Answer | null> {
    const reply = await this.#handled(sent);
    return reply === null ? null : this.#answer(reply);
  }

  async #handled(sent: Sent): Promise<Reply | null> {
    // An isolate that began anew takes new requests; those under way end where they began.
    const taken = this.#edges[sent.isolate];
    if (taken === undefined) throw new Error(`no isolate ${sent.isolate}`);
    const edge = { ...taken };
    return handle(inboundOf(sent), edge).catch((error: unknown) => {
      this.problems.push(`${sent.method} ${sent.path} threw: ${String(error)}`);
      return null;
    });
  }

  #answer({ status, fields, body }: Reply): Answer {
    switch (body.kind) {
      case "none":
        return { status, fields, ...delivered(null) };
      case "bytes":
        return { status, fields, ...delivered(body.bytes) };
      case "stream": {
        const length = fields.find(([name]) => /^content-length$/i.test(name));
        const delivery = new Delivery(
          body.stream,
          length === undefined ? null : Number(length[1]),
        );
        void body.watch.cut.then(() => delivery.cut("dropped"));
        void body.watch.during(delivery.ended);
        return {
          status,
          fields,
          read: () => delivery.read(),
          abort: () => delivery.cut("aborted"),
        };
      }
      case "channel":
        throw new Error("nobody asked for a WebSocket");
    }
  }

  #track(work: Promise<unknown>): void {
    this.deferred += 1;
    const ended = work.then(
      () => null,
      (error: unknown) => `deferred work failed: ${String(error)}`,
    );
    void ended.then((problem) => {
      this.deferred -= 1;
      if (problem !== null) this.problems.push(problem);
      return problem;
    });
  }
}

function inboundOf({ method, path, fields, content }: Sent): Inbound {
  const empty = new ReadableStream<Uint8Array>({
    start: (controller) => controller.close(),
  });
  const bodies: Record<Sent["content"], Inbound["body"]> = {
    none: null,
    length: empty,
    chunks: empty,
    some: new Response("content").body,
  };
  return {
    method,
    url: `http://${host}${path}`,
    fields: new NamedFields([
      ...new Headers(
        [
          ["host", host],
          ...fields,
          ...(content === "length" ? [["content-length", "0"] as const] : []),
        ].map(([name, value]) => [name, value]),
      ),
    ]),
    body: bodies[content],
    country: null,
    clientAddress: "203.0.113.9",
    pop: null,
    httpVersion: "1.1",
  };
}

function delivered(bytes: Uint8Array | null): Pick<Answer, "read" | "abort"> {
  let left = bytes === null || bytes.byteLength === 0 ? null : bytes;
  return {
    read: async () => {
      const chunk = left;
      left = null;
      return chunk === null ? { kind: "end" } : { kind: "chunk", bytes: chunk };
    },
    abort: () => undefined,
  };
}

/** A body on its way to a visitor, who sees it broken when less comes than its length says. */
class Delivery {
  readonly #ended = Promise.withResolvers<void>();
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #length: number | null;
  readonly #cut = Promise.withResolvers<{ kind: "broken" }>();
  #read = 0;

  constructor(stream: ReadableStream<Uint8Array>, length: number | null) {
    this.#reader = stream.getReader();
    this.#length = length;
  }

  async read(): ReturnType<Answer["read"]> {
    const step = await Promise.race([
      this.#cut.promise,
      this.#reader.read().then(
        ({ done, value }) =>
          done
            ? ({ kind: "end" } as const)
            : ({ kind: "chunk", bytes: value } as const),
        () => ({ kind: "broken" }) as const,
      ),
    ]);
    if (step.kind === "chunk") this.#read += step.bytes.byteLength;
    else this.#ended.resolve();
    return step.kind === "end" && this.#read < (this.#length ?? 0)
      ? { kind: "broken" }
      : step;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  cut(reason: string): void {
    this.#ended.resolve();
    this.#cut.resolve({ kind: "broken" });
    void this.#reader.cancel(reason).then(undefined, () => undefined);
  }
}

/** How long a message takes between the edge and the origin, one way, and a look at the list or the PoP cache. */
const linkMs = 5;
const nearbyMs = 1;
/** How long a PoP cache that dawdles takes over a body. */
const dawdlingMs = 60_000;

/** The outside in virtual time: a list, a PoP cache that streams, and the origin. */
class VirtualWorld implements World {
  readonly list = new Map<string, string>();
  readonly #engine: Engine;
  readonly #origin: Origin;
  readonly #texts = new Map<string, string>();
  readonly #bodies = new Map<string, Uint8Array>();
  #popCache: PopCacheState = "keeps";
  #clockByMs = 0;
  #random = 0;
  readonly later: World["later"];

  constructor(engine: Engine, origin: Origin, later: World["later"]) {
    this.#engine = engine;
    this.#origin = origin;
    this.later = later;
  }

  nowMs = () => this.#engine.nowMs + this.#clockByMs;
  wait = (ms: number) => this.#engine.sleep(ms);
  observe = () => undefined;

  randomHex(bytes: number): string {
    this.#random += 1;
    return this.#random.toString(16).padStart(bytes * 2, "0");
  }

  readFeed: World["readFeed"] = async () => ({
    kind: "failed",
    problem: "there is no registry",
  });

  readRecord: World["readRecord"] = async (key) => {
    await this.#engine.sleep(nearbyMs);
    return { kind: "read", text: this.list.get(key) ?? null };
  };

  setClock(byMs: number): void {
    this.#clockByMs += byMs;
  }

  setPopCache(state: PopCacheState): void {
    this.#popCache = state;
    if (state !== "forgets") return;
    this.#texts.clear();
    this.#bodies.clear();
  }

  async recall(name: string): Promise<string | null> {
    await this.#engine.sleep(nearbyMs);
    return this.#texts.get(name) ?? null;
  }

  async keep(name: string, text: string): Promise<void> {
    await this.#engine.sleep(nearbyMs);
    if (this.#popCache !== "refuses") this.#texts.set(name, text);
  }

  async forget(name: string): Promise<void> {
    await this.#engine.sleep(nearbyMs);
    this.#texts.delete(name);
    this.#bodies.delete(name);
  }

  async recallBytes(name: string): Promise<Bytes | null> {
    await this.#engine.sleep(nearbyMs);
    const bytes = this.#bodies.get(name);
    return bytes === undefined ? null : streamOf(bytes);
  }

  async keepBytes(name: string, bytes: Bytes): Promise<boolean> {
    await this.#engine.sleep(nearbyMs);
    if (this.#popCache === "refuses") return false;
    if (this.#popCache === "dawdles") await this.#engine.sleep(dawdlingMs);
    const stream = bytes instanceof Uint8Array ? streamOf(bytes) : bytes;
    const reader = stream.getReader();
    const chunks: Uint8Array[] = [];
    for (;;) {
      const step = await reader.read().then(
        ({ value }) => ({ ok: true as const, chunk: value }),
        () => ({ ok: false as const }),
      );
      if (!step.ok) return false;
      if (step.chunk === undefined) break;
      chunks.push(step.chunk);
      if (this.#popCache === "fails-midway" && chunks.length === 2)
        return false;
    }
    this.#bodies.set(name, new Uint8Array(Buffer.concat(chunks)));
    return true;
  }

  async send(request: OriginRequest): Promise<OriginAnswer> {
    await this.#engine.sleep(linkMs);
    // As `fetch` of the runtime does.
    if (request.body !== null && /^(?:GET|HEAD)$/.test(request.method))
      return {
        kind: "failed",
        error: "connection_terminated",
        details: "TypeError: Request with a GET or HEAD method has a body",
        sent: "perhaps",
      };
    const script = this.#origin.respond(
      {
        method: request.method,
        path: request.url.pathname,
        fields: new Map(
          request.fields.map(([name, value]) => [name.toLowerCase(), value]),
        ),
      },
      this.#engine.nowMs,
    );
    return this.#delivered(script, request.timeoutMs);
  }

  async #delivered(
    { exchange, delivery }: Script,
    timeoutMs: number,
  ): Promise<OriginAnswer> {
    switch (delivery.kind) {
      case "refuse":
        exchange.endedAtMs = this.#engine.nowMs;
        return {
          kind: "failed",
          error: "connection_refused",
          details: "refused",
          sent: "perhaps",
        };
      case "silence":
        await this.#engine.sleep(Math.min(delivery.ms, timeoutMs));
        exchange.endedAtMs = this.#engine.nowMs;
        return {
          kind: "failed",
          error: "connection_read_timeout",
          details: "silence",
          sent: "perhaps",
        };
      case "answer": {
        await this.#engine.sleep(delivery.headInMs);
        exchange.headAtMs = this.#engine.nowMs;
        const { status, fields } = delivery;
        const isBare =
          exchange.method === "HEAD" || status === 204 || status === 304;
        if (isBare) exchange.endedAtMs = this.#engine.nowMs;
        const body = isBare ? null : this.#bodyOf({ exchange, delivery });
        return { kind: "answered", status, fields, body, channel: null };
      }
    }
  }

  /** The origin writes as long as the connection takes it, some chunks ahead of the reader. */
  #bodyOf({
    exchange,
    delivery,
  }: {
    exchange: Script["exchange"];
    delivery: Extract<Script["delivery"], { kind: "answer" }>;
  }): ReadableStream<Uint8Array> {
    const { chunks, chunkMs, pauseMs, breaks } = delivery;
    const half = Math.floor(chunks.length / 2);
    const end = () => {
      exchange.endedAtMs = this.#engine.nowMs;
    };
    let sent = 0;
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          if (chunkMs > 0) await this.#engine.sleep(chunkMs);
          if (sent === half && pauseMs > 0) await this.#engine.sleep(pauseMs);
          const chunk = chunks[sent];
          if (exchange.cancelled) return;
          if (breaks && sent === half) {
            end();
            controller.error(new Error("the origin closed the connection"));
          } else if (chunk === undefined) {
            end();
            controller.close();
          } else {
            sent += 1;
            // A network's bytes are nobody else's.
            controller.enqueue(chunk.slice());
          }
        },
        cancel: () => {
          exchange.cancelled = true;
          end();
        },
      },
      { highWaterMark: 4 },
    );
  }
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  const size = 65_536;
  let at = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (at < bytes.byteLength)
          controller.enqueue(bytes.slice(at, at + size));
        at += size;
        if (at >= bytes.byteLength) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
