import { describe, expect, test } from "vitest";
import {
  ArrivingBody,
  type ArrivalLimits,
} from "../../src/edge/arriving-body.ts";
import { ByteBudget } from "../../src/edge/byte-budget.ts";
import {
  chunksOf,
  restOfSlice,
  sliceBytes,
  sliceName,
  type BodyAccess,
} from "../../src/edge/stored-body.ts";
import { MemoryWorld } from "../world.ts";

const chunkBytes = 64 * 1024;

/** Bytes that differ from place to place. */
function bytesOf(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8)) % 251;
  return bytes;
}

/** A body that the origin sends chunk by chunk, as fast as it is taken. */
function sent(bytes: Uint8Array, { breaksAt = Infinity } = {}) {
  const count = { taken: 0, isCancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (count.taken >= breaksAt) return controller.error(new Error("gone"));
        if (count.taken >= bytes.length) return controller.close();
        const end = Math.min(count.taken + chunkBytes, bytes.length, breaksAt);
        controller.enqueue(bytes.slice(count.taken, end));
        count.taken = end;
      },
      cancel() {
        count.isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, count };
}

function arrival({
  maxBytes = 100_000_000,
  statedBytes = null,
  budgetBytes = 32 * sliceBytes,
  ...more
}: Partial<ArrivalLimits> & { budgetBytes?: number } = {}) {
  const world = new MemoryWorld();
  const budget = new ByteBudget(budgetBytes);
  const limits = {
    maxBytes,
    statedBytes,
    budget,
    keptSeconds: 60,
    betweenBytesMs: 60_000,
  };
  const body = new ArrivingBody("b", { ...limits, ...more }, world);
  const fromOrigin: number[] = [];
  const access: BodyAccess = {
    world,
    async *slice(at) {
      const name = sliceName("b", Math.floor(at / sliceBytes));
      const slice = await world.recallBytes(name);
      if (slice === null) throw new Error(`${name} is gone`);
      yield* restOfSlice(slice, at);
    },
    async *fromOrigin(at) {
      fromOrigin.push(at);
      yield* chunksOf(bytesOf(3 * sliceBytes).subarray(at));
    },
  };
  return { world, body, budget, access, fromOrigin };
}

async function collected(
  chunks: AsyncIterableIterator<Uint8Array, void, void>,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of chunks) parts.push(part);
  return Buffer.concat(parts);
}

/** Until all that can go on by itself has. */
async function quiescence(): Promise<void> {
  for (let turn = 0; turn < 300; turn++) await new Promise(setImmediate);
}

const lengths = [
  0,
  1,
  chunkBytes,
  sliceBytes - 1,
  sliceBytes,
  sliceBytes + 1,
  2 * sliceBytes,
  3 * sliceBytes + 17,
];

describe("a body that arrives", () => {
  test.each(lengths)(
    "of %i bytes is kept whole without readers",
    async (length) => {
      const { body, budget, world } = arrival();
      const bytes = bytesOf(length);
      const kept = await body.receive(sent(bytes).stream);
      const slices = Array.from(
        { length: Math.ceil(length / sliceBytes) },
        (_, n) => world.popBytes.get(sliceName("b", n)) ?? new Uint8Array(),
      );
      const found =
        kept.kind === "memory"
          ? Buffer.from(kept.bytes)
          : Buffer.concat(slices);
      expect(found.equals(bytes)).toBe(true);
      expect(kept.kind).toBe(length <= sliceBytes ? "memory" : "pop");
      expect(budget.bytes).toBe(0);
    },
  );

  test.each(lengths)(
    "of %i bytes is read whole by who was there first, who joins and who comes at the end",
    async (length) => {
      const { body, access } = arrival();
      const bytes = bytesOf(length);
      const first = body.read(0, null, access);
      const kept = body.receive(sent(bytes).stream);
      const begun = await first.next();
      const second = collected(body.read(0, null, access));
      const rest = await collected(first);
      expect(
        Buffer.concat([begun.value ?? new Uint8Array(), rest]).equals(bytes),
      ).toBe(true);
      expect(Buffer.from(await second).equals(bytes)).toBe(true);
      await kept;
      const last = await collected(body.read(0, null, access));
      expect(Buffer.from(last).equals(bytes)).toBe(true);
    },
  );

  test("gives a part of it, on both sides of a slice's end", async () => {
    const { body, access } = arrival();
    const bytes = bytesOf(3 * sliceBytes);
    await body.receive(sent(bytes).stream);
    for (const [first, last] of [
      [0, 0],
      [sliceBytes - 1, sliceBytes],
      [sliceBytes, 2 * sliceBytes - 1],
      [3 * sliceBytes - 1, 3 * sliceBytes - 1],
    ] as const) {
      const part = await collected(body.read(first, last, access));
      expect(Buffer.from(part).equals(bytes.subarray(first, last + 1))).toBe(
        true,
      );
    }
  });
});

describe("the pace of one reader", () => {
  test("does not hold up another, however long the body", async () => {
    const { body, access } = arrival();
    const bytes = bytesOf(5 * sliceBytes);
    const slow = body.read(0, null, access);
    void body.receive(sent(bytes).stream);
    const begun = await slow.next();
    const fast = await collected(body.read(0, null, access));
    expect(Buffer.from(fast).equals(bytes)).toBe(true);
    const rest = await collected(slow);
    expect(
      Buffer.concat([begun.value ?? new Uint8Array(), rest]).equals(bytes),
    ).toBe(true);
  });

  test("is the origin's, when nobody else wants it", async () => {
    const { body, access, budget } = arrival();
    const { stream, count } = sent(bytesOf(8 * sliceBytes));
    const slow = body.read(0, null, access);
    void body.receive(stream);
    await slow.next();
    await quiescence();
    expect(count.taken).toBeLessThanOrEqual(sliceBytes + 2 * chunkBytes);
    expect(budget.bytes).toBeLessThanOrEqual(sliceBytes + 2 * chunkBytes);
  });

  test("no longer counts when it has gone", async () => {
    const { body, access } = arrival();
    const bytes = bytesOf(3 * sliceBytes);
    const slow = body.read(0, null, access);
    const kept = body.receive(sent(bytes).stream);
    await slow.next();
    await slow.return?.();
    expect(await kept).toEqual({ kind: "pop", length: bytes.length });
  });
});

describe("a body that comes byte by byte", () => {
  test("takes memory for its bytes, not for its chunks", async () => {
    const { body, access, budget } = arrival();
    const length = 5_000;
    let left = length;
    const trickle = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          // As the runtime hands them over: each in a buffer of 4 KiB.
          if (left > 0)
            controller.enqueue(
              new Uint8Array(4_096).fill(7, 0, 1).subarray(0, 1),
            );
          else controller.close();
          left -= 1;
        },
      },
      { highWaterMark: 0 },
    );
    const reader = body.read(0, null, access);
    const kept = body.receive(trickle);
    const { value } = await reader.next();
    expect(value?.buffer.byteLength).toBeLessThanOrEqual(16 * 1024);
    await collected(reader);
    expect(budget.bytes).toBeLessThanOrEqual(2 * length + 16 * 1024);
    expect(await kept).toMatchObject({ bytes: { byteLength: length } });
  });
});

describe("a body that has arrived", () => {
  test("counts for as long as somebody reads it", async () => {
    const { body, access, budget } = arrival();
    const slow = body.read(0, null, access);
    const kept = body.receive(sent(bytesOf(10 * chunkBytes)).stream);
    await slow.next();
    await kept;
    expect(budget.bytes).toBe(10 * chunkBytes);
    await slow.return?.();
    expect(budget.bytes).toBe(0);
  });

  test("is held once, whoever keeps and reads it", async () => {
    const { body, access } = arrival();
    const slow = body.read(0, null, access);
    const kept = await body.receive(sent(bytesOf(10 * chunkBytes)).stream);
    const { value } = await slow.next();
    expect(kept.kind === "memory" && kept.bytes.buffer).toBe(value?.buffer);
  });
});

describe("memory that others need", () => {
  test("is not held by a body that nothing has come of for a minute", async () => {
    const { body, access, budget, world } = arrival();
    const reading = Promise.allSettled([collected(body.read(0, null, access))]);
    const stalled = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytesOf(chunkBytes)),
    });
    void body.receive(stalled);
    await quiescence();
    expect(budget.bytes).toBeGreaterThan(0);
    const holder = { abandon: () => undefined };
    budget.hold(holder, 32 * sliceBytes, world.clockMs + 61_000);
    expect(budget.bytes).toBe(32 * sliceBytes);
    world.pass(62_000);
    const [{ status }] = (await reading) as [PromiseSettledResult<unknown>];
    expect(status).toBe("rejected");
    expect(body.isStalled(world.nowMs())).toBe(true);
  });
});

describe("what is not kept", () => {
  const failing = [
    ["is refused", () => Promise.resolve(false)],
    ["never ends", () => new Promise<boolean>(() => undefined)],
    ["fails", () => Promise.reject<boolean>(new Error("no space"))],
  ] as const;
  test.each(
    failing.flatMap(([how, keepBytes]) => [
      [how, "six slices", 6 * sliceBytes, keepBytes] as const,
      // Whether the last slices were written is only known after the last byte.
      [how, "a slice and a half", 1.5 * sliceBytes, keepBytes] as const,
    ]),
  )(
    "since a write into the PoP cache %s, reaches its reader all the same (%s), and nobody joins it any more",
    async (_how, _length, length, keepBytes) => {
      const losses: string[] = [];
      const onLoss = (because: string) => losses.push(because);
      const { body, access, world } = arrival({ onLoss });
      world.keepBytes = keepBytes;
      const bytes = bytesOf(length);
      const whole = collected(body.read(0, null, access));
      const kept = body.receive(sent(bytes).stream);
      await quiescence();
      world.pass(5_000);
      expect(Buffer.from(await whole).equals(bytes)).toBe(true);
      expect(await kept).toMatchObject({
        kind: "lost",
        because: "not-written",
      });
      expect(losses).toEqual(["not-written"]);
    },
  );

  describe("and cannot be asked for again", () => {
    const bytes = bytesOf(6 * sliceBytes);
    /** Two readers, of whom one has taken the first bytes only. */
    async function twoReaders() {
      const { body, access, world } = arrival();
      world.keepBytes = () => Promise.resolve(false);
      const slow = body.read(0, null, access);
      const fast = collected(body.read(0, null, access));
      void body.receive(sent(bytes).stream);
      const first = await slow.next();
      await quiescence();
      return { slow, fast, first, world };
    }

    test("reaches a slower reader whole too", async () => {
      const { slow, fast, first } = await twoReaders();
      const parts = [first.value ?? new Uint8Array()];
      for await (const part of slow) {
        parts.push(part);
        await quiescence();
      }
      expect(Buffer.concat(parts).equals(bytes)).toBe(true);
      expect(Buffer.from(await fast).equals(bytes)).toBe(true);
    });

    test("is held up by one who stands still for no more than five seconds", async () => {
      const { slow, fast, world } = await twoReaders();
      world.pass(5_000);
      await quiescence();
      expect(Buffer.from(await fast).equals(bytes)).toBe(true);
      await slow.return?.();
    });
  });

  test("since it is too large, reaches its reader all the same", async () => {
    const { body, access } = arrival({ maxBytes: 2 * sliceBytes });
    const bytes = bytesOf(2 * sliceBytes + 1);
    const whole = collected(body.read(0, null, access));
    const kept = body.receive(sent(bytes).stream);
    expect(Buffer.from(await whole).equals(bytes)).toBe(true);
    expect(await kept).toMatchObject({ kind: "lost", because: "too-large" });
  });

  test("and is read by nobody is not fetched to its end", async () => {
    const { body } = arrival({ maxBytes: sliceBytes });
    const { stream, count } = sent(bytesOf(8 * sliceBytes));
    expect(await body.receive(stream)).toMatchObject({ kind: "lost" });
    expect(count.isCancelled).toBe(true);
  });

  test("is asked for again by a reader who falls behind", async () => {
    const { body, access, fromOrigin } = arrival({
      whenUnread: "stop",
      maxBytes: 10,
    });
    const bytes = bytesOf(3 * sliceBytes);
    const slow = body.read(0, null, access);
    void body.receive(sent(bytes).stream);
    const begun = await slow.next();
    await collected(body.read(0, null, access));
    const rest = await collected(slow);
    expect(
      Buffer.concat([begun.value ?? new Uint8Array(), rest]).equals(bytes),
    ).toBe(true);
    expect(fromOrigin).toEqual([begun.value?.byteLength]);
  });

  test("since memory is short, holds little of it", async () => {
    const { body, access, budget } = arrival({ budgetBytes: chunkBytes });
    const bytes = bytesOf(3 * sliceBytes);
    const slow = body.read(0, null, access);
    const kept = body.receive(sent(bytes).stream);
    await slow.next();
    await quiescence();
    expect(budget.bytes).toBeLessThanOrEqual(4 * chunkBytes);
    await collected(slow);
    expect(await kept).toMatchObject({ kind: "lost", because: "no-memory" });
    expect(budget.bytes).toBe(0);
  });

  test("since memory became short, keeps what its reader has yet to read", async () => {
    const { body, access, budget, fromOrigin, world } = arrival();
    const bytes = bytesOf(3 * sliceBytes);
    const slow = body.read(0, null, access);
    void body.receive(sent(bytes).stream);
    const begun = await slow.next();
    await quiescence();
    budget.hold({ abandon: () => undefined }, 64 * sliceBytes, world.clockMs);
    const rest = await collected(slow);
    expect(
      Buffer.concat([begun.value ?? new Uint8Array(), rest]).equals(bytes),
    ).toBe(true);
    expect(fromOrigin).toEqual([]);
  });
});

describe("a body that breaks off", () => {
  test.each([
    ["when the origin does", { breaksAt: chunkBytes }, null],
    ["when it is shorter than stated", {}, 3 * chunkBytes + 1],
    ["when it is longer than stated", {}, 3 * chunkBytes - 1],
  ])(
    "%s breaks off for all, and is not kept",
    async (_, origin, statedBytes) => {
      const { body, access, budget } = arrival({ statedBytes });
      const readers = [1, 2].map(() => collected(body.read(0, null, access)));
      const ends = Promise.allSettled(readers);
      const kept = await body.receive(
        sent(bytesOf(3 * chunkBytes), origin).stream,
      );
      expect(kept).toMatchObject({ kind: "lost", because: "broken" });
      for (const { status } of await ends) expect(status).toBe("rejected");
      expect(budget.bytes).toBe(0);
    },
  );

  test("is left alone when the request that fetched it is gone for good", async () => {
    const { body, access, world } = arrival();
    const reading = Promise.allSettled([collected(body.read(0, null, access))]);
    await quiescence();
    expect(body.isStalled(world.nowMs())).toBe(false);
    world.pass(61_000);
    const [{ status }] = (await reading) as [PromiseSettledResult<unknown>];
    expect(status).toBe("rejected");
    expect(body.isStalled(world.nowMs())).toBe(true);
  });
});

/** A body whose bytes come as the test sends them. */
function dripping() {
  let drip!: ReadableStreamDefaultController<Uint8Array>;
  const count = { isCancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (controller) => void (drip = controller),
      cancel: () => void (count.isCancelled = true),
    },
    { highWaterMark: 0 },
  );
  return {
    stream,
    count,
    send: (bytes: Uint8Array) => drip.enqueue(bytes),
    end: () => drip.close(),
  };
}

describe("a body that nobody reads any more", () => {
  test.each([
    ["at once, when it has stalled for longer already", 5_000, 0],
    ["when nothing comes for two seconds", 0, 2_000],
  ])("is given up %s", async (_, stalledMs, afterMs) => {
    const { body, access, world, budget } = arrival();
    const { stream, count, send } = dripping();
    const reader = body.read(0, null, access);
    const kept = body.receive(stream);
    send(bytesOf(chunkBytes));
    await reader.next();
    await quiescence();
    world.pass(stalledMs);
    await reader.return?.();
    await quiescence();
    world.pass(afterMs);
    expect(await kept).toMatchObject({ kind: "lost", because: "unread" });
    expect(count.isCancelled).toBe(true);
    expect(budget.bytes).toBe(0);
  });

  test("is given up when it is not there after half a minute", async () => {
    const { body, world } = arrival();
    const { stream, send } = dripping();
    const kept = body.receive(stream);
    for (let second = 0; second < 30; second++) {
      send(bytesOf(10));
      await quiescence();
      world.pass(1_000);
    }
    expect(await kept).toMatchObject({ kind: "lost", because: "unread" });
  });

  test("keeps its full slices, when the rest can be asked for", async () => {
    const { body, world } = arrival({ whenUnread: "stop" });
    const { stream, send } = dripping();
    const kept = body.receive(stream);
    send(bytesOf(sliceBytes + 5));
    await quiescence();
    world.pass(30_000);
    expect(await kept).toEqual({ kind: "pop", length: sliceBytes });
  });

  test("goes on for whoever comes before it is given up", async () => {
    const { body, access, world } = arrival();
    const { stream, send, end } = dripping();
    const first = body.read(0, null, access);
    const kept = body.receive(stream);
    send(bytesOf(10));
    await first.next();
    await first.return?.();
    await quiescence();
    world.pass(1_900);
    const second = collected(body.read(0, null, access));
    await quiescence();
    world.pass(40_000);
    send(bytesOf(10));
    end();
    expect(await second).toHaveLength(20);
    expect((await kept).kind).toBe("memory");
  });
});
