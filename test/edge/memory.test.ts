import { describe, expect, test } from "vitest";
import type { FieldLine } from "../../src/http/fields.ts";
import { boundedMap } from "../../src/edge/bounded-map.ts";
import { ByteBudget } from "../../src/edge/byte-budget.ts";
import { maxResponseMebibytes } from "../../src/config.ts";
import { addGroupPurge } from "../../src/edge/group-purges.ts";
import { handle } from "../../src/edge/handle.ts";
import { countSecond } from "../../src/edge/hit-for-miss.ts";
import { IsolateCache, type CacheEntry } from "../../src/edge/isolate-cache.ts";
import { PinnedBodies } from "../../src/edge/pinned-bodies.ts";
import { memoryShares } from "../../src/edge/memory-budget.ts";
import { renderOwnReply } from "../../src/edge/own-reply.ts";
import type { OriginAnswer, Reply } from "../../src/ports.ts";
import { storedWith } from "../cache/sample.ts";
import { answered, ask, inbound, memoryEdge, textOf } from "../world.ts";

const shop = "https://shop.example/";
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const long = "x".repeat(16_000);
const cacheable: FieldLine[] = [["Cache-Control", "max-age=60"]];

/** Until all that can go on by itself has. */
async function quiescence(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
}

test("all shares together leave an eighth of an isolate's 128 MB", () => {
  const shares = Object.values(memoryShares).reduce((sum, one) => sum + one);
  const most = shares + maxResponseMebibytes * 2 ** 20;
  expect(most).toBeLessThanOrEqual((128_000_000 * 7) / 8);
});

describe("a bounded map", () => {
  test("lets go of the entry not used for longest, and of no more than it has to", () => {
    const map = boundedMap<number>(10_000);
    for (let n = 0; n < 10; n++) map.set(`${n}${"x".repeat(699)}`, n);
    expect(map.size).toBe(10);
    map.get(`0${"x".repeat(699)}`);
    map.set(`new${"x".repeat(697)}`, 10);
    expect([...map.values()].toSorted((a, b) => a - b)).toEqual([
      0, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });

  test("counts a character beyond Latin-1 as two bytes, as all others beside it", () => {
    const [latin, wide] = ["ü", "ш"].map((letter) => {
      const map = boundedMap<number>(1_000_000);
      map.set(letter.repeat(1_000), 1);
      return map.calculatedSize;
    });
    expect((wide ?? 0) - (latin ?? 0)).toBe(1_000);
  });
});

describe("stored responses", () => {
  const body = { kind: "memory", bytes: new Uint8Array(2) } as const;
  const entry = (some: Partial<CacheEntry["stored"]>): CacheEntry => ({
    stored: { ...storedWith("A: b"), ...some },
    body,
    name: "n",
  });
  test.each<[string, (at: number) => [string, CacheEntry]]>([
    ["keys", (at) => [`${at}${long}`, entry({})]],
    [
      "values of fields",
      (at) => [`${at}`, entry({ fields: [["X", `${at}${long}`]] })],
    ],
    [
      "names of fields",
      (at) => [`${at}`, entry({ fields: [[`${at}${long}`, ""]] })],
    ],
    [
      "values that Vary names",
      (at) => [`${at}`, entry({ varyOn: [["x", `${at}${long}`]] })],
    ],
    [
      "values that no Vary names",
      (at) => [`${at}`, entry({ unlisted: [["x", `${at}${long}`]] })],
    ],
    [
      "bodies",
      (at) => [
        `${at}`,
        {
          ...entry({}),
          body: { kind: "memory", bytes: new Uint8Array(16_000) },
        },
      ],
    ],
    [
      "many short fields",
      (at) => [
        `${at}`,
        entry({ fields: Array.from({ length: 80 }, () => ["X", "y"]) }),
      ],
    ],
  ])("of long %s fit into their memory as often as they do", (_, made) => {
    const lent = new PinnedBodies(new ByteBudget(2 ** 20));
    const cache = new IsolateCache({ stored: 2 ** 20, arriving: 0 }, lent);
    const keys = Array.from({ length: 100 }, (__, at) => {
      const [key, one] = made(at);
      cache.put(key, [one]);
      return key;
    });
    const held = keys.filter((key) => cache.find(key) !== null);
    expect(held.length * 16_000).toBeLessThanOrEqual(2 ** 20);
    expect(held.length * 18_000).toBeGreaterThan(2 ** 20 - 18_000);
    expect(held).toEqual(keys.slice(-held.length));
  });
});

describe("what an isolate remembers of", () => {
  type Edge = ReturnType<typeof memoryEdge>;
  /** Full but for one entry: nothing goes before it has to. */
  const isFull = (size: number, share: number) =>
    size <= share && size > share - 20_000;

  test("URLs whose answers are not shared stays within its share", async () => {
    const edge = memoryEdge();
    edge.world.origin = () =>
      answered(200, [["Cache-Control", "no-store"]], "v");
    for (let n = 0; n < 300; n++) await ask(edge, `${shop}${n}${long}`);
    const { hitForMiss } = edge.isolate;
    const { calculatedSize } = hitForMiss;
    expect(calculatedSize).toSatisfy((size: number) =>
      isFull(size, memoryShares.hitForMiss),
    );
  });

  test("fetches under way stays within its share, and every visitor is answered", async () => {
    const edge = memoryEdge();
    const slow = Promise.withResolvers<void>();
    edge.world.origin = async () => {
      await slow.promise;
      return answered(200, cacheable, "v");
    };
    const target = (n: number) => `${shop}${n}${long.slice(0, 7_900)}`;
    const replies: Promise<Reply>[] = [];
    for (let n = 0; n < 600; n++)
      replies.push(handle(inbound(target(n)), edge));
    await quiescence();
    for (const n of [0, 599]) replies.push(handle(inbound(target(n)), edge));
    await quiescence();
    // The last of them is joined, the first one has been forgotten.
    expect(edge.world.sent).toHaveLength(601);
    slow.resolve();
    for (const reply of await Promise.all(replies))
      expect(await textOf(reply)).toBe("v");
  });

  test.each<
    [string, number, (edge: Edge, n: number) => void, (edge: Edge) => number]
  >([
    [
      "hosts of which much is missing",
      memoryShares.confirmedErrors,
      (edge, n) =>
        countSecond(`${n}.shop.example`, { first: 404, second: 404 }, edge),
      ({ isolate }) => isolate.confirmedErrors.calculatedSize,
    ],
    [
      "purges that responses ordered",
      memoryShares.groupPurges,
      (edge, n) => {
        const group = `${n}`.padStart(200, "g");
        const what = { kind: "group", group, host: "shop.example" } as const;
        const atMs = edge.world.clockMs;
        addGroupPurge(`c${n}`, { atMs, what, how: "soft" }, edge);
      },
      ({ isolate }) => isolate.groupPurges.calculatedSize,
    ],
    [
      "pages for refused visitors",
      memoryShares.pages,
      (edge, n) =>
        renderOwnReply(
          { kind: "unknown-host", host: `${n}.example` },
          { request: inbound(shop), traceId },
          edge,
        ),
      ({ isolate }) => isolate.pages.calculatedSize,
    ],
    [
      "pages that say what is wrong with long requests",
      memoryShares.pages,
      (edge, n) => {
        const fields = { "accept-language": `${n}`, "sec-fetch-dest": "image" };
        const problem = `${n}`.padStart(50_000, "x");
        renderOwnReply(
          { kind: "malformed", status: 400, problem },
          { request: inbound(shop, { fields }), traceId },
          edge,
        );
        expect(edge.isolate.pages.size * 50_000).toBeLessThan(
          memoryShares.pages,
        );
      },
      ({ isolate }) => isolate.pages.calculatedSize,
    ],
  ])("%s stays within its share", (_, share, add, size) => {
    const edge = memoryEdge();
    for (let n = 0; n < 5_000; n++) add(edge, n);
    expect(size(edge)).toSatisfy((held: number) => isFull(held, share));
  });
});

describe("a write", () => {
  test("makes an earlier answer unusable even when so many followed that it is forgotten", async () => {
    const edge = memoryEdge();
    const slow = Promise.withResolvers<OriginAnswer>();
    edge.world.origin = ({ method }) =>
      method === "GET" && edge.world.sent.length === 1
        ? slow.promise
        : answered(200, cacheable, "after");
    const reading = handle(inbound(shop), edge);
    await quiescence();
    edge.world.pass(10);
    await handle(inbound(shop, { method: "POST" }), edge);
    for (let n = 0; n < 200; n++) {
      edge.world.pass(1);
      await handle(inbound(`${shop}${n}${long}`, { method: "POST" }), edge);
    }
    slow.resolve(answered(200, cacheable, "before"));
    expect(await textOf(await reading)).toBe("before");
    await edge.world.settle();
    expect(await textOf(await ask(edge, shop))).toBe("after");
  });
});

describe("what is under way", () => {
  const holder = () => ({ abandon: () => undefined });

  test("may be large while there is room, small in the last eighth, and least when all is taken", () => {
    const budget = new ByteBudget(8 * 2 ** 20);
    expect(budget.allowance).toBe(8 * 2 ** 20);
    budget.hold(holder(), 7 * 2 ** 20 + 1, 0);
    expect(budget.allowance).toBe(64 * 1024);
    budget.hold(holder(), 2 ** 20, 0);
    expect(budget.allowance).toBe(16 * 1024);
  });

  test("is given up for others when nothing of it has moved for a minute, and not before", () => {
    const budget = new ByteBudget(1_000);
    const abandoned: string[] = [];
    const named = (name: string) => ({
      abandon: () => void abandoned.push(name),
    });
    const moving = named("moving");
    budget.hold(named("gone"), 400, 0);
    budget.hold(moving, 400, 0);
    budget.hold(named("new"), 10, 61_000);
    expect(abandoned).toEqual([]);
    budget.hold(moving, 400, 61_000);
    budget.hold(named("large"), 100, 61_000);
    expect(abandoned).toEqual(["gone"]);
    expect(budget.bytes).toBe(510);
  });

  test("counts what one holds now, and nothing of what is released", () => {
    const budget = new ByteBudget(1_000);
    const [one, other] = [holder(), holder()];
    budget.hold(one, 100, 0);
    budget.hold(other, 10, 0);
    budget.hold(one, 50, 0);
    expect(budget.bytes).toBe(60);
    budget.release(one);
    budget.release(one);
    expect(budget.bytes).toBe(10);
  });
});

describe("a body of 1 MiB that is sent from memory", () => {
  const bytes = Uint8Array.from(
    { length: 2 ** 20 },
    (_, at) => (at >> 8) % 251,
  );
  type Edge = ReturnType<typeof memoryEdge>;

  async function stored(variables: Record<string, string> = {}): Promise<Edge> {
    const edge = memoryEdge(variables);
    edge.world.origin = () => ({
      ...(answered(200, cacheable, "") as Extract<
        OriginAnswer,
        { kind: "answered" }
      >),
      body: bytes,
    });
    await ask(edge, shop);
    return edge;
  }

  /** A visitor who has read the first piece. */
  async function begin(edge: Edge, fields: Record<string, string> = {}) {
    const { body, fields: head } = await handle(
      inbound(shop, { fields }),
      edge,
    );
    if (body.kind !== "stream") throw new Error(body.kind);
    const reader = body.stream.getReader();
    const { value = new Uint8Array() } = await reader.read();
    const rest = async () => {
      const parts = [value];
      for (;;) {
        const { value: part } = await reader.read();
        if (part === undefined) return Buffer.concat(parts);
        parts.push(part);
      }
    };
    return { reader, rest, first: value, head };
  }

  const other = (n: number) => `${shop}other/${n}`;

  async function replaceAll(edge: Edge): Promise<void> {
    for (let n = 0; n < 3; n++) await ask(edge, other(n));
  }

  test("goes in pieces that do not hold the rest", async () => {
    const { first } = await begin(await stored());
    expect(first.buffer.byteLength).toBe(64 * 1024);
  });

  test("is sent whole though memory and the PoP cache have let go of it", async () => {
    const edge = await stored({ RESPONSE_MEMORY_MIB: "2" });
    const visitor = await begin(edge);
    await replaceAll(edge);
    edge.world.popBytes.clear();
    expect((await visitor.rest()).equals(bytes)).toBe(true);
  });

  test("counts from then on, until it has been sent", async () => {
    const edge = await stored({ RESPONSE_MEMORY_MIB: "2" });
    const { arrivals } = edge.isolate;
    const visitors = [await begin(edge), await begin(edge)];
    expect(arrivals.bytes).toBe(0);
    await replaceAll(edge);
    expect(arrivals.bytes).toBe(2 ** 20);
    for (const { reader } of visitors) {
      expect(arrivals.bytes).toBe(2 ** 20);
      await reader.cancel();
    }
    expect(arrivals.bytes).toBe(0);
  });

  test("goes on from the PoP cache when memory is short", async () => {
    const edge = await stored({ RESPONSE_MEMORY_MIB: "2" });
    const visitor = await begin(edge);
    edge.isolate.arrivals.hold(
      { abandon: () => undefined },
      memoryShares.bodiesUnderWay,
      edge.world.clockMs,
    );
    await replaceAll(edge);
    expect(edge.isolate.arrivals.bytes).toBe(memoryShares.bodiesUnderWay);
    expect((await visitor.rest()).equals(bytes)).toBe(true);
    expect(edge.world.sent).toHaveLength(4);
  });

  test("is not loaded from the PoP cache for which there is no room", async () => {
    const edge = await stored();
    const elsewhere = memoryEdge();
    elsewhere.world = edge.world;
    elsewhere.isolate.arrivals.hold(
      { abandon: () => undefined },
      memoryShares.bodiesUnderWay,
      edge.world.clockMs,
    );
    const visitor = await begin(elsewhere);
    expect((await visitor.rest()).equals(bytes)).toBe(true);
    expect(edge.world.sent).toHaveLength(1);
  });

  test("is sent in several parts with what stands between them", async () => {
    const edge = await stored();
    const visitor = await begin(edge, { range: "bytes=0-99999,200000-299999" });
    const whole = await visitor.rest();
    const stated = visitor.head.find(
      ([name]) => name === "Content-Length",
    )?.[1];
    expect(String(whole.length)).toBe(stated);
    expect(whole.includes(Buffer.from(bytes.subarray(0, 100_000)))).toBe(true);
    expect(whole.includes(Buffer.from(bytes.subarray(200_000, 300_000)))).toBe(
      true,
    );
  });
});

describe("large requests that wait for a slow origin", () => {
  test("give way to ordinary ones, and to each other once it has answered", async () => {
    const edge = memoryEdge();
    const slow = Promise.withResolvers<void>();
    edge.world.origin = async () => {
      await slow.promise;
      return answered(200, [], "v");
    };
    const asked = (n: number, bytes: number) =>
      handle(
        inbound(`${shop}${n}`, { fields: { cookie: "x".repeat(bytes) } }),
        edge,
      );
    const large = Array.from({ length: 200 }, (_, n) => asked(n, 60_000));
    const ordinary = Array.from({ length: 200 }, (_, n) => asked(n, 4_000));
    await quiescence();
    slow.resolve();
    const statuses = (await Promise.all(large)).map(({ status }) => status);
    const served = statuses.filter((status) => status === 200).length;
    expect(served * 120_000).toBeLessThanOrEqual(memoryShares.largeRequests);
    expect(served).toBeGreaterThan(50);
    expect(new Set(statuses)).toEqual(new Set([200, 431]));
    for (const { status } of await Promise.all(ordinary))
      expect(status).toBe(200);
    expect((await asked(1_000, 60_000)).status).toBe(200);
  });
});
