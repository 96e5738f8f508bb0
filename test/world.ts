import { parseConfig, type EdgeConfig } from "../src/config.ts";
import type { Edge } from "../src/edge/edge.ts";
import { collect } from "../src/edge/stored-body.ts";
import { handle } from "../src/edge/handle.ts";
import { newIsolate } from "../src/edge/isolate.ts";
import { NamedFields, type FieldLine } from "../src/http/fields.ts";
import type {
  Bytes,
  EdgeEvent,
  FeedAnswer,
  Inbound,
  OriginAnswer,
  OriginRequest,
  Reply,
  World,
} from "../src/ports.ts";

/** An outside held in memory: its clock moves when told, its list and its origins do what the test says. */
export class MemoryWorld implements World {
  clockMs = Date.parse("2026-01-01T00:00:00Z");
  readonly list = new Map<string, string>();
  listState: "up" | "down" | "hanging" = "up";
  readonly unreadableKeys = new Set<string>();
  /** The keys read so far, in their order. */
  readonly listReads: string[] = [];
  readonly popTexts = new Map<string, string>();
  readonly sent: OriginRequest[] = [];
  readonly events: EdgeEvent[] = [];
  origin: (request: OriginRequest) => OriginAnswer | Promise<OriginAnswer> =
    () => answered(200, [["Content-Type", "text/plain"]], "hello");
  #pending: Promise<unknown>[] = [];

  nowMs = () => this.clockMs;
  #drawn = 0;
  /** Never the same twice. */
  randomHex = (bytes: number) => {
    this.#drawn += 1;
    return this.#drawn
      .toString(16)
      .padStart(2 * bytes, "0")
      .slice(-2 * bytes);
  };
  recall = async (name: string) => this.popTexts.get(name) ?? null;
  keep = async (name: string, text: string) => {
    this.popTexts.set(name, text);
  };
  forget = async (name: string) => {
    this.popTexts.delete(name);
    this.popBytes.delete(name);
  };
  readonly popBytes = new Map<string, Uint8Array>();
  recallBytes = async (name: string): Promise<Bytes | null> =>
    this.popBytes.get(name) ?? null;
  keepBytes = async (name: string, bytes: Bytes) => {
    const whole = await collect(bytes);
    if (whole !== null) this.popBytes.set(name, whole);
    return whole !== null;
  };
  /** Waits end when `pass` has made so much time pass, however the clock was set meanwhile. */
  #passedMs = 0;
  #waits: { untilMs: number; end: () => void }[] = [];
  wait = async (ms: number) => {
    const wait = Promise.withResolvers<void>();
    this.#waits.push({ untilMs: this.#passedMs + ms, end: wait.resolve });
    return wait.promise;
  };
  pass(ms: number): void {
    this.clockMs += ms;
    this.#passedMs += ms;
    const isOver = ({ untilMs }: { untilMs: number }) =>
      untilMs <= this.#passedMs;
    for (const { end } of this.#waits.filter(isOver)) end();
    this.#waits = this.#waits.filter((wait) => !isOver(wait));
  }
  later = (work: Promise<unknown>) => {
    this.#pending.push(work);
  };
  observe = (event: EdgeEvent) => {
    this.events.push(event);
  };

  readRecord: World["readRecord"] = async (key) => {
    this.listReads.push(key);
    await new Promise(setImmediate);
    if (this.listState === "hanging") return new Promise(() => undefined);
    return this.listState === "down" || this.unreadableKeys.has(key)
      ? { kind: "failed", problem: `${key}: the list is down` }
      : { kind: "read", text: this.list.get(key) ?? null };
  };

  /** What the registry answers; the edge asks only with the variable REGISTRY. */
  feed: (after: number) => FeedAnswer | Promise<FeedAnswer> = () => ({
    kind: "failed",
    problem: "there is no registry",
  });
  /** After which entries it was asked. */
  readonly feedReads: number[] = [];
  readFeed: World["readFeed"] = async (after) => {
    this.feedReads.push(after);
    return this.feed(after);
  };

  send = async (request: OriginRequest) => {
    this.sent.push(request);
    return this.origin(request);
  };

  /** Waits for what was put off with `later`. */
  async settle(): Promise<void> {
    while (this.#pending.length > 0) await this.#pending.shift();
  }
}

export function answered(
  status: number,
  fields: readonly FieldLine[],
  text: string | Uint8Array<ArrayBuffer> | null,
): OriginAnswer {
  return {
    kind: "answered",
    status,
    fields,
    body: text === null ? null : new Response(text).body,
    channel: null,
  };
}

/**
 * An edge on a world in memory, with one site: shop.example, customer `shop`, allowed. Unless told otherwise it reads again what
 * it read a second ago before it uses it.
 */
export function memoryEdge(
  variables: Record<string, string> = {},
): Edge & { world: MemoryWorld } {
  const world = new MemoryWorld();
  world.list.set(
    "host:shop.example",
    '{"customer":"shop","origins":["https://origin.shop.example"]}',
  );
  world.list.set("customer:shop", "allow");
  const config = configOf({
    RECORD_MEMORY_SECONDS: "0.5",
    SITE_MEMORY_SECONDS: "1",
    ...variables,
  });
  return { world, isolate: newIsolate(config), config };
}

function configOf(variables: Record<string, string>): EdgeConfig {
  const config = parseConfig(variables);
  if (!config.ok) throw new Error(config.problem);
  return config.value;
}

/** A request as the runtime would hand it over. */
export function inbound(
  url: string,
  {
    method = "GET",
    fields = {},
    country = null,
    body = null,
  }: {
    method?: string;
    fields?: Record<string, string>;
    country?: string | null;
    body?: ReadableStream<Uint8Array> | null;
  } = {},
): Inbound {
  const host = /^https?:\/\/([^/?#]*)/.exec(url)?.[1] ?? "";
  return {
    method,
    url,
    fields: new NamedFields([...new Headers({ host, ...fields })]),
    body,
    country,
    clientAddress: "203.0.113.9",
    pop: "CDG",
    httpVersion: "1.1",
  };
}

/** One request through the edge, with what it put off done too. */
export async function ask(
  edge: Edge & { world: MemoryWorld },
  url: string,
  options?: Parameters<typeof inbound>[1],
): Promise<Reply> {
  const reply = await handle(inbound(url, options), edge);
  await edge.world.settle();
  return reply;
}

export function fieldOf(reply: Reply, name: string): string | null {
  const values = reply.fields
    .filter(([field]) => field.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);
  return values.length === 0 ? null : values.join(", ");
}

/** All of a reply's body, as text. */
export async function bytesOf({ body }: Reply): Promise<Uint8Array> {
  switch (body.kind) {
    case "bytes":
      return body.bytes;
    case "stream":
      return new Response(body.stream).bytes();
    case "none":
    case "channel":
      return new Uint8Array();
  }
}

export async function textOf(reply: Reply): Promise<string> {
  return new TextDecoder().decode(await bytesOf(reply));
}
