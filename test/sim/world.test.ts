import { expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import { RandomStream } from "../../src/sim/random-stream.ts";
import { CustomerList } from "../../src/sim/customer-list.ts";
import { Engine } from "../../src/sim/engine.ts";
import { defaultIsolates } from "../../src/sim/isolates.ts";
import { Kv, defaultKv, type KvSettings } from "../../src/sim/kv.ts";
import { Origin, type Trouble } from "../../src/sim/origin.ts";
import { Pop } from "../../src/sim/pop.ts";
import { numberedObject, Server } from "../../src/sim/server.ts";
import { PopCache } from "../../src/sim/pop-cache.ts";
import { PopWorld } from "../../src/sim/world.ts";
import type { OriginAnswer, Watch } from "../../src/ports.ts";

const frankfurt = {
  code: "FRA",
  city: "Frankfurt",
  country: "DE",
  latitude: 50,
  longitude: 8.6,
};
const singapore = {
  code: "SIN",
  city: "Singapore",
  country: "SG",
  latitude: 1.4,
  longitude: 104,
};

function popWith({
  kv = {},
  trouble = null,
}: { kv?: Partial<KvSettings>; trouble?: Trouble | null } = {}): Pop {
  const config = parseConfig({});
  if (!config.ok) throw new Error(config.problem);
  const engine = new Engine(0);
  const random = new RandomStream(1);
  const origin = new Origin(
    {
      firstByte: { kind: "constant", value: 50 },
      concurrent: 4,
      maxWaitMs: 1_000,
      bytesPerSecond: 1e9,
      phases:
        trouble === null
          ? []
          : [{ fromMs: 0, untilMs: 1e9, share: 1, trouble }],
    },
    random,
  );
  const server = new Server("origin.example", "shop", singapore, origin, {
    cacheControl: "max-age=60",
    sizes: Float64Array.of(10),
    objectAt: numberedObject,
  });
  return new Pop(
    "FRA",
    frankfurt,
    new PopCache({ capacity: 1_000, algorithm: "lru" }),
    {
      config: config.value,
      isolates: defaultIsolates,
      popCacheMs: 1,
      list: new CustomerList(new Kv({ ...defaultKv, ...kv }, random), engine),
      registry: null,
      engine,
      servers: new Map([[server.url, server]]),
    },
    random,
  );
}

/** What the work answers, and how much virtual time it takes. */
async function timed<Value>(
  { engine }: Pop,
  work: Promise<Value>,
): Promise<{ value: Value; tookMs: number }> {
  const noted = work.then((value) => ({ value, tookMs: engine.nowMs }));
  engine.track(noted);
  await engine.run(120_000);
  return noted;
}

test("a read takes as long as the model of KV says, and those that the edge gives up are counted", async () => {
  const pop = popWith({ kv: { central: { kind: "constant", value: 5_000 } } });
  const world = new PopWorld(pop);
  const reading = timed(pop, world.readRecord("customer:shop"));
  expect(await reading).toEqual({
    value: { kind: "read", text: null },
    tookMs: 5_000,
  });
  expect(pop.list.count).toMatchObject({ reads: 1, failedReads: 0 });
  world.observe({ kind: "list-unreadable", problem: "no answer" });
  expect(pop.list.count).toMatchObject({ reads: 1, failedReads: 1 });
});

const sending = (
  pop: Pop,
  host = "origin.example",
  watch: Watch | null = null,
): Promise<OriginAnswer> =>
  new PopWorld(pop).send({
    method: "GET",
    url: new URL(`https://${host}/`),
    host: null,
    fields: [],
    body: null,
    upgrade: "none",
    betweenBytesMs: 60_000,
    timeoutMs: 30_000,
    probe: "none",
    watch,
  });

test("an answer takes the way there and back, and the server's own time", async () => {
  const pop = popWith();
  const { value, tookMs } = await timed(pop, sending(pop));
  expect(value).toMatchObject({ kind: "answered", status: 200 });
  expect(tookMs).toBeCloseTo(pop.roundTripTo(singapore) + 50, 6);
});

test("an exchange ends at the moment its watch cuts it", async () => {
  const pop = popWith();
  const cut = pop.engine.sleep(20);
  const during = <Value>(work: Promise<Value>) => work;
  const { value, tookMs } = await timed(
    pop,
    sending(pop, "origin.example", { cut, during }),
  );
  expect(value).toMatchObject({ error: "http_request_denied" });
  expect(tookMs).toBeCloseTo(Math.max(20, pop.roundTripTo(singapore) / 2), 6);
});

test.each([
  ["refuses", 0.5, "connection_refused"],
  ["silent", null, "connection_read_timeout"],
] as const)(
  "RFC 9209: a server that %s is an error of its own, and in its own time",
  async (kind, ways, error) => {
    const pop = popWith({ trouble: { kind } });
    const { value, tookMs } = await timed(pop, sending(pop));
    expect(value).toMatchObject({ kind: "failed", error });
    const wholeWayMs = pop.roundTripTo(singapore);
    expect(tookMs).toBeCloseTo(
      ways === null ? 30_000 : wholeWayMs * (ways + 0.5),
      6,
    );
  },
);

test("RFC 9209: a server that does not exist is a DNS error", async () => {
  const pop = popWith();
  const { value } = await timed(pop, sending(pop, "nowhere.example"));
  expect(value).toMatchObject({ kind: "failed", error: "dns_error" });
});

test("a body is kept by its length, however it arrives, unless it breaks off", async () => {
  const pop = popWith();
  const world = new PopWorld(pop);
  const streamed = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array(3));
      controller.enqueue(new Uint8Array(4));
      controller.close();
    },
  });
  const broken = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.error(new Error("gone"));
    },
  });
  expect(await world.keepBytes("whole", new Uint8Array(5))).toBe(true);
  expect(await world.keepBytes("streamed", streamed)).toBe(true);
  expect(await world.keepBytes("broken", broken)).toBe(false);
  expect(pop.popCache.bytes("whole")).toHaveLength(5);
  expect(pop.popCache.bytes("streamed")).toHaveLength(7);
  expect(pop.popCache.bytes("broken")).toBeNull();
});
