import { describe, expect, test } from "vitest";
import { handle } from "../../src/edge/handle.ts";
import { newIsolate } from "../../src/edge/isolate.ts";
import { sliceBytes } from "../../src/edge/stored-body.ts";
import type { FieldLine } from "../../src/http/fields.ts";
import type { OriginAnswer, Reply } from "../../src/ports.ts";
import { ask, inbound, memoryEdge } from "../world.ts";

const url = "http://shop.example/file";
const small = 100_000;
const large = 2.5 * sliceBytes;
type Edge = ReturnType<typeof memoryEdge>;

/** A body of one byte value, in chunks of 64 KiB; `endsWith` says how it ends. */
function bodyOf(
  length: number,
  value: number,
  endsWith: "its end" | "a failure" = "its end",
): ReadableStream<Uint8Array> {
  let left = length;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const bytes = new Uint8Array(Math.min(left, 64 * 1024)).fill(value);
        left -= bytes.length;
        if (bytes.length > 0) controller.enqueue(bytes);
        else if (endsWith === "its end") controller.close();
        else controller.error(new Error("reset"));
      },
    },
    { highWaterMark: 0 },
  );
}

function answer(
  length: number,
  {
    value = 0,
    status = 200,
    fields = [],
    endsWith = "its end",
  }: {
    value?: number;
    status?: number;
    fields?: FieldLine[];
    endsWith?: "its end" | "a failure";
  } = {},
): OriginAnswer {
  return {
    kind: "answered",
    status,
    fields: [["Cache-Control", "max-age=600"], ...fields],
    body: bodyOf(length, value, endsWith),
    channel: null,
  };
}

/** An origin whose every answer has another body: its number, again and again. */
function counting(edge: Edge, length: number, fields: FieldLine[] = []): void {
  let count = 0;
  edge.world.origin = () => answer(length, { value: ++count, fields });
}

async function all({ body }: Reply): Promise<Uint8Array> {
  if (body.kind === "bytes") return body.bytes;
  if (body.kind !== "stream") throw new Error(`the body is ${body.kind}`);
  return new Uint8Array(await new Response(body.stream).arrayBuffer());
}

/** One request, its body read to the end, and all that it put off. */
async function visit(
  edge: Edge,
  options: Parameters<typeof inbound>[1] = {},
  target = url,
): Promise<Uint8Array | null> {
  const reply = await handle(inbound(target, options), edge);
  const bytes = await all(reply).then(
    (whole) => whole,
    () => null,
  );
  await edge.world.settle();
  return bytes;
}

const anew = { fields: { "cache-control": "no-cache" } };

function keptBytes({ world }: Edge): number {
  let sum = 0;
  for (const { byteLength } of world.popBytes.values()) sum += byteLength;
  return sum;
}

describe("of a URL that is fetched anew again and again, the PoP cache keeps", () => {
  test.each([
    ["one body where one read takes it", small, 1],
    ["one body of exactly a slice", sliceBytes, 1],
    ["the last two where it is long", large, 2],
  ])("%s", async (_, length, bodies) => {
    const edge = memoryEdge();
    counting(edge, length);
    for (let times = 0; times < 60; times += 1) await visit(edge, anew);
    expect(keptBytes(edge)).toBeLessThanOrEqual(bodies * length);
    const whole = await visit(edge);
    expect(new Set(whole)).toEqual(new Set([60]));
  });

  test("no more when many ask at once", async () => {
    const edge = memoryEdge();
    counting(edge, large);
    await Promise.all(Array.from({ length: 20 }, () => visit(edge, anew)));
    await visit(edge, anew);
    expect(keptBytes(edge)).toBeLessThanOrEqual(2 * large);
  });

  test("no more when several isolates ask in turns", async () => {
    const edge = memoryEdge();
    counting(edge, large);
    const isolates = [1, 2, 3].map(() => newIsolate(edge.config));
    for (let round = 0; round < 10; round += 1)
      for (const isolate of isolates) await visit({ ...edge, isolate }, anew);
    expect(keptBytes(edge)).toBeLessThanOrEqual(2 * large);
  });
});

describe("nothing stays in the PoP cache of", () => {
  test.each([
    ["a body that broke off", () => answer(large, { endsWith: "a failure" })],
    [
      "a body that is larger than the site lets it be",
      () => answer(6 * sliceBytes),
    ],
    [
      "an error that may not be stored",
      () => answer(0, { status: 503, fields: [["Cache-Control", "no-store"]] }),
    ],
  ])("%s", async (_, origin) => {
    const edge = memoryEdge();
    edge.world.list.set(
      "host:shop.example",
      '{"customer":"shop","origins":["https://origin.shop.example"],"cache":{"maxObjectBytes":4194304}}',
    );
    edge.world.origin = origin;
    await visit(edge);
    expect([...edge.world.popBytes.keys()]).toEqual([]);
  });

  test("an answer that a write overtook", async () => {
    const edge = memoryEdge();
    counting(edge, large);
    const reply = await handle(inbound(url), edge);
    edge.world.origin = () => answer(0, { status: 200 });
    await handle(inbound(url, { method: "POST" }), edge);
    expect(await all(reply)).toHaveLength(large);
    await edge.world.settle();
    expect(keptBytes(edge)).toBe(0);
  });

  test("what a write made unusable, but for the last long body", async () => {
    for (const [length, left] of [
      [small, 0],
      [large, large],
    ] as const) {
      const edge = memoryEdge();
      counting(edge, length);
      await visit(edge);
      await visit(edge, { method: "POST" });
      expect(keptBytes(edge)).toBe(left);
    }
  });

  test("variants beyond those that a URL may keep", async () => {
    const edge = memoryEdge();
    counting(edge, small, [["Vary", "Accept-Language"]]);
    for (let n = 0; n < 40; n += 1)
      await visit(edge, { fields: { "accept-language": `x-n${n}` } });
    expect(keptBytes(edge)).toBeLessThanOrEqual(32 * small);
  });

  test("parts that were joined", async () => {
    const edge = memoryEdge();
    const partBytes = 5000;
    for (const first of [0, partBytes]) {
      edge.world.origin = () =>
        answer(partBytes, {
          status: 206,
          fields: [
            ["ETag", '"v"'],
            ["Content-Length", String(partBytes)],
            [
              "Content-Range",
              `bytes ${first}-${first + partBytes - 1}/2000000`,
            ],
          ],
        });
      await visit(edge, {
        fields: { range: `bytes=${first}-${first + partBytes - 1}` },
      });
    }
    expect(keptBytes(edge)).toBe(2 * partBytes);
  });
});

describe("a visitor who still reads a body that was replaced gets the whole of it", () => {
  test("in this isolate, however often it is replaced", async () => {
    const edge = memoryEdge();
    counting(edge, large);
    await visit(edge);
    const slow = await handle(inbound(url), edge);
    for (let times = 0; times < 5; times += 1) await visit(edge, anew);
    expect(new Set(await all(slow))).toEqual(new Set([1]));
    await visit(edge, anew);
    expect(keptBytes(edge)).toBeLessThanOrEqual(2 * large);
  });

  test("when it was the one who had it fetched, and fell behind", async () => {
    const edge = memoryEdge();
    counting(edge, large);
    const slow = await handle(inbound(url), edge);
    // Another visitor's reading has all of it arrive.
    await visit(edge);
    for (let times = 0; times < 5; times += 1) await visit(edge, anew);
    expect(new Set(await all(slow))).toEqual(new Set([1]));
  });

  test("in another isolate, when it is replaced once", async () => {
    const edge = memoryEdge();
    counting(edge, large);
    await visit(edge);
    const slow = await handle(inbound(url), edge);
    const other = { ...edge, isolate: newIsolate(edge.config) };
    await visit(other, anew);
    expect(new Set(await all(slow))).toEqual(new Set([1]));
  });

  test("and one who leaves holds it no longer", async () => {
    const edge = memoryEdge();
    counting(edge, large);
    await visit(edge);
    const { body } = await handle(inbound(url), edge);
    if (body.kind !== "stream") throw new Error(body.kind);
    await visit(edge, anew);
    await body.stream.cancel();
    await visit(edge, anew);
    expect(keptBytes(edge)).toBeLessThanOrEqual(2 * large);
  });
});

test("in another isolate, a body that was replaced more than once and cannot be asked for again ends visibly", async () => {
  const edge = memoryEdge();
  counting(edge, large);
  await visit(edge);
  const slow = await handle(inbound(url), edge);
  const other = { ...edge, isolate: newIsolate(edge.config) };
  for (let times = 0; times < 3; times += 1) await visit(other, anew);
  await expect(all(slow)).rejects.toThrow("is gone");
});

test("a purged body is replaced like any other", async () => {
  const edge = memoryEdge();
  counting(edge, small);
  await visit(edge);
  edge.world.pass(10_000);
  edge.world.list.set("purge:shop", new Date(edge.world.nowMs()).toISOString());
  edge.world.pass(10_000);
  await ask(edge, url).then(all);
  await visit(edge);
  expect(keptBytes(edge)).toBe(small);
});
