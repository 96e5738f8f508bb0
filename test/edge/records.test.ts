import { describe, expect, test } from "vitest";
import { handle } from "../../src/edge/handle.ts";
import { parseConfig } from "../../src/config.ts";
import { newIsolate } from "../../src/edge/isolate.ts";
import {
  answered,
  ask,
  fieldOf,
  inbound,
  memoryEdge,
  textOf,
} from "../world.ts";

/** As deployed: what is usual. */
const usual = { RECORD_MEMORY_SECONDS: "5", SITE_MEMORY_SECONDS: "1200" };
const second = 1000;
const minute = 60_000;

const shop = "http://shop.example/";

type Edge = ReturnType<typeof memoryEdge>;

const statusOf = async (edge: Edge, url = shop) =>
  (await ask(edge, url)).status;

/** The keys that a request has read, in order. */
async function readBy(edge: Edge, url = shop): Promise<string[]> {
  const before = edge.world.listReads.length;
  await ask(edge, url);
  return edge.world.listReads.slice(before).toSorted();
}

async function askOften(edge: Edge, times: number, everyMs: number) {
  for (let n = 0; n < times; n++) {
    edge.world.pass(everyMs);
    await ask(edge, shop);
  }
}

const another = (edge: Edge): Edge => ({
  ...edge,
  isolate: newIsolate(edge.config),
});

test("these are the defaults", () => {
  expect(parseConfig(usual)).toEqual(parseConfig({}));
});

describe("a dropped customer", () => {
  test.each([
    ["is refused at once where nothing was known", 0, true, [403]],
    ["is served within RECORD_MEMORY_SECONDS", 4999, false, [200, 200]],
    [
      "is served once more after that, while it is read",
      5000,
      false,
      [200, 403],
    ],
    ["is served until twice that", 9999, false, [200, 403]],
    ["is not served after twice that", 10_000, false, [403, 403]],
    [
      "is not served by what an isolate knew long ago",
      60 * minute,
      false,
      [403],
    ],
  ])("%s", async (_, laterMs, isNew, statuses) => {
    const edge = memoryEdge(usual);
    await ask(edge, shop);
    edge.world.list.set("customer:shop", "deny");
    edge.world.pass(laterMs);
    const asked = isNew ? another(edge) : edge;
    for (const status of statuses) expect(await statusOf(asked)).toBe(status);
  });

  test("is served to nobody after twice RECORD_MEMORY_SECONDS, however many ask at once", async () => {
    const edge = memoryEdge(usual);
    await ask(edge, shop);
    edge.world.list.set("customer:shop", "deny");
    edge.world.pass(10 * second);
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => handle(inbound(shop), edge)),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(
      new Set([403]),
    );
  });

  test("is served again as soon after a restore", async () => {
    const edge = memoryEdge(usual);
    edge.world.list.set("customer:shop", "deny");
    await ask(edge, shop);
    edge.world.list.set("customer:shop", "allow");
    edge.world.pass(10 * second);
    expect(await statusOf(edge)).toBe(200);
  });
});

describe("keys that are read, each of which is paid for", () => {
  test("by a new isolate in a new PoP: four, and not the wildcard where the host has a record", async () => {
    expect(await readBy(memoryEdge(usual))).toEqual([
      "customer:shop",
      "edge",
      "host:shop.example",
      "purge:shop",
    ]);
  });

  test("by a new isolate where its PoP has been asked before: one", async () => {
    const edge = memoryEdge(usual);
    await ask(edge, shop);
    edge.world.pass(minute);
    expect(await readBy(another(edge))).toEqual(["customer:shop"]);
  });

  test("by an isolate that has slept a minute: one", async () => {
    const edge = memoryEdge(usual);
    await ask(edge, shop);
    edge.world.pass(minute);
    expect(await readBy(edge)).toEqual(["customer:shop"]);
  });

  test("at most 1.2 a request where each meets an isolate that has slept a minute", async () => {
    const edge = memoryEdge(usual);
    await askOften(edge, 400, 61 * second);
    expect(edge.world.listReads.length / 400).toBeLessThanOrEqual(1.2);
  });

  test("at most 0.02 a request at 100 requests a second", async () => {
    const edge = memoryEdge(usual);
    await askOften(edge, 20_000, 10);
    expect(edge.world.listReads.length / 20_000).toBeLessThanOrEqual(0.02);
  });

  test("for an upload, a refusal and a watch: no purges", async () => {
    const edge = memoryEdge(usual);
    await ask(edge, shop, { method: "POST" });
    edge.world.list.set("customer:shop", "deny");
    edge.world.pass(minute);
    await ask(edge, shop);
    expect(edge.world.listReads).not.toContain("purge:shop");
  });

  test("by requests that come at once: each once", async () => {
    const edge = memoryEdge(usual);
    await ask(edge, shop);
    edge.world.pass(minute);
    const before = edge.world.listReads.length;
    await Promise.all(
      Array.from({ length: 10 }, () => handle(inbound(shop), edge)),
    );
    expect(edge.world.listReads.slice(before)).toEqual(["customer:shop"]);
  });
});

const site = (origin: string) =>
  JSON.stringify({ customer: "shop", origins: [`https://${origin}`] });

/** The origin that a request went to. */
async function originOf(edge: Edge, url: string): Promise<string | undefined> {
  await ask(edge, url, { method: "POST" });
  return edge.world.sent.at(-1)?.url.host;
}

describe("a change of a site", () => {
  test("shows within a minute where it has visitors", async () => {
    const edge = memoryEdge(usual);
    await askOften(edge, 30, second);
    edge.world.list.set("host:shop.example", site("new.example"));
    await askOften(edge, 31, second);
    expect(await originOf(edge, shop)).toBe("new.example");
  });

  test("shows within SITE_MEMORY_SECONDS where it has few", async () => {
    const edge = memoryEdge(usual);
    await ask(edge, shop);
    edge.world.list.set("host:shop.example", site("new.example"));
    edge.world.pass(20 * minute - 1);
    expect(await originOf(edge, shop)).toBe("origin.shop.example");
    edge.world.pass(1);
    expect(await originOf(edge, shop)).toBe("new.example");
  });

  test("is a removal too", async () => {
    const edge = memoryEdge(usual);
    await ask(edge, shop);
    edge.world.list.delete("host:shop.example");
    edge.world.pass(20 * minute);
    expect(await statusOf(edge)).toBe(421);
    expect(await statusOf(another(edge))).toBe(421);
  });
});

describe("below a wildcard", () => {
  function edgeWithWildcard() {
    const edge = memoryEdge(usual);
    edge.world.list.set("host:*.shops.example", site("wild.example"));
    return edge;
  }
  const one = "http://one.shops.example/";

  test("each host is looked for by itself once, and the wildcard once for all", async () => {
    const edge = edgeWithWildcard();
    await ask(edge, one);
    expect(await readBy(edge, "http://two.shops.example/")).toEqual([
      "host:two.shops.example",
    ]);
    expect(await readBy(edge, "http://two.shops.example/")).toEqual([]);
  });

  test("a host that has slept a minute costs as much as one with a record", async () => {
    const edge = edgeWithWildcard();
    await ask(edge, one);
    edge.world.pass(minute);
    expect(await readBy(edge, one)).toEqual(["customer:shop"]);
  });

  test("a record that a host gets of its own counts within SITE_MEMORY_SECONDS", async () => {
    const edge = edgeWithWildcard();
    await ask(edge, one);
    edge.world.list.set("host:one.shops.example", site("own.example"));
    edge.world.pass(20 * minute);
    expect(await originOf(edge, one)).toBe("own.example");
  });

  test("a host is never served by it unread", async () => {
    const edge = edgeWithWildcard();
    await ask(edge, one);
    edge.world.unreadableKeys.add("host:two.shops.example");
    expect(await statusOf(edge, "http://two.shops.example/")).toBe(503);
  });
});

test("a host that moves in is found a minute after somebody was told that there is none", async () => {
  const edge = memoryEdge(usual);
  const url = "http://new.example/";
  expect(await statusOf(edge, url)).toBe(421);
  edge.world.list.set("host:new.example", site("o.example"));
  edge.world.pass(minute);
  await ask(edge, url);
  expect(await statusOf(edge, url)).toBe(200);
});

test("maintenance begins within a minute where there are visitors, and within SITE_MEMORY_SECONDS elsewhere", async () => {
  const busy = memoryEdge(usual);
  await askOften(busy, 30, second);
  busy.world.list.set("edge", '{"maintenance":true}');
  await askOften(busy, 31, second);
  expect(await statusOf(busy)).toBe(503);

  const quiet = memoryEdge(usual);
  await ask(quiet, shop);
  quiet.world.list.set("edge", '{"maintenance":true}');
  quiet.world.pass(20 * minute);
  expect(await statusOf(quiet)).toBe(503);
});

describe("a purge", () => {
  /** What a visitor gets of a page that was stored, some time after a purge. */
  async function afterPurge(laterMs: number, earlier: string | null) {
    const edge = memoryEdge(usual);
    if (earlier !== null) edge.world.list.set("purge:shop", earlier);
    const cacheable = [["Cache-Control", "max-age=86400"]] as const;
    edge.world.origin = () => answered(200, cacheable, "old");
    await ask(edge, shop);
    edge.world.origin = () => answered(200, cacheable, "new");
    edge.world.pass(1);
    edge.world.list.set(
      "purge:shop",
      new Date(edge.world.nowMs()).toISOString(),
    );
    edge.world.pass(laterMs);
    return textOf(await ask(edge, shop));
  }
  const aYearAgo = "2025-01-01T00:00:00Z";
  const empty = "[]";

  test.each([
    [
      "of a customer with purges acts as fast as a drop",
      10_000,
      aYearAgo,
      "new",
    ],
    ["does so too where the list of purges was empty", 10_000, empty, "new"],
    [
      "acts within SITE_MEMORY_SECONDS, where it is the first",
      20 * minute,
      null,
      "new",
    ],
    ["may take as long, where it is the first", minute, null, "old"],
  ])("%s", async (_, laterMs, earlier, text) => {
    expect(await afterPurge(laterMs, earlier)).toBe(text);
  });
});

test("a request holds what it read, whatever memory forgets meanwhile", async () => {
  const edge = memoryEdge(usual);
  const urls = Array.from({ length: 200 }, (_, n) => `http://big${n}.example/`);
  for (const [n, url] of urls.entries())
    edge.world.list.set(
      `host:${new URL(url).host}`,
      JSON.stringify({
        customer: `big${n}`,
        origins: ["https://o.example"],
        originFields: { "X-Long": "x".repeat(4000) },
        cache: {
          ignoredQuery: Array.from({ length: 40 }, (_, at) => `q${at}`),
        },
      }),
    );
  const replies = await Promise.all(
    urls.map((url) => handle(inbound(url), edge)),
  );
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
});

test("an isolate that fell asleep while KV failed reads when it wakes", async () => {
  const edge = memoryEdge(usual);
  await ask(edge, shop);
  edge.world.listState = "down";
  edge.world.pass(minute);
  expect(await statusOf(edge)).toBe(200);
  edge.world.listState = "up";
  edge.world.list.set("customer:shop", "deny");
  edge.world.pass(3 * second);
  const reply = await ask(edge, shop);
  expect(reply.status).toBe(403);
  expect(fieldOf(reply, "Cache-Control")).toBe("no-store");
});
