import { describe, expect, test } from "vitest";
import { handle } from "../../src/edge/handle.ts";
import { answered, ask, inbound, memoryEdge } from "../world.ts";

const shop = "http://shop.example/";
const trace = "0af7651916cd43dd8448eb211c80319c";

function logged(edge: ReturnType<typeof memoryEdge>) {
  return edge.world.events.filter(({ kind }) => kind === "request");
}

describe("the event of a request tells", () => {
  test("what the cache did, what the origin answered, the PoP, the record and the trace", async () => {
    const edge = memoryEdge();
    edge.world.list.set("customer:shop", '{"verdict":"allow","seq":7}');
    edge.world.origin = () => {
      edge.world.clockMs += 120;
      return answered(200, [["Cache-Control", "max-age=60"]], "page");
    };
    const fields = { traceparent: `00-${trace}-b7ad6b7169203331-01` };
    await ask(edge, shop, { fields });
    await ask(edge, shop, { fields });
    const common = {
      outcome: "served",
      recordSeq: 7,
      pop: "CDG",
      traceId: trace,
    };
    expect(logged(edge)).toMatchObject([
      {
        ...common,
        cache: { fwd: "uri-miss", stored: true, ttlSeconds: 60 },
        origin: { status: 200, tookMs: 120 },
      },
      { ...common, cache: { fwd: null, stored: false }, origin: null },
    ]);
  });

  test("the trace that the origin was told of, when the visitor began none", async () => {
    const edge = memoryEdge();
    await ask(edge, shop);
    const [sent] = edge.world.sent;
    const told = new Map(sent?.fields).get("traceparent")?.split("-")[1];
    expect(logged(edge)).toMatchObject([{ traceId: told }]);
  });

  test("of those that waited for another's fetch, that they asked nobody", async () => {
    const edge = memoryEdge();
    edge.world.origin = () => answered(503, [], "sorry");
    await Promise.all([1, 2, 3].map(() => handle(inbound(shop), edge)));
    const asked = logged(edge).filter(
      (event) => event.kind === "request" && event.origin !== null,
    );
    expect(asked).toHaveLength(1);
  });

  test("only-if-cached with nothing stored is not a visitor served", async () => {
    const edge = memoryEdge();
    await ask(edge, shop, { fields: { "cache-control": "only-if-cached" } });
    expect(logged(edge)).toMatchObject([
      { outcome: "not-cached", status: 504 },
    ]);
  });
});

test.each([
  ["too-large", { cache: { maxObjectBytes: 10 } }],
  ["broken", {}],
])(
  "a response that was to be stored and is %s is an event",
  async (because, more) => {
    const edge = memoryEdge();
    edge.world.list.set(
      "host:shop.example",
      JSON.stringify({
        customer: "shop",
        origins: ["https://origin.shop.example"],
        ...more,
      }),
    );
    edge.world.origin = () => ({
      kind: "answered",
      status: 200,
      fields: [
        ["Cache-Control", "max-age=60"],
        ...(because === "broken" ? [["Content-Length", "99"] as const] : []),
      ],
      body: new Response("longer than ten bytes").body,
      channel: null,
    });
    const reply = await handle(inbound(shop), edge);
    if (reply.body.kind === "stream")
      await new Response(reply.body.stream).text().then(
        () => null,
        () => null,
      );
    await edge.world.settle();
    expect(edge.world.events).toContainEqual({
      kind: "not-stored",
      host: "shop.example",
      customer: "shop",
      because,
    });
  },
);
