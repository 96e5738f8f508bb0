import { describe, expect, test } from "vitest";
import { handle } from "../../src/edge/handle.ts";
import { newIsolate } from "../../src/edge/isolate.ts";
import type { Reply, World } from "../../src/ports.ts";
import { answered, ask, fieldOf, inbound, memoryEdge } from "../world.ts";

const shop = "http://shop.example/";
const bodyText = async ({ body }: Reply) => {
  switch (body.kind) {
    case "none":
      return "";
    case "bytes":
      return new TextDecoder().decode(body.bytes);
    case "stream":
      return new Response(body.stream).text();
    case "channel":
      return "(channel)";
  }
};

describe("a served customer", () => {
  test("gets its visitors' requests at its origin, and they its answer", async () => {
    const edge = memoryEdge();
    const reply = await ask(edge, "http://shop.example/a?b=c");
    expect(reply.status).toBe(200);
    expect(await bodyText(reply)).toBe("hello");
    expect(edge.world.sent[0]?.url.href).toBe(
      "https://origin.shop.example/a?b=c",
    );
    expect(fieldOf(reply, "Via")).toBe("1.1 portcullis");
    expect(fieldOf(reply, "Date")).toBe("Thu, 01 Jan 2026 00:00:00 GMT");
  });

  test.each([
    ["upper case", "http://SHOP.Example/"],
    ["a trailing dot", "http://shop.example./"],
    ["a port", "http://shop.example:8080/"],
    ["a port and a trailing dot", "http://shop.EXAMPLE.:1/"],
  ])("is found, and dropped, by its host with %s", async (_, url) => {
    const edge = memoryEdge();
    expect((await ask(edge, url)).status).toBe(200);
    edge.world.list.set("customer:shop", "deny");
    edge.world.clockMs += 1000;
    expect((await ask(edge, url)).status).toBe(403);
  });

  test.each([
    ["GET", 204],
    ["GET", 205],
    ["GET", 304],
    ["HEAD", 200],
  ])("answers %s with %d and no body", async (method, status) => {
    const edge = memoryEdge();
    edge.world.origin = () => answered(status, [["Content-Length", "9"]], null);
    const reply = await ask(edge, shop, { method });
    expect(reply).toMatchObject({ status, body: { kind: "none" } });
  });

  test("keeps every Set-Cookie a line of its own", async () => {
    const edge = memoryEdge();
    edge.world.origin = () =>
      answered(
        200,
        [
          ["Set-Cookie", "a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT"],
          ["Set-Cookie", "b=2"],
        ],
        "x",
      );
    const reply = await ask(edge, shop);
    expect(reply.fields.filter(([name]) => name === "Set-Cookie")).toHaveLength(
      2,
    );
  });

  test("gets the fields its record adds, over what a visitor sends", async () => {
    const edge = memoryEdge();
    edge.world.list.set(
      "host:shop.example",
      '{"customer":"shop","origins":["https://o.example"],"originFields":{"X-Edge-Key":"s3cret"}}',
    );
    await ask(edge, shop, { fields: { "x-edge-key": "forged" } });
    const keys = edge.world.sent[0]?.fields.filter(
      ([name]) => name.toLowerCase() === "x-edge-key",
    );
    expect(keys).toEqual([["X-Edge-Key", "s3cret"]]);
  });

  test("has OPTIONS with no hops left answered here (RFC 9110 §7.6.2)", async () => {
    const edge = memoryEdge();
    const options = { method: "OPTIONS", fields: { "max-forwards": "0" } };
    const reply = await ask(edge, shop, options);
    expect(reply.status).toBe(204);
    expect(fieldOf(reply, "Allow")).toContain("GET");
    expect(edge.world.sent).toEqual([]);
  });

  test("has Max-Forwards counted down", async () => {
    const edge = memoryEdge();
    const options = { method: "OPTIONS", fields: { "max-forwards": "3" } };
    await ask(edge, shop, options);
    expect(edge.world.sent[0]?.fields).toContainEqual(["Max-Forwards", "2"]);
  });
});

describe("a dropped customer", () => {
  test.each([
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "OPTIONS",
    "PATCH",
    "BREW",
  ])("is refused to %s, and its origin hears nothing", async (method) => {
    const edge = memoryEdge();
    edge.world.list.set("customer:shop", "deny");
    const reply = await ask(edge, shop, { method });
    expect(reply.status).toBe(403);
    expect(fieldOf(reply, "Proxy-Status")).toBe(
      "portcullis;error=http_request_denied",
    );
    expect(fieldOf(reply, "Cache-Control")).toBe("no-store");
    expect(edge.world.sent).toEqual([]);
  });

  test("is refused to upgrades", async () => {
    const edge = memoryEdge();
    edge.world.list.set("customer:shop", "deny");
    const fields = { upgrade: "websocket", connection: "Upgrade" };
    expect((await ask(edge, shop, { fields })).status).toBe(403);
  });

  test("flips at effectiveAt to the millisecond, with no write in between", async () => {
    const edge = memoryEdge();
    const { world } = edge;
    const effectiveAt = new Date(world.clockMs + 5000).toISOString();
    world.list.set(
      "customer:shop",
      JSON.stringify({
        verdict: "deny",
        ground: "legal",
        effectiveAt,
        noticeUrl: "https://status.example/n",
      }),
    );
    const before = await ask(edge, shop);
    expect(before.status).toBe(200);
    expect(fieldOf(before, "Sunset")).toBe("Thu, 01 Jan 2026 00:00:05 GMT");
    expect(fieldOf(before, "Link")).toBe(
      '<https://status.example/n>; rel="sunset"',
    );
    world.clockMs += 4999;
    expect((await ask(edge, shop)).status).toBe(200);
    world.clockMs += 1;
    const after = await ask(edge, shop);
    expect(after.status).toBe(451);
    expect(fieldOf(after, "Link")).toMatch(/rel="blocked-by"/);
    expect(fieldOf(after, "Proxy-Status")).toBe(
      "portcullis;error=proxy_internal_response",
    );
  });

  test("still lets certificate challenges through while it moves out", async () => {
    const edge = memoryEdge();
    edge.world.list.set(
      "customer:shop",
      '{"verdict":"deny","offboardUntil":"2026-02-01T00:00:00Z"}',
    );
    const challenge = `${shop}.well-known/acme-challenge/tok-en_1`;
    expect((await ask(edge, challenge)).status).toBe(200);
    expect((await ask(edge, `${challenge}/../../x`)).status).toBe(403);
    const fields = { upgrade: "websocket", connection: "upgrade" };
    expect((await ask(edge, challenge, { fields })).status).toBe(403);
    const { body } = new Response("x");
    expect((await ask(edge, challenge, { body })).status).toBe(403);
    expect(edge.world.sent).toHaveLength(1);
    expect((await ask(edge, shop)).status).toBe(403);
  });
});

describe("hosts", () => {
  test("an unknown one is 421", async () => {
    const reply = await ask(memoryEdge(), "http://other.example/");
    expect(reply.status).toBe(421);
  });

  test("an exact record beats the wildcard", async () => {
    const edge = memoryEdge();
    const site = (origin: string) =>
      JSON.stringify({ customer: "shop", origins: [origin] });
    edge.world.list.set("host:*.example", site("https://wild.example"));
    await ask(edge, shop);
    await ask(edge, "http://else.example/");
    expect(edge.world.sent.map(({ url }) => url.host)).toEqual([
      "origin.shop.example",
      "wild.example",
    ]);
  });

  test("a wildcard stands for one label only", async () => {
    const edge = memoryEdge();
    edge.world.list.set(
      "host:*.wide.example",
      '{"customer":"shop","origins":["https://o.example"]}',
    );
    expect((await ask(edge, "http://a.wide.example/")).status).toBe(200);
    expect((await ask(edge, "http://a.b.wide.example/")).status).toBe(421);
    expect((await ask(edge, "http://wide.example/")).status).toBe(421);
  });

  test("a single-label host can be a site", async () => {
    const edge = memoryEdge();
    edge.world.list.set(
      "host:localhost",
      '{"customer":"shop","origins":["https://o.example"]}',
    );
    expect((await ask(edge, "http://localhost:8787/")).status).toBe(200);
  });
});

describe("malformed requests", () => {
  test.each([
    ["TRACE is not served", "TRACE", shop, {}, 405],
    ["CONNECT is not served", "CONNECT", shop, {}, 405],
    ["a missing Host", "GET", shop, { host: "" }, 400],
    [
      "a Host that is not the URL's",
      "GET",
      shop,
      { host: "other.example" },
      400,
    ],
    [
      "a Host with user information",
      "GET",
      shop,
      { host: "a@shop.example" },
      400,
    ],
    ["a URL over the limit", "GET", shop + "a".repeat(16_384), {}, 414],
    ["fields over the limit", "GET", shop, { x: "a".repeat(65_536) }, 431],
  ])("%s", async (_, method, url, fields, status) => {
    const edge = memoryEdge();
    const reply = await ask(edge, url, { method, fields });
    expect(reply.status).toBe(status);
    expect(edge.world.sent).toEqual([]);
    expect(fieldOf(reply, "Allow") !== null).toBe(status === 405);
  });

  test("a request that passed this edge before is a loop", async () => {
    const edge = memoryEdge();
    const fields = { "cdn-loop": "other, portcullis;v=1" };
    const reply = await ask(edge, shop, { fields });
    expect(reply.status).toBe(502);
    expect(fieldOf(reply, "Proxy-Status")).toBe(
      "portcullis;error=proxy_loop_detected",
    );
  });
});

describe("records that do not parse", () => {
  test.each([
    "dney",
    "{",
    '{"verdict":"deny","effectiveAt":"soon"}',
    "\0",
    "x".repeat(70_000),
  ])(
    "%# never flip a customer that was served, or one that was dropped",
    async (garbage) => {
      for (const [good, status] of [
        ["allow", 200],
        ["deny", 403],
      ] as const) {
        const edge = memoryEdge();
        edge.world.list.set("customer:shop", good);
        await ask(edge, shop);
        edge.world.list.set("customer:shop", garbage);
        edge.world.clockMs += 60_000;
        expect((await ask(edge, shop)).status).toBe(status);
        expect(edge.world.events).toContainEqual(
          expect.objectContaining({
            kind: "record-malformed",
            key: "customer:shop",
          }),
        );
      }
    },
  );

  test("do not flip a customer for an isolate that never saw the good value", async () => {
    const edge = memoryEdge();
    edge.world.list.set("customer:shop", "deny");
    await ask(edge, shop);
    edge.world.list.set("customer:shop", "allwo");
    const other = { ...edge, isolate: newIsolate(edge.config) };
    expect((await ask(other, shop)).status).toBe(403);
  });

  test("leave the default verdict where nothing good is known", async () => {
    const edge = memoryEdge();
    edge.world.list.set("customer:shop", "dney");
    expect((await ask(edge, shop)).status).toBe(200);
    const strict = memoryEdge();
    strict.world.list.set("customer:shop", "alow");
    strict.world.list.set("edge", '{"default":"deny"}');
    expect((await ask(strict, shop)).status).toBe(403);
  });

  test("are logged once, not once a request", async () => {
    const edge = memoryEdge();
    edge.world.list.set("customer:shop", "dney");
    for (let n = 0; n < 5; n++) {
      await ask(edge, shop);
      edge.world.clockMs += 2000;
    }
    const said = edge.world.events.filter(
      ({ kind }) => kind === "record-malformed",
    );
    expect(said).toHaveLength(1);
  });

  test("of a site are 500 for that site alone", async () => {
    const edge = memoryEdge();
    edge.world.list.set("host:broken.example", "{");
    const reply = await ask(edge, "http://broken.example/");
    expect(reply.status).toBe(500);
    expect(fieldOf(reply, "Proxy-Status")).toBe(
      "portcullis;error=proxy_configuration_error",
    );
    expect((await ask(edge, shop)).status).toBe(200);
  });
});

describe("settings of the whole edge", () => {
  test("an allow list refuses a customer without an entry", async () => {
    const edge = memoryEdge();
    edge.world.list.delete("customer:shop");
    expect((await ask(edge, shop)).status).toBe(200);
    edge.world.list.set("edge", '{"default":"deny"}');
    edge.world.clockMs += 1000;
    expect((await ask(edge, shop)).status).toBe(403);
  });

  test("maintenance answers every host with 503", async () => {
    const edge = memoryEdge();
    edge.world.list.set(
      "edge",
      '{"maintenance":{"until":"2026-01-01T01:00:00Z"}}',
    );
    const reply = await ask(edge, shop);
    expect(reply.status).toBe(503);
    expect(fieldOf(reply, "Retry-After")).toBe("3600");
    edge.world.list.set("edge", '{"maintenance":false}');
    edge.world.clockMs += 1000;
    expect((await ask(edge, shop)).status).toBe(200);
  });

  test("maintenance ends by itself when it was to", async () => {
    const edge = memoryEdge();
    edge.world.list.set(
      "edge",
      '{"maintenance":{"until":"2026-01-01T00:00:05Z"}}',
    );
    edge.world.clockMs += 4999;
    expect((await ask(edge, shop)).status).toBe(503);
    edge.world.clockMs += 1;
    expect((await ask(edge, shop)).status).toBe(200);
  });
});

describe("when the list cannot be read", () => {
  test("who was served stays up, who was dropped stays dark", async () => {
    for (const [standing, status] of [
      ["allow", 200],
      ["deny", 403],
    ] as const) {
      const edge = memoryEdge();
      edge.world.list.set("customer:shop", standing);
      await ask(edge, shop);
      edge.world.listState = "down";
      edge.world.clockMs += 3_600_000;
      expect((await ask(edge, shop)).status).toBe(status);
      expect(edge.world.events.at(-1)).toMatchObject({ degraded: true });
    }
  });

  test("a new isolate goes by what its PoP last knew", async () => {
    for (const [standing, status] of [
      ["allow", 200],
      ["deny", 403],
    ] as const) {
      const edge = memoryEdge();
      edge.world.list.set("customer:shop", standing);
      await ask(edge, shop);
      edge.world.listState = "down";
      const other = { ...edge, isolate: newIsolate(edge.config) };
      expect((await ask(other, shop)).status).toBe(status);
    }
  });

  test("nothing known at all is 503 with Retry-After, or served where the operator chose so", async () => {
    const edge = memoryEdge();
    edge.world.listState = "down";
    const reply = await ask(edge, shop);
    expect(reply.status).toBe(503);
    expect(fieldOf(reply, "Retry-After")).toBe("30");

    const open = memoryEdge();
    open.world.list.set("edge", '{"failPolicy":"open"}');
    open.world.unreadableKeys.add("customer:shop");
    expect((await ask(open, shop)).status).toBe(200);
    const closed = memoryEdge();
    closed.world.unreadableKeys.add("customer:shop");
    expect((await ask(closed, shop)).status).toBe(503);
  });

  test("it is asked no more than once a second for what is remembered", async () => {
    const edge = memoryEdge();
    await ask(edge, shop);
    edge.world.listState = "down";
    edge.world.clockMs += 10_000;
    await ask(edge, shop);
    const reads = edge.world.listReads.length;
    edge.world.clockMs += 999;
    for (let n = 0; n < 10; n++) await ask(edge, shop);
    expect(edge.world.listReads).toHaveLength(reads);
    edge.world.clockMs += 1;
    for (let n = 0; n < 10; n++) await ask(edge, shop);
    expect(edge.world.listReads.slice(reads)).toEqual([
      "edge",
      "host:shop.example",
      "customer:shop",
      "purge:shop",
    ]);
  });

  test("requests that come at once read a key once", async () => {
    const edge = memoryEdge();
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => ask(edge, shop)),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(edge.world.listReads).toEqual([
      "edge",
      "host:shop.example",
      "customer:shop",
      "purge:shop",
    ]);
  });

  test("what the list says counts from when it was asked, however long it took", async () => {
    const edge = memoryEdge();
    const { world } = edge;
    const readRecord: World["readRecord"] = world.readRecord.bind(world);
    world.readRecord = async (key) => {
      const answer = await readRecord(key);
      if (key === "customer:shop") world.clockMs += 900;
      return answer;
    };
    await ask(edge, shop);
    world.readRecord = readRecord;
    world.list.set("customer:shop", "deny");
    world.clockMs += 99;
    expect((await handle(inbound(shop), edge)).status).toBe(200);
    const other = { ...edge, isolate: newIsolate(edge.config) };
    expect((await ask(other, shop)).status).toBe(403);
    world.clockMs += 1;
    expect((await ask(edge, shop)).status).toBe(403);
  });

  test("who waits for another's read that never ends goes on at the deadline, and the next one reads anew", async () => {
    const edge = memoryEdge();
    const { world } = edge;
    world.listState = "hanging";
    void handle(inbound(shop), edge);
    const waiting = handle(inbound(shop), edge);
    await new Promise(setImmediate);
    world.pass(1000);
    expect((await waiting).status).toBe(503);
    world.listState = "up";
    expect((await handle(inbound(shop), edge)).status).toBe(200);
  });

  test("who waits for another's read that fails goes by what is known", async () => {
    const edge = memoryEdge();
    await ask(edge, shop);
    edge.world.clockMs += 3_600_000;
    edge.world.listState = "down";
    const replies = await Promise.all([ask(edge, shop), ask(edge, shop)]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
  });

  test("a customer taken off the list is not brought back by what the PoP remembers", async () => {
    const edge = memoryEdge();
    edge.world.list.set("edge", '{"default":"deny"}');
    await ask(edge, shop);
    edge.world.list.delete("customer:shop");
    edge.world.clockMs += 1000;
    expect((await ask(edge, shop)).status).toBe(403);
    edge.world.listState = "down";
    const other = { ...edge, isolate: newIsolate(edge.config) };
    expect((await ask(other, shop)).status).toBe(403);
  });

  test("one unreadable key does not cost its neighbours", async () => {
    const edge = memoryEdge();
    edge.world.unreadableKeys.add("edge");
    expect((await ask(edge, shop)).status).toBe(200);
  });
});

describe("origins that fail", () => {
  test("are named by RFC 9209, and the page names no internal host", async () => {
    const edge = memoryEdge();
    edge.world.origin = () => ({
      kind: "failed",
      error: "connection_read_timeout",
      details: "10.0.0.7 is silent",
      sent: "perhaps",
    });
    const reply = await ask(edge, shop);
    expect(reply.status).toBe(504);
    expect(fieldOf(reply, "Proxy-Status")).toBe(
      "portcullis;error=connection_read_timeout",
    );
    expect(await bodyText(reply)).not.toMatch(/10\.0\.0\.7|origin\.shop/);
  });

  test("hand over to the next one where that is safe", async () => {
    const edge = memoryEdge();
    edge.world.list.set(
      "host:shop.example",
      '{"customer":"shop","origins":["https://a.example","https://b.example"]}',
    );
    edge.world.origin = ({ url }) =>
      url.host === "b.example"
        ? answered(200, [], "from b")
        : {
            kind: "failed",
            error: "connection_terminated",
            details: "",
            sent,
          };
    let sent: "nothing" | "perhaps" = "perhaps";
    expect(await bodyText(await ask(edge, shop))).toBe("from b");
    const post = await ask(edge, shop, { method: "POST" });
    expect(post.status).toBe(502);
    sent = "nothing";
    const again = await ask(edge, shop, { method: "POST" });
    expect(await bodyText(again)).toBe("from b");
  });

  test.each([
    "http://127.0.0.1",
    "http://localhost:8080",
    "http://0x7f.1",
    "http://[::ffff:169.254.169.254]",
    "http://metadata.google.internal",
    "http://10.1.2.3",
  ])("%s is not asked unless the configuration allows it", async (origin) => {
    const record = JSON.stringify({ customer: "shop", origins: [origin] });
    const edge = memoryEdge();
    edge.world.list.set("host:shop.example", record);
    const reply = await ask(edge, shop);
    expect(reply.status).toBe(502);
    expect(fieldOf(reply, "Proxy-Status")).toBe(
      "portcullis;error=destination_ip_prohibited",
    );
    const lax = memoryEdge({ PRIVATE_ORIGINS: "allowed" });
    lax.world.list.set("host:shop.example", record);
    expect((await ask(lax, shop)).status).toBe(200);
  });
});

test("no event holds a visitor's address", async () => {
  const edge = memoryEdge();
  await ask(edge, shop);
  edge.world.list.set("customer:shop", "deny");
  edge.world.clockMs += 1000;
  await handle(inbound(shop), edge);
  expect(edge.world.events).toHaveLength(2);
  expect(JSON.stringify(edge.world.events)).not.toContain("203.0.113.9");
});
