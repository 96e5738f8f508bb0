import { beforeEach, describe, expect, test } from "vitest";
import type { Edge } from "../../src/edge/edge.ts";
import { handle } from "../../src/edge/handle.ts";
import { FeedMemory } from "../../src/edge/feed-memory.ts";
import { memoryShares } from "../../src/edge/memory-budget.ts";
import { newIsolate } from "../../src/edge/isolate.ts";
import { openOffice } from "../registry/office.ts";
import { ask, inbound, memoryEdge, type MemoryWorld } from "../world.ts";

const shop = "http://shop.example/";
type TestEdge = Edge & { world: MemoryWorld };

let office: ReturnType<typeof openOffice>;
let edge: TestEdge;

/** What the list held before the registry did, entered; the edge sees of later changes only what a test copies over. */
beforeEach(async () => {
  edge = memoryEdge({
    REGISTRY: "bound",
    RECORD_MEMORY_SECONDS: "5",
    SITE_MEMORY_SECONDS: "1200",
  });
  office = openOffice();
  office.clock.nowMs = edge.world.clockMs;
  for (const [key, text] of edge.world.list) office.kv.edit(key, text);
  await office.sweep();
  edge.world.feed = (after) => ({
    kind: "read",
    text: JSON.stringify(office.registry.feedAfter(after, office.clock.nowMs)),
  });
});

function pass(ms: number): void {
  office.clock.nowMs += ms;
  edge.world.pass(ms);
}

async function decide(kind: string, more: object = {}): Promise<void> {
  expect(
    await office.command({ kind, customer: "shop", ...more }),
  ).toMatchObject({ kind: "done" });
  await office.publish();
}

const statusOf = async (url = shop) => (await ask(edge, url)).status;

const lastEvent = () =>
  edge.world.events.findLast((event) => event.kind === "request");

describe("what the registry has decided, and the list does not show yet,", () => {
  test("holds for a request two seconds later", async () => {
    expect(await statusOf()).toBe(200);
    await decide("drop", { force: true });
    pass(2_000);
    expect(await statusOf()).toBe(403);
    await decide("restore");
    pass(2_000);
    expect(await statusOf()).toBe(200);
  });

  test("holds at once in a new isolate, and for as long as the list is behind", async () => {
    await decide("drop", { force: true });
    expect(await statusOf()).toBe(403);
    for (let minute = 0; minute < 3; minute += 1) {
      pass(59_000);
      expect(await statusOf()).toBe(403);
    }
  });

  test("may be a site that did not exist, or a purge", async () => {
    expect(await statusOf("http://new.example/")).toBe(421);
    await office.command({
      kind: "add",
      host: "new.example",
      site: { customer: "shop", origins: ["https://origin.shop.example"] },
    });
    pass(2_000);
    expect(await statusOf("http://new.example/")).toBe(200);

    edge.world.origin = () => ({
      kind: "answered",
      status: 200,
      fields: [["Cache-Control", "max-age=600"]],
      body: new TextEncoder().encode("page"),
      channel: null,
    });
    await ask(edge, "http://shop.example/page");
    await ask(edge, "http://shop.example/page");
    const before = edge.world.sent.length;
    await decide("purge", { what: "all" });
    pass(2_000);
    await ask(edge, "http://shop.example/page");
    expect(edge.world.sent.length).toBe(before + 1);
  });

  test("ends what is under way within two seconds more", async () => {
    const { body } = await ask(edge, shop);
    if (body.kind !== "stream") throw new Error("not a stream");
    let isCut = false;
    const cut = () => {
      isCut = true;
    };
    void body.watch.cut.then(cut);
    const end = Promise.withResolvers<void>();
    void body.watch.during(end.promise);
    await decide("drop", { force: true });
    for (let second = 0; second < 4; second += 1) {
      pass(1_000);
      await edge.world.settle();
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    }
    expect(isCut).toBe(true);
    end.resolve();
  });

  test("is known after one reading when a whole reseller's customers are dropped", async () => {
    const ids = Array.from({ length: 200 }, (_, n) => `c${n}`);
    for (const id of ids) {
      edge.world.list.set(`customer:${id}`, "allow");
      edge.world.list.set(
        `host:${id}.example`,
        `{"customer":"${id}","origins":["https://origin.shop.example"]}`,
      );
      office.kv.edit(`customer:${id}`, "allow");
    }
    for (const id of ids)
      await office.command({ kind: "drop", customer: id, force: true });
    for (const id of ids)
      expect(await statusOf(`http://${id}.example/`)).toBe(403);
    expect(edge.world.feedReads.length).toBeLessThan(6);
  });
});

describe("an edit of the list past the registry", () => {
  test("counts, whatever the registry decided before", async () => {
    await decide("drop", { force: true });
    expect(await statusOf()).toBe(403);
    edge.world.list.set("customer:shop", '{"verdict":"allow","seq":7}');
    pass(11_000);
    expect(await statusOf()).toBe(200);
  });

  test("that is word for word what the registry has just replaced counts three minutes later", async () => {
    await decide("drop", { force: true });
    pass(179_000);
    expect(await statusOf()).toBe(403);
    pass(11_000);
    await statusOf();
    pass(11_000);
    expect(await statusOf()).toBe(200);
  });
});

describe("a registry that does not answer", () => {
  const down = () => {
    edge.world.feed = () => ({ kind: "failed", problem: "503" });
  };

  test("changes no answer, is logged, and is asked once a second", async () => {
    down();
    for (let n = 0; n < 20; n += 1) {
      expect(await statusOf()).toBe(200);
      pass(100);
    }
    expect(edge.world.feedReads.length).toBeLessThanOrEqual(3);
    expect(lastEvent()).toMatchObject({ outcome: "served", degraded: true });
    expect(
      edge.world.events.filter(({ kind }) => kind === "feed-unreadable"),
    ).toEqual([{ kind: "feed-unreadable", problem: "503" }]);
  });

  test("leaves what was decided before in force", async () => {
    await decide("drop", { force: true });
    expect(await statusOf()).toBe(403);
    expect(lastEvent()).toMatchObject({ degraded: false });
    down();
    pass(9_000);
    expect(await statusOf()).toBe(403);
    expect(lastEvent()).toMatchObject({ degraded: false });
    pass(50_000);
    expect(await statusOf()).toBe(403);
    expect(lastEvent()).toMatchObject({ degraded: true });
  });

  test("and hangs has one request wait, for half a second", async () => {
    edge.world.feed = () => new Promise(() => undefined);
    const first = handle(inbound(shop), edge);
    let isAnswered = false;
    const answered = () => {
      isAnswered = true;
    };
    void first.then(answered);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(isAnswered).toBe(false);
    edge.world.pass(499);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(isAnswered).toBe(false);
    edge.world.pass(1);
    expect((await first).status).toBe(200);
    expect((await handle(inbound(shop), edge)).status).toBe(200);
  });

  test("and sends what is no feed changes no answer", async () => {
    for (const text of ["", "<html>", '{"head":"x"}', "null"]) {
      edge.world.feed = () => ({ kind: "read", text });
      expect(await statusOf()).toBe(200);
      pass(2_000);
    }
  });

  test("is asked from the beginning when its ledger is shorter than it was", async () => {
    await decide("drop", { force: true });
    expect(await statusOf()).toBe(403);
    const restored = openOffice();
    restored.clock.nowMs = office.clock.nowMs;
    restored.kv.edit("customer:shop", "allow");
    office = restored;
    pass(2_000);
    await statusOf();
    pass(11_000);
    expect(await statusOf()).toBe(200);
  });
});

test("the isolates of a PoP ask once for all", async () => {
  const isolates = Array.from({ length: 10 }, () => ({
    ...edge,
    isolate: newIsolate(edge.config),
  }));
  await decide("drop", { force: true });
  for (const other of isolates)
    expect((await ask(other, shop)).status).toBe(403);
  expect(edge.world.feedReads).toEqual([0]);
});

test("an edge without a registry asks for nothing", async () => {
  const alone = memoryEdge();
  await ask(alone, shop);
  expect(alone.world.feedReads).toEqual([]);
  expect(alone.world.popTexts.has("feed")).toBe(false);
});

test("what an isolate holds of the feed has a bound", () => {
  const feed = new FeedMemory(memoryShares.feed);
  for (let n = 1; n <= 20_000; n += 1)
    feed.take({
      head: n,
      floor: 1,
      entries: [
        {
          key: `customer:c${n}`,
          text: "x".repeat(400),
          seq: n,
          supersedes: ["a"],
        },
      ],
      more: n < 20_000,
    });
  const { entries } = feed.page;
  expect(JSON.stringify(entries).length).toBeLessThan(memoryShares.feed);
  expect(entries.length).toBeGreaterThan(900);
  expect(entries.at(-1)?.seq).toBe(20_000);
  expect(feed.correct("customer:c1", "x")).toBe("x");
});
