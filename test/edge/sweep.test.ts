import { describe, expect, test } from "vitest";
import { handle } from "../../src/edge/handle.ts";
import { newIsolate } from "../../src/edge/isolate.ts";
import { newHostReads } from "../../src/edge/new-hosts.ts";
import { ask, fieldOf, inbound, memoryEdge } from "../world.ts";

const usual = { RECORD_MEMORY_SECONDS: "5", SITE_MEMORY_SECONDS: "1200" };
const shop = "http://shop.example/";

type Edge = ReturnType<typeof memoryEdge>;

const wildcard = JSON.stringify({
  customer: "shop",
  origins: ["https://wild.example"],
});

/** Asks for ever new names, so many a second; answers the statuses, by how often each came. */
async function sweep(
  edge: Edge,
  nameOf: (n: number) => string,
  { seconds, perSecond }: { seconds: number; perSecond: number },
) {
  const counts: Record<number, number> = {};
  for (let n = 0; n < seconds * perSecond; n++) {
    edge.world.pass(1000 / perSecond);
    const { status } = await handle(inbound(`http://${nameOf(n)}/`), edge);
    // What was left behind the request goes on.
    await new Promise(setImmediate);
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

const below = (n: number) => `name${n}.swept.example`;
const anywhere = (n: number) => `name${n}.parent${n}.example`;

describe("a sweep of unknown hosts reads no more of KV than is stated", () => {
  test.each([
    ["below one parent", below, newHostReads(20).parent],
    ["below ever new ones", anywhere, newHostReads(20).isolate],
  ])("%s", async (_, nameOf, { perSecond, burst }) => {
    const edge = memoryEdge(usual);
    const counts = await sweep(edge, nameOf, { seconds: 20, perSecond: 500 });
    const hosts = edge.world.listReads.filter((key) => key.startsWith("host:"));
    expect(hosts.length).toBeLessThanOrEqual(burst + 20 * perSecond + 1);
    expect(hosts.length).toBeGreaterThan(burst);
    expect(Object.keys(counts)).toEqual(["421", "503"]);
  });

  test("where the operator says how much", async () => {
    const edge = memoryEdge({ ...usual, NEW_HOSTS_PER_SECOND: "2" });
    await sweep(edge, anywhere, { seconds: 20, perSecond: 500 });
    const hosts = edge.world.listReads.filter((key) => key.startsWith("host:"));
    expect(hosts.length).toBeGreaterThan(100);
    expect(hosts.length).toBeLessThanOrEqual(100 + 20 * 2 + 1);
  });

  test("below a wildcard, whose site no host gets unread", async () => {
    const edge = memoryEdge(usual);
    edge.world.list.set("host:*.swept.example", wildcard);
    const pace = { seconds: 20, perSecond: 500 };
    const counts = await sweep(edge, below, pace);
    const { perSecond, burst } = newHostReads(20).parent;
    const read = new Set(edge.world.listReads);
    expect(read.size).toBeLessThanOrEqual(burst + 20 * perSecond + 5);
    expect(counts[200]).toBe(
      [...read].filter((key) => key.startsWith("host:name")).length,
    );
  });

  test("of the same names again and again", async () => {
    const edge = memoryEdge(usual);
    const again = (n: number) => anywhere(n % 1000);
    await sweep(edge, again, { seconds: 200, perSecond: 50 });
    const { perSecond, burst } = newHostReads(20).isolate;
    const hosts = edge.world.listReads.filter((key) => key.startsWith("host:"));
    expect(hosts.length).toBeLessThanOrEqual(burst + 200 * perSecond);
  });
});

describe("while unknown hosts are swept", () => {
  /** An edge that has served two hosts of a wildcard and one other, and cannot read unknown hosts any more. */
  async function swept(nameOf = below) {
    const edge = memoryEdge(usual);
    edge.world.list.set("host:*.swept.example", wildcard);
    edge.world.list.set("host:other.example", wildcard);
    for (const url of ["http://a.swept.example/", "http://b.swept.example/"])
      await ask(edge, url);
    await ask(edge, shop);
    await sweep(edge, nameOf, { seconds: 10, perSecond: 500 });
    return edge;
  }

  test("every visitor of a known host is served", async () => {
    const edge = await swept();
    for (let n = 0; n < 300; n++) {
      for (let m = 0; m < 20; m++)
        await handle(inbound(`http://more${n}-${m}.swept.example/`), edge);
      edge.world.pass(1000);
      for (const host of ["shop.example", "a.swept.example"])
        expect((await ask(edge, `http://${host}/`)).status).toBe(200);
    }
  });

  test("a known host is served by a new isolate too", async () => {
    const edge = await swept();
    const other = { ...edge, isolate: newIsolate(edge.config) };
    await sweep(other, below, { seconds: 10, perSecond: 500 });
    for (const host of ["shop.example", "b.swept.example"])
      expect((await ask(other, `http://${host}/`)).status).toBe(200);
  });

  test("a new host elsewhere is served", async () => {
    const edge = await swept();
    expect((await ask(edge, "http://other.example/")).status).toBe(200);
  });

  test("a new host below the same parent is asked to come again, and the log says why", async () => {
    const edge = await swept();
    const reply = await ask(edge, "http://new.swept.example/");
    expect(reply.status).toBe(503);
    expect(fieldOf(reply, "Retry-After")).toBe("30");
    expect(edge.world.events.at(-1)).toMatchObject({
      outcome: "unavailable",
      details: "too many unknown hosts are being asked for",
      degraded: false,
    });
  });

  test("a drop takes effect as at any time", async () => {
    const edge = await swept();
    edge.world.list.set("customer:shop", "deny");
    edge.world.pass(10_000);
    for (const host of ["shop.example", "a.swept.example"])
      expect((await ask(edge, `http://${host}/`)).status).toBe(403);
  });

  test("nothing of it is kept in the PoP's cache where there is no wildcard", async () => {
    const edge = memoryEdge(usual);
    await ask(edge, shop);
    const kept = edge.world.popTexts.size;
    await sweep(edge, anywhere, { seconds: 1, perSecond: 500 });
    await edge.world.settle();
    expect(edge.world.popTexts.size).toBe(kept);
  });
});

test("a new host is served when the sweep is over", async () => {
  const edge = memoryEdge(usual);
  edge.world.list.set("host:*.swept.example", wildcard);
  await sweep(edge, below, { seconds: 10, perSecond: 500 });
  edge.world.pass(1000);
  expect((await ask(edge, "http://new.swept.example/")).status).toBe(200);
});
