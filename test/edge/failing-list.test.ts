import { describe, expect, test } from "vitest";
import { handle } from "../../src/edge/handle.ts";
import { newIsolate } from "../../src/edge/isolate.ts";
import type { Reply } from "../../src/ports.ts";
import { ask, inbound, memoryEdge } from "../world.ts";

const usual = { RECORD_MEMORY_SECONDS: "5", SITE_MEMORY_SECONDS: "1200" };
const shop = "http://shop.example/";
const second = 1000;

type Edge = ReturnType<typeof memoryEdge>;

async function quiescence(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

/** A request, with what it has got so far. */
function begin(edge: Edge): { status: number | "waits" } {
  const visit: { status: number | "waits" } = { status: "waits" };
  const note = ({ status }: Reply) => {
    visit.status = status;
  };
  void handle(inbound(shop), edge).then(note);
  return visit;
}

/** What a request gets without any time passing. */
async function atOnce(edge: Edge): Promise<number | "waits"> {
  const visit = begin(edge);
  await quiescence();
  return visit.status;
}

/** What a request gets that may wait, and how long it does. */
async function inTime(edge: Edge) {
  const beganAtMs = edge.world.nowMs();
  const visit = begin(edge);
  for (let n = 0; n < 100; n++) {
    await quiescence();
    if (visit.status !== "waits") break;
    edge.world.pass(50);
  }
  return { status: visit.status, tookMs: edge.world.nowMs() - beganAtMs };
}

describe.each(["hanging", "down"] as const)("while the list is %s", (state) => {
  test("nobody waits for it who asks for a customer with visitors", async () => {
    const edge = memoryEdge(usual);
    await ask(edge, shop);
    edge.world.listState = state;
    for (let n = 0; n < 2400; n++) {
      edge.world.pass(250);
      expect(await atOnce(edge)).toBe(200);
    }
  });

  test("a customer with visitors who was dropped stays dark", async () => {
    const edge = memoryEdge(usual);
    edge.world.list.set("customer:shop", "deny");
    await ask(edge, shop);
    edge.world.listState = state;
    for (let n = 0; n < 300; n++) {
      edge.world.pass(250);
      expect(await atOnce(edge)).toBe(403);
    }
  });

  test("it is asked for a key no more than once a second", async () => {
    const edge = memoryEdge(usual);
    await ask(edge, shop);
    edge.world.listState = state;
    edge.world.listReads.length = 0;
    for (let n = 0; n < 600; n++) {
      edge.world.pass(100);
      await atOnce(edge);
    }
    const entries = edge.world.listReads.filter(
      (key) => key === "customer:shop",
    );
    expect(entries.length).toBeGreaterThan(20);
    expect(entries.length).toBeLessThanOrEqual(60);
  });

  test("a customer nobody asked for in a while is waited for no longer than the deadline", async () => {
    const edge = memoryEdge(usual);
    await ask(edge, shop);
    edge.world.listState = state;
    edge.world.pass(60 * second);
    const { status, tookMs } = await inTime(edge);
    expect(status).toBe(200);
    expect(tookMs).toBeLessThanOrEqual(second);
    expect(edge.world.events.at(-1)).toMatchObject({ degraded: true });
    edge.world.pass(50);
    expect(await atOnce(edge)).toBe(200);
  });

  test("a new isolate goes by what its PoP last knew, after the deadline", async () => {
    const edge = memoryEdge(usual);
    edge.world.list.set("customer:shop", "deny");
    await ask(edge, shop);
    edge.world.listState = state;
    edge.world.pass(60 * second);
    const other = { ...edge, isolate: newIsolate(edge.config) };
    const { status, tookMs } = await inTime(other);
    expect(status).toBe(403);
    expect(tookMs).toBeLessThanOrEqual(second);
  });
});

describe("when the list can be read again", () => {
  /** An edge whose list has failed for a minute, visitors coming all the while, and a drop was written. */
  async function recovering(state: "hanging" | "down") {
    const edge = memoryEdge(usual);
    await ask(edge, shop);
    edge.world.listState = state;
    for (let n = 0; n < 240; n++) {
      edge.world.pass(250);
      await atOnce(edge);
    }
    edge.world.list.set("customer:shop", "deny");
    edge.world.listState = "up";
    return edge;
  }

  test.each(["hanging", "down"] as const)(
    "after it was %s, a drop takes effect within the deadline and two seconds",
    async (state) => {
      const edge = await recovering(state);
      for (let passedMs = 0; passedMs < 3000; passedMs += 100) {
        await atOnce(edge);
        edge.world.pass(100);
      }
      expect(await atOnce(edge)).toBe(403);
    },
  );

  test("a drop is read first where nobody asked in between", async () => {
    const edge = await recovering("hanging");
    edge.world.pass(3000);
    expect(await atOnce(edge)).toBe(403);
  });
});

test("a key that cannot be read does not make others be trusted for longer", async () => {
  const edge = memoryEdge(usual);
  edge.world.list.set(
    "host:other.example",
    '{"customer":"other","origins":["https://o.example"]}',
  );
  const other = "http://other.example/";
  await ask(edge, shop);
  await ask(edge, other);
  edge.world.unreadableKeys.add("customer:other");
  edge.world.list.set("customer:shop", "deny");
  edge.world.pass(10 * second);
  expect((await ask(edge, other)).status).toBe(200);
  expect((await ask(edge, shop)).status).toBe(403);
});
