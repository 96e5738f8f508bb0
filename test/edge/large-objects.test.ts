import { describe, expect, test } from "vitest";
import { handle } from "../../src/edge/handle.ts";
import { newIsolate } from "../../src/edge/isolate.ts";
import { sliceBytes } from "../../src/edge/stored-body.ts";
import { fieldsOf, type FieldLine } from "../../src/http/fields.ts";
import type { OriginAnswer, OriginRequest, Reply } from "../../src/ports.ts";
import { fieldOf, inbound, memoryEdge } from "../world.ts";

const url = "http://shop.example/video.mp4";
const chunkBytes = 64 * 1024;
type Edge = ReturnType<typeof memoryEdge>;

/** Each four bytes say where they are. */
function film(length: number, first = 0): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let at = 0; at < words.length; at++) words[at] = first + at;
  return new Uint8Array(words.buffer, 0, length);
}

/** An origin that serves ranges of a body and counts what is taken from it. */
function served(
  edge: Edge,
  body: Uint8Array,
  { etag = '"v1"', cacheControl = "max-age=600", honours = true } = {},
) {
  const origin = { body, etag, bytes: 0, ranges: [] as (string | null)[] };
  const answer = (request: OriginRequest): OriginAnswer => {
    const fields = fieldsOf(request.fields);
    const range = fields.get("range") ?? null;
    const condition = fields.get("if-range") ?? null;
    origin.ranges.push(range);
    const complete = origin.body.byteLength;
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
    const isPart =
      honours &&
      from !== undefined &&
      (condition === null || condition === origin.etag);
    const first = isPart ? Number(from) : 0;
    const last = Math.min(isPart && to ? Number(to) : Infinity, complete - 1);
    const lines: FieldLine[] = [
      ["Cache-Control", cacheControl],
      ["Accept-Ranges", "bytes"],
      ["Content-Length", String(last - first + 1)],
    ];
    if (origin.etag !== "") lines.push(["ETag", origin.etag]);
    if (isPart)
      lines.push(["Content-Range", `bytes ${first}-${last}/${complete}`]);
    let at = first;
    const source = origin.body;
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (at > last) return controller.close();
          const end = Math.min(at + chunkBytes, last + 1);
          controller.enqueue(source.slice(at, end));
          origin.bytes += end - at;
          at = end;
        },
      },
      { highWaterMark: 0 },
    );
    return {
      kind: "answered",
      status: isPart ? 206 : 200,
      fields: lines,
      body: stream,
      channel: null,
    };
  };
  edge.world.origin = answer;
  return origin;
}

function get(edge: Edge, range?: string): Promise<Reply> {
  const fields = range === undefined ? {} : { range };
  return handle(inbound(url, { fields }), edge);
}

/** The first bytes of an answer, after which the visitor goes away; all of it by default. */
async function read({ body }: Reply, upTo = Infinity): Promise<Buffer> {
  if (body.kind === "bytes") return Buffer.from(body.bytes);
  if (body.kind !== "stream") throw new Error(`the body is ${body.kind}`);
  const reader = body.stream.getReader();
  const parts: Uint8Array[] = [];
  for (let length = 0; length < upTo;) {
    const { value } = await reader.read();
    if (value === undefined) break;
    parts.push(value);
    length += value.byteLength;
  }
  await reader.cancel();
  return Buffer.concat(parts);
}

/** Until all that can go on by itself has. */
async function quiescence(): Promise<void> {
  for (let turn = 0; turn < 400; turn++) await new Promise(setImmediate);
}

const seeks = [0, 29, 3, 25, 14, 8, 20, 11, 27, 5].map(
  (mebibytes) => mebibytes * 1_000_003,
);

describe("seeks in a film of 30 MB", () => {
  test("take no more from the origin than 1.3 times the film, whoever seeks and however often", async () => {
    const edge = memoryEdge();
    const body = film(30_000_000);
    const origin = served(edge, body);
    for (const _ of [1, 2, 3])
      for (const first of seeks) {
        const reply = await get(edge, `bytes=${first}-`);
        expect(reply.status).toBe(206);
        expect(fieldOf(reply, "Content-Range")).toBe(
          `bytes ${first}-29999999/30000000`,
        );
        const bytes = await read(reply, 256 * 1024);
        expect(bytes.equals(body.subarray(first, first + bytes.length))).toBe(
          true,
        );
        await quiescence();
      }
    expect(origin.bytes).toBeLessThanOrEqual(1.3 * body.length);
  });

  test("at the same time ask for the same slices once", async () => {
    const edge = memoryEdge();
    const body = film(30_000_000);
    const origin = served(edge, body);
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => get(edge, "bytes=9000000-9999999")),
    );
    for (const reply of replies)
      expect(
        (await read(reply)).equals(body.subarray(9_000_000, 10_000_000)),
      ).toBe(true);
    await edge.world.settle();
    expect(origin.bytes).toBeLessThanOrEqual(4 * sliceBytes);
  });

  test("read no more from the PoP cache when they are deep", async () => {
    const edge = memoryEdge();
    const body = film(30_000_000);
    served(edge, body);
    await read(await get(edge));
    await edge.world.settle();
    const { popBytes } = edge.world;
    let recalled = 0;
    edge.world.recallBytes = async (name) => {
      const bytes = popBytes.get(name) ?? null;
      recalled += bytes?.byteLength ?? 0;
      return bytes;
    };
    const costs: number[] = [];
    for (const first of [0, 15_000_000, 29_000_000]) {
      const { isolate } = edge;
      edge.isolate = newIsolate(edge.config);
      recalled = 0;
      const bytes = await read(
        await get(edge, `bytes=${first}-${first + 99_999}`),
      );
      expect(bytes.equals(body.subarray(first, first + 100_000))).toBe(true);
      costs.push(recalled);
      edge.isolate = isolate;
    }
    expect(Math.max(...costs)).toBeLessThanOrEqual(2 * sliceBytes);
  });

  test("are the whole film when all of it is asked for afterwards", async () => {
    const edge = memoryEdge();
    const body = film(10_000_000);
    served(edge, body);
    await read(await get(edge, "bytes=5000000-"), 1000);
    await quiescence();
    for (const _ of [1, 2]) {
      const reply = await get(edge);
      expect(reply.status).toBe(200);
      expect((await read(reply)).equals(body)).toBe(true);
      await edge.world.settle();
    }
  });

  test("ahead of what a download has brought do not wait for it", async () => {
    const edge = memoryEdge();
    const body = film(30_000_000);
    const origin = served(edge, body);
    const download = await get(edge);
    await quiescence();
    const part = await get(edge, "bytes=20000000-20000999");
    expect(
      (await read(part)).equals(body.subarray(20_000_000, 20_001_000)),
    ).toBe(true);
    await quiescence();
    expect(origin.bytes).toBeLessThanOrEqual(8 * sliceBytes);
    expect((await read(download)).equals(body)).toBe(true);
  });
});

describe("a download that its last visitor leaves", () => {
  test("is not fetched to its end, and what came of it is used", async () => {
    const edge = memoryEdge();
    const body = film(30_000_000);
    const origin = served(edge, body);
    await read(await get(edge), 3 * sliceBytes);
    await edge.world.settle();
    expect(origin.bytes).toBeLessThanOrEqual(6 * sliceBytes);
    const before = origin.bytes;
    const part = await read(await get(edge, "bytes=1000000-1999999"));
    expect(part.equals(body.subarray(1_000_000, 2_000_000))).toBe(true);
    expect(origin.bytes).toBe(before);
  });

  test("is fetched to its end where the rest could not be asked for", async () => {
    const edge = memoryEdge();
    const body = film(8_000_000);
    const origin = served(edge, body, { etag: 'W/"v1"' });
    await read(await get(edge), sliceBytes);
    await edge.world.settle();
    expect(origin.bytes).toBe(body.length);
    expect((await read(await get(edge))).equals(body)).toBe(true);
    expect(origin.ranges).toHaveLength(1);
  });
});

describe("slices are not for", () => {
  test.each([
    ["a weak tag", { etag: 'W/"v1"' }],
    ["no tag", { etag: "" }],
    ["what may not be stored", { cacheControl: "no-store" }],
    ["what is private", { cacheControl: "private, max-age=60" }],
    ["an origin that takes no notice of Range", { honours: false }],
  ])(
    "%s: visitors get what they asked for all the same",
    async (_, options) => {
      const edge = memoryEdge();
      const body = film(6_000_000);
      served(edge, body, options);
      for (const first of [3_000_000, 0, 5_999_999]) {
        const reply = await get(edge, `bytes=${first}-`);
        const bytes = await read(reply);
        expect(
          bytes.equals(reply.status === 206 ? body.subarray(first) : body),
        ).toBe(true);
        await edge.world.settle();
      }
      const whole = await get(edge);
      expect(whole.status).toBe(200);
      expect((await read(whole)).equals(body)).toBe(true);
    },
  );

  test("a body that has changed: what is answered is of one body, and the next visitor gets the new one", async () => {
    const edge = memoryEdge();
    const origin = served(edge, film(12_000_000));
    await read(await get(edge, "bytes=0-99"));
    await edge.world.settle();
    origin.body = film(12_000_000, 5_000_000);
    origin.etag = '"v2"';
    const reply = await get(edge, "bytes=9000000-9000099");
    const bytes = await read(reply);
    expect(fieldOf(reply, "ETag")).toBe('"v2"');
    expect(bytes.equals(origin.body.subarray(9_000_000, 9_000_100))).toBe(true);
    const whole = await read(await get(edge));
    expect(whole.equals(origin.body)).toBe(true);
  });
});

describe("all of a large body reaches its visitors while a write into the PoP cache", () => {
  test.each([
    ["is refused", () => Promise.resolve(false)],
    ["never ends", () => new Promise<boolean>(() => undefined)],
    ["fails", () => Promise.reject<boolean>(new Error("no space"))],
  ])("%s, and the log says that it was not stored", async (_, keepBytes) => {
    const edge = memoryEdge();
    const body = film(5_000_000);
    served(edge, body);
    edge.world.keepBytes = keepBytes;
    const visitors = [await get(edge), await get(edge)].map((reply) =>
      read(reply),
    );
    await quiescence();
    edge.world.pass(5_000);
    for (const bytes of await Promise.all(visitors))
      expect(bytes.equals(body)).toBe(true);
    expect(edge.world.events).toContainEqual({
      kind: "not-stored",
      host: "shop.example",
      customer: "shop",
      because: "not-written",
    });
    await quiescence();
    const again = read(await get(edge));
    await quiescence();
    edge.world.pass(5_000);
    expect((await again).equals(body)).toBe(true);
  });
});

test("a range beyond the end is 416 with the length (RFC 9110 §15.5.17)", async () => {
  const edge = memoryEdge();
  served(edge, film(5_000_000));
  const reply = await get(edge, "bytes=5100000-");
  expect(reply.status).toBe(416);
  expect(fieldOf(reply, "Content-Range")).toBe("bytes */5000000");
});

describe("a range is answered with the part", () => {
  test.each([
    ["when its origin ignores Range", { honours: false }],
    ["when a validation brings another body", { honours: true }],
  ])("%s", async (_, options) => {
    const edge = memoryEdge();
    const origin = served(edge, film(3 * sliceBytes), {
      ...options,
      cacheControl: "max-age=1",
    });
    await read(await get(edge));
    await quiescence();
    edge.world.clockMs += 5_000;
    origin.etag = '"v2"';
    origin.body = film(3 * sliceBytes, 7);
    const reply = await get(edge, `bytes=${sliceBytes}-${sliceBytes + 99}`);
    expect(reply.status).toBe(206);
    const part = origin.body.subarray(sliceBytes, sliceBytes + 100);
    expect((await read(reply)).equals(part)).toBe(true);
  });
});
