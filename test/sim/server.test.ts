import { expect, test } from "vitest";
import { RandomStream } from "../../src/sim/random-stream.ts";
import {
  Origin,
  type OriginPhase,
  type OriginSettings,
} from "../../src/sim/origin.ts";
import {
  numberedObject,
  originOf,
  pathOf,
  Server,
} from "../../src/sim/server.ts";

const place = {
  code: "FRA",
  city: "Frankfurt",
  country: "DE",
  latitude: 50,
  longitude: 8.6,
};

function serverWith(
  phases: readonly OriginPhase[] = [],
  more: Partial<OriginSettings> = {},
): Server {
  const origin = new Origin(
    {
      firstByte: { kind: "constant", value: 50 },
      concurrent: 4,
      maxWaitMs: 1_000,
      bytesPerSecond: 1e9,
      phases,
      ...more,
    },
    new RandomStream(1),
  );
  return new Server("origin.shop.example", "shop", place, origin, {
    cacheControl: "max-age=60",
    sizes: Float64Array.of(10, 20, 30),
    objectAt: numberedObject,
  });
}

const request = (object: number, tag?: string) => ({
  url: new URL(`https://origin.shop.example${pathOf(object)}`),
  fields: tag === undefined ? [] : ([["If-None-Match", tag]] as const),
});

test("every object has its size, its own entity tag, and the site's Cache-Control", () => {
  const { answer, afterMs } = serverWith().ask(request(2), 0);
  expect(afterMs).toBe(50);
  expect(answer).toMatchObject({ kind: "answered", status: 200 });
  if (answer.kind !== "answered") return;
  const fields = new Map(answer.fields);
  expect(fields.get("Cache-Control")).toBe("max-age=60");
  expect(fields.get("ETag")).toBe('"shop/2/1"');
  expect(fields.get("Content-Length")).toBe("30");
  expect(answer.body).toHaveLength(30);
});

test("RFC 9110 §13.1.2: a tag it knows is answered with 304, until something new is published", () => {
  const server = serverWith();
  const status = () => {
    const { answer } = server.ask(request(1, '"shop/1/1"'), 0);
    return answer.kind === "answered" ? answer.status : null;
  };
  expect(status()).toBe(304);
  server.version += 1;
  expect(status()).toBe(200);
});

test("trouble is counted, and silence never ends", () => {
  const phase = { fromMs: 0, untilMs: 10, share: 1 };
  const silent = serverWith([{ ...phase, trouble: { kind: "silent" } }]);
  expect(silent.ask(request(0), 5).afterMs).toBe(Infinity);
  const failing = serverWith([
    { ...phase, trouble: { kind: "status", status: 503 } },
  ]);
  expect(failing.ask(request(0), 5).answer).toMatchObject({ status: 503 });
  expect([silent.failures, failing.failures]).toEqual([1, 1]);
});

test("the busiest second is kept", () => {
  const server = serverWith();
  for (const nowMs of [0, 500, 999, 1_000, 1_500])
    server.ask(request(0), nowMs);
  expect(server.requests).toBe(5);
  expect(server.loadIn(1, 10)).toBe(3);
});

test("a share of all seconds has so many requests or fewer, idle seconds among them", () => {
  const server = serverWith();
  // One request in each of 97 seconds, 5 in two, 20 in the last.
  for (let second = 0; second < 97; second += 1)
    server.ask(request(0), second * 1_000);
  for (const second of [97, 98])
    for (let n = 0; n < 5; n += 1) server.ask(request(0), second * 1_000 + n);
  for (let n = 0; n < 20; n += 1) server.ask(request(0), 99_000 + n);
  expect([0.5, 0.95, 0.99, 1].map((at) => server.loadIn(at, 100))).toEqual([
    1, 1, 5, 20,
  ]);
  expect([0.5, 0.95, 0.99, 1].map((at) => server.loadIn(at, 1_000))).toEqual([
    0, 1, 1, 20,
  ]);
});

test("what it refuses because it has too much to do is overload, and what it sends is counted", () => {
  const busy = serverWith([], { concurrent: 1, maxWaitMs: 0 });
  for (let n = 0; n < 5; n += 1) busy.ask(request(0), 0);
  expect(busy.overloads).toBe(4);
  expect(busy.failures).toBe(4);
  expect(busy.bytesSent).toBeGreaterThan(0);
});

test.each([
  ['"shop/12/3"', { customer: "shop", version: 3 }],
  ['W/"shop/12/3"', null],
  ['"something-else"', null],
])("the tag %s tells whose content it is", (tag, told) => {
  expect(originOf(tag)).toEqual(told);
});
