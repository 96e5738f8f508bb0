import { expect, test } from "vitest";
import { Engine } from "../../src/sim/engine.ts";

test("events run in order of time, those of one moment in the order they were scheduled in", async () => {
  const engine = new Engine(0);
  const ran: string[] = [];
  for (const [atMs, name] of [
    [20, "c"],
    [10, "a"],
    [20, "d"],
    [10, "b"],
    [20, "e"],
  ] as const)
    engine.schedule(atMs, () => ran.push(`${name}@${engine.nowMs}`));
  await engine.run(100);
  expect(ran).toEqual(["a@10", "b@10", "c@20", "d@20", "e@20"]);
});

test("a run takes in its last moment, leaves what is later, and can go on", async () => {
  const engine = new Engine(1_000);
  const ran: number[] = [];
  for (const atMs of [1_000, 1_500, 1_500.5])
    engine.schedule(atMs, () => ran.push(atMs));
  expect(await engine.run(1_500)).toBe("reached");
  expect(ran).toEqual([1_000, 1_500]);
  expect(engine.nowMs).toBe(1_500);
  await engine.run(2_000);
  expect(ran).toEqual([1_000, 1_500, 1_500.5]);
  expect(engine.nowMs).toBe(2_000);
});

test.each([999, NaN, Infinity, -Infinity])(
  "scheduling at %d when it is 1000 is refused",
  (atMs) => {
    expect(() => new Engine(1_000).schedule(atMs, () => {})).toThrow(
      RangeError,
    );
  },
);

test("code woken by an event comes to rest before the next event, however many promises deep", async () => {
  const engine = new Engine(0);
  const ran: string[] = [];
  const deep = async (name: string) => {
    await engine.sleep(5);
    for (let turn = 0; turn < 1_000; turn++) await Promise.resolve();
    ran.push(name);
  };
  engine.track(deep("first"));
  engine.schedule(5, () => ran.push("second"));
  await engine.run(10);
  expect(ran).toEqual(["first", "second"]);
});

test("what process.nextTick and queueMicrotask put off comes to rest too, turn about", async () => {
  const engine = new Engine(0);
  const ran: string[] = [];
  engine.schedule(1, () => {
    process.nextTick(() => {
      queueMicrotask(() => {
        process.nextTick(() => {
          void Promise.resolve().then(() => ran.push("first"));
        });
      });
    });
  });
  engine.schedule(1, () => ran.push("second"));
  await engine.run(1);
  expect(ran).toEqual(["first", "second"]);
});

test("bodies and streams are read to their end within one event", async () => {
  const engine = new Engine(0);
  const ran: string[] = [];
  const read = async () => {
    await engine.sleep(1);
    const upper = new TransformStream<string, string>({
      transform: (chunk, controller) => controller.enqueue(chunk.toUpperCase()),
    });
    const { body } = new Response("x".repeat(300_000));
    if (body === null) throw new Error("a body was expected");
    const text = body.pipeThrough(new TextDecoderStream()).pipeThrough(upper);
    let length = 0;
    for await (const chunk of text) length += chunk.length;
    ran.push(`read ${length}`);
  };
  engine.track(read());
  engine.schedule(1, () => ran.push("next"));
  await engine.run(2);
  expect(ran).toEqual(["read 300000", "next"]);
});

test("sleeping no time at all lets what is already due go first", async () => {
  const engine = new Engine(0);
  const ran: string[] = [];
  engine.schedule(0, () => {
    engine.track(engine.sleep(0).then(() => ran.push("slept")));
    ran.push("began");
  });
  engine.schedule(0, () => ran.push("due"));
  await engine.run(0);
  expect(ran).toEqual(["began", "due", "slept"]);
});

test("what an event throws ends the run", async () => {
  const engine = new Engine(0);
  engine.schedule(3, () => {
    throw new Error("a bug");
  });
  await expect(engine.run(10)).rejects.toThrow("a bug");
  expect(engine.nowMs).toBe(3);
});

test("tracked work that fails ends the run at that moment", async () => {
  const engine = new Engine(0);
  engine.track(
    engine.sleep(4).then(() => {
      throw new Error("a bug");
    }),
  );
  engine.schedule(5, () => {
    throw new Error("never reached");
  });
  await expect(engine.run(10)).rejects.toThrow("a bug");
  expect(engine.nowMs).toBe(4);
});

test("tracked work that waits for real time is found out", async () => {
  const engine = new Engine(0);
  engine.track(new Promise((resolve) => setTimeout(resolve, 20)));
  await expect(engine.run(10)).rejects.toThrow("outside virtual time");
});

test("a stopped run ends after the event at hand and can be taken up again", async () => {
  const engine = new Engine(0);
  const ran: number[] = [];
  for (const atMs of [1, 2, 3])
    engine.schedule(atMs, () => {
      ran.push(atMs);
      if (atMs === 2) engine.stop();
    });
  expect(await engine.run(10)).toBe("stopped");
  expect([ran, engine.nowMs]).toEqual([[1, 2], 2]);
  expect(await engine.run(10)).toBe("reached");
  expect(ran).toEqual([1, 2, 3]);
});

test("a real timer gets a turn while a long run is under way", async () => {
  const engine = new Engine(0);
  let again = () => engine.schedule(engine.nowMs + 1, () => again());
  again();
  setTimeout(() => engine.stop(), 1);
  expect(await engine.run(Number.MAX_SAFE_INTEGER)).toBe("stopped");
  again = () => {};
});

test("many interleaved visits leave the same trace every time", async () => {
  const visits = async () => {
    const engine = new Engine(0);
    const trace: string[] = [];
    const visit = async (visitor: number) => {
      for (let step = 0; step < 5; step++) {
        await engine.sleep((visitor * 7 + step * 13) % 11);
        for (let turn = 0; turn < visitor % 4; turn++) await Promise.resolve();
        trace.push(`${engine.nowMs}:${visitor}.${step}`);
      }
    };
    for (let visitor = 0; visitor < 200; visitor++)
      engine.schedule(visitor % 17, () => engine.track(visit(visitor)));
    await engine.run(1_000);
    return trace;
  };
  const trace = await visits();
  expect(trace).toHaveLength(1_000);
  expect(await visits()).toEqual(trace);
});
