import { expect, test } from "vitest";
import { readRecord, type ReadableList } from "../../src/cloudflare/list.ts";

const holding = (value: BodyInit | null): ReadableList => ({
  get: async () => new Response(value).body,
});

test.each(["allow", "", '{"reason":"größer: あ"}', "\u{feff}deny"])(
  "the value %j is read as it stands",
  async (value) => {
    const { body } = new Response(new TextEncoder().encode(value));
    expect(await readRecord({ get: async () => body }, "k", 60)).toEqual({
      kind: "read",
      text: value,
    });
  },
);

test("a key that does not exist is known not to", async () => {
  expect(await readRecord(holding(null), "k", 60)).toEqual({
    kind: "read",
    text: null,
  });
});

test("the longest record is read to its end, in whatever characters", async () => {
  const record = "あ".repeat(65_536);
  expect(await readRecord(holding(record), "k", 60)).toEqual({
    kind: "read",
    text: record,
  });
});

test("of a value that is too long, no more is read than shows it", async () => {
  let pulls = 0;
  let isCancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulls += 1;
      controller.enqueue(new Uint8Array(65_536).fill(120));
    },
    cancel() {
      isCancelled = true;
    },
  });
  const answer = await readRecord({ get: async () => endless }, "k", 60);
  if (answer.kind !== "read") throw new Error(answer.problem);
  expect(answer.text?.length).toBeGreaterThan(65_536);
  expect(pulls).toBeLessThan(8);
  expect(isCancelled).toBe(true);
});

test.each([
  [
    "that cannot be read",
    () => Promise.reject(new Error("KV GET failed: 500")),
  ],
  [
    "that breaks off",
    async () =>
      new ReadableStream<Uint8Array>({
        pull: (controller) => controller.error(new Error("KV GET failed: 500")),
      }),
  ],
])("a value %s is an answer that names the key", async (_, get) => {
  expect(await readRecord({ get }, "customer:shop", 60)).toEqual({
    kind: "failed",
    problem: "customer:shop: Error: KV GET failed: 500",
  });
});

test("KV is told how long this PoP may go on with what it reads", async () => {
  let options: unknown;
  const list: ReadableList = {
    get: async (_, given) => {
      options = given;
      return null;
    },
  };
  await readRecord(list, "k", 45);
  expect(options).toEqual({ type: "stream", cacheTtl: 45 });
});
