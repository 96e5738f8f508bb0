import { describe, expect, test } from "vitest";
import { sliceBytes } from "../../src/edge/stored-body.ts";
import { handle } from "../../src/edge/handle.ts";
import type { FieldLine } from "../../src/http/fields.ts";
import type { Reply } from "../../src/ports.ts";
import { inbound, memoryEdge, type MemoryWorld } from "../world.ts";

const limits = { betweenBytesTimeoutSeconds: 7, lastByteTimeoutSeconds: 20 };

/** An edge whose site has short limits, and an origin whose body comes as the test sends it. */
function drippingEdge(status = 200, fields: readonly FieldLine[] = []) {
  const edge = memoryEdge();
  const origins = ["https://origin.shop.example"];
  const site = JSON.stringify({ customer: "shop", origins, ...limits });
  edge.world.list.set("host:shop.example", site);
  let drip!: ReadableStreamDefaultController<Uint8Array>;
  const count = { isCancelled: false };
  edge.world.origin = () => ({
    kind: "answered",
    status,
    fields,
    channel: null,
    body: new ReadableStream<Uint8Array>({
      start: (controller) => void (drip = controller),
      cancel: () => void (count.isCancelled = true),
    }),
  });
  return {
    edge,
    count,
    send: (bytes: number) => drip.enqueue(new Uint8Array(bytes)),
    end: () => drip.close(),
  };
}

/** Until all that can go on by itself has. */
async function quiescence(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
}

async function pass(world: MemoryWorld, ms: number): Promise<void> {
  await quiescence();
  world.pass(ms);
  await quiescence();
}

/** What a visitor who reads all of it has got, and whether that looks whole. */
function reading({ body }: Reply) {
  const got = { bytes: 0, end: "none yet" };
  if (body.kind !== "stream") throw new Error(`a body of kind ${body.kind}`);
  const reader = body.stream.getReader();
  const read = async () => {
    for (;;) {
      const { value } = await reader.read();
      if (value === undefined) return "whole";
      got.bytes += value.byteLength;
    }
  };
  void read().then(
    (end) => (got.end = end),
    () => (got.end = "broken off"),
  );
  return got;
}

const part: readonly FieldLine[] = [
  ["Content-Range", `bytes 0-${4 * sliceBytes - 1}/${9 * sliceBytes}`],
  ["Content-Length", String(4 * sliceBytes)],
  ["ETag", '"a"'],
  ["Cache-Control", "max-age=60"],
];

describe.each([
  ["that is stored", "GET", {}, 200, [["Cache-Control", "max-age=60"]]],
  ["that is not stored", "GET", {}, 200, [["Cache-Control", "no-store"]]],
  ["of a write", "POST", {}, 200, []],
  ["in slices", "GET", { range: "bytes=0-3000000" }, 206, part],
  ["of an error", "GET", {}, 500, []],
] as const)("a body %s", (_, method, asked, status, fields) => {
  const begin = async () => {
    const rig = drippingEdge(status, fields);
    const request = inbound("https://shop.example/a", {
      method,
      fields: asked,
    });
    const reply = await handle(request, rig.edge);
    return { ...rig, world: rig.edge.world, reply };
  };

  test("breaks off when the origin sends nothing for the site's limit", async () => {
    const { world, reply, send, count } = await begin();
    const got = reading(reply);
    send(1000);
    await pass(world, 6_999);
    expect(got).toEqual({ bytes: 1000, end: "none yet" });
    send(1000);
    await pass(world, 6_999);
    expect(got).toEqual({ bytes: 2000, end: "none yet" });
    await pass(world, 1);
    expect(got.end).toBe("broken off");
    expect(count.isCancelled).toBe(true);
  });

  test("breaks off when the origin drips for longer than the site's limit", async () => {
    const { world, reply, send, count } = await begin();
    const got = reading(reply);
    for (let second = 0; second < 20; second += 5) {
      await pass(world, 5_000);
      send(10);
    }
    await quiescence();
    expect(got).toEqual({ bytes: 40, end: "none yet" });
    await pass(world, 5_000);
    send(10);
    await quiescence();
    expect(got.end).toBe("broken off");
    expect(count.isCancelled).toBe(true);
  });
});

test("a visitor who reads slowly uses no limit up", async () => {
  const { edge, send, end } = drippingEdge(200, [
    ["Cache-Control", "no-store"],
  ]);
  const reply = await handle(inbound("https://shop.example/a"), edge);
  send(1000);
  end();
  await pass(edge.world, 3_600_000);
  const got = reading(reply);
  await quiescence();
  expect(got).toEqual({ bytes: 1000, end: "whole" });
});

test("an event stream that sends a comment in time goes on", async () => {
  const { edge, send } = drippingEdge();
  edge.world.list.set(
    "host:shop.example",
    '{"customer":"shop","origins":["https://origin.shop.example"]}',
  );
  const reply = await handle(inbound("https://shop.example/events"), edge);
  const got = reading(reply);
  for (let minute = 0; minute < 600; minute += 10) {
    await pass(edge.world, 59_000);
    send(2);
  }
  await quiescence();
  expect(got).toEqual({ bytes: 120, end: "none yet" });
});

test("a challenge whose answer stalls is refused", async () => {
  const { edge, send, count } = drippingEdge(200, [
    ["Content-Type", "text/plain"],
  ]);
  edge.world.list.set(
    "customer:shop",
    '{"verdict":"deny","offboardUntil":"2030-01-01T00:00:00Z"}',
  );
  const url = "https://shop.example/.well-known/acme-challenge/token";
  const answering = handle(inbound(url), edge);
  await quiescence();
  send(10);
  await pass(edge.world, 7_000);
  expect((await answering).status).toBe(403);
  expect(count.isCancelled).toBe(true);
});
