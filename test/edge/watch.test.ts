import { describe, expect, test } from "vitest";
import { handle } from "../../src/edge/handle.ts";
import type { OriginAnswer, Reply, Watch } from "../../src/ports.ts";
import { answered, ask, inbound, memoryEdge } from "../world.ts";

const shop = "http://shop.example/";

async function quiescence(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

function watchOf({ body }: Reply): Watch {
  if (body.kind !== "stream") throw new Error("not a stream");
  return body.watch;
}

/** Has the watch cut what it watches, while a body streams? */
function watching(watch: Watch): { isCut: boolean; end: () => void } {
  const body = Promise.withResolvers<void>();
  const state = { isCut: false, end: body.resolve };
  const cut = () => {
    state.isCut = true;
  };
  void watch.cut.then(cut);
  void watch.during(body.promise);
  return state;
}

describe("a response that streams", () => {
  test("is cut within the watch's seconds of the drop", async () => {
    const edge = memoryEdge();
    const state = watching(watchOf(await ask(edge, shop)));
    edge.world.pass(5000);
    await quiescence();
    expect(state.isCut).toBe(false);
    edge.world.list.set("customer:shop", "deny");
    edge.world.pass(4999);
    await quiescence();
    expect(state.isCut).toBe(false);
    edge.world.pass(1);
    await quiescence();
    expect(state.isCut).toBe(true);
    expect(edge.world.events).toContainEqual({
      kind: "cut",
      host: "shop.example",
      customer: "shop",
    });
  });

  test("is checked at the very moment of an announced drop", async () => {
    const edge = memoryEdge();
    edge.world.list.set(
      "customer:shop",
      '{"verdict":"deny","effectiveAt":"2026-01-01T00:00:02Z"}',
    );
    const state = watching(watchOf(await ask(edge, shop)));
    edge.world.pass(1999);
    await quiescence();
    expect(state.isCut).toBe(false);
    edge.world.pass(1);
    await quiescence();
    expect(state.isCut).toBe(true);
  });

  test("is not cut once it has ended", async () => {
    const edge = memoryEdge();
    const state = watching(watchOf(await ask(edge, shop)));
    state.end();
    await quiescence();
    edge.world.list.set("customer:shop", "deny");
    edge.world.pass(60_000);
    await quiescence();
    expect(state.isCut).toBe(false);
    expect(edge.world.events.filter(({ kind }) => kind === "cut")).toEqual([]);
  });

  test("is checked on time although the first byte took most of it", async () => {
    const edge = memoryEdge();
    const slow = Promise.withResolvers<OriginAnswer>();
    edge.world.origin = () => slow.promise;
    const replying = handle(inbound(shop), edge);
    await quiescence();
    edge.world.pass(4000);
    slow.resolve(answered(200, [], "hello"));
    const state = watching(watchOf(await replying));
    edge.world.list.set("customer:shop", "deny");
    edge.world.pass(1000);
    await quiescence();
    expect(state.isCut).toBe(true);
  });

  test("goes on while the list cannot be read", async () => {
    const edge = memoryEdge();
    const state = watching(watchOf(await ask(edge, shop)));
    edge.world.list.set("customer:shop", "deny");
    edge.world.listState = "down";
    edge.world.pass(5000);
    await quiescence();
    expect(state.isCut).toBe(false);
    edge.world.listState = "up";
    edge.world.pass(5000);
    await quiescence();
    edge.world.pass(5000);
    await quiescence();
    expect(state.isCut).toBe(true);
  });
});

describe("a request whose origin has not answered yet", () => {
  test.each(["GET", "POST", "DELETE"])(
    "%s is refused within the watch's seconds of the drop",
    async (method) => {
      const edge = memoryEdge();
      edge.world.origin = () => new Promise(() => undefined);
      const replying = handle(inbound(shop, { method }), edge);
      await quiescence();
      edge.world.list.set("customer:shop", "deny");
      edge.world.pass(5000);
      const reply = await replying;
      expect(reply.status).toBe(403);
      expect(edge.world.events.at(-1)).toMatchObject({ outcome: "refused" });
    },
  );

  test("is sent to no other origin after the cut", async () => {
    const edge = memoryEdge();
    edge.world.list.set(
      "host:shop.example",
      '{"customer":"shop","origins":["https://a.example","https://b.example"]}',
    );
    edge.world.origin = async ({ watch }) => {
      await watch?.cut;
      return {
        kind: "failed",
        error: "http_request_denied",
        details: "",
        sent: "perhaps",
      };
    };
    const replying = handle(inbound(shop, { method: "DELETE" }), edge);
    await quiescence();
    edge.world.list.set("customer:shop", "deny");
    edge.world.pass(5000);
    expect((await replying).status).toBe(403);
    await edge.world.settle();
    expect(edge.world.sent).toHaveLength(1);
  });
});
