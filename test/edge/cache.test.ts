import { describe, expect, test } from "vitest";
import { handle } from "../../src/edge/handle.ts";
import { newIsolate } from "../../src/edge/isolate.ts";
import { inlineBytes } from "../../src/edge/isolate-cache.ts";
import type { FieldLine } from "../../src/http/fields.ts";
import type { OriginAnswer } from "../../src/ports.ts";
import {
  answered,
  ask,
  bytesOf,
  fieldOf,
  inbound,
  memoryEdge,
  textOf,
} from "../world.ts";

const shop = "http://shop.example/";

function counting(
  fields: readonly FieldLine[],
  text: (n: number) => string = (n) => `v${n}`,
) {
  const edge = memoryEdge();
  edge.world.origin = () => {
    const n = edge.world.sent.length;
    const date = new Date(edge.world.clockMs).toUTCString();
    return answered(200, [["Date", date], ...fields], text(n));
  };
  return edge;
}

/** Until all that can go on without the clock or an origin has. */
async function quiescence(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
}

async function askText(edge: ReturnType<typeof memoryEdge>, url = shop) {
  const reply = await handle(inbound(url), edge);
  const text = await textOf(reply);
  await edge.world.settle();
  return text;
}

test.each([
  ["RFC 9111 §4.2 fresh until max-age", "max-age=60", 59_000, "v1"],
  ["RFC 9111 §4.2 stale at exactly max-age", "max-age=60", 60_000, "v2"],
  [
    "RFC 9111 §5.2.2.10 s-maxage outranks max-age",
    "max-age=60, s-maxage=10",
    11_000,
    "v2",
  ],
  [
    "RFC 9111 §5.2.2.5 no-store is never stored",
    "no-store, max-age=60",
    0,
    "v2",
  ],
  [
    "RFC 5861 §3 stale while revalidating",
    "max-age=60, stale-while-revalidate=30",
    61_000,
    "v1",
  ],
])("%s", async (_, cacheControl, laterMs, expected) => {
  const edge = counting([["Cache-Control", cacheControl]]);
  expect(await askText(edge)).toBe("v1");
  edge.world.clockMs += laterMs;
  expect(await askText(edge)).toBe(expected);
});

describe("the cache of a PoP", () => {
  test("serves isolates that never asked the origin", async () => {
    const edge = counting([["Cache-Control", "max-age=60"]]);
    await askText(edge);
    const other = { ...edge, isolate: newIsolate(edge.config) };
    expect(await askText(other)).toBe("v1");
    expect(edge.world.sent).toHaveLength(1);
  });

  test("that forgot a body, or keeps one of another length, is a miss", async () => {
    for (const spoil of [
      (bytes: Map<string, Uint8Array>) => bytes.clear(),
      (bytes: Map<string, Uint8Array>) => {
        for (const name of bytes.keys()) bytes.set(name, new Uint8Array(1));
      },
    ]) {
      const edge = counting([["Cache-Control", "max-age=60"]], (n) =>
        `v${n}`.padEnd(inlineBytes + 1),
      );
      await askText(edge);
      spoil(edge.world.popBytes);
      const other = { ...edge, isolate: newIsolate(edge.config) };
      expect((await askText(other)).trim()).toBe("v2");
    }
  });

  test.each([
    [0, { lookUps: 1, slices: 0 }],
    [inlineBytes, { lookUps: 1, slices: 0 }],
    [inlineBytes + 1, { lookUps: 2, slices: 1 }],
  ])(
    "has a body of %i bytes for another isolate by so many look-ups",
    async (length, { lookUps, slices }) => {
      const bytes = Uint8Array.from({ length }, (_, n) => (n * 7) % 256);
      const edge = memoryEdge();
      edge.world.origin = () =>
        answered(200, [["Cache-Control", "max-age=60"]], bytes);
      await askText(edge);
      expect(edge.world.popBytes.size).toBe(slices);
      const names: string[] = [];
      const world = Object.assign(memoryEdge().world, edge.world, {
        recall: (name: string) => {
          if (name.startsWith("index/")) names.push(name);
          return edge.world.recall(name);
        },
        recallBytes: (name: string) => {
          names.push(name);
          return edge.world.recallBytes(name);
        },
      });
      const other = { ...edge, world, isolate: newIsolate(edge.config) };
      const reply = await handle(inbound(shop), other);
      expect(await bytesOf(reply)).toEqual(bytes);
      expect(names).toHaveLength(lookUps);
      expect(edge.world.sent).toHaveLength(1);
    },
  );

  test("keeps a short body while other variants come and go, and what a validation renewed", async () => {
    const edge = memoryEdge();
    const fields: FieldLine[] = [
      ["Cache-Control", "max-age=60"],
      ["Vary", "Accept-Language"],
      ["ETag", '"v"'],
    ];
    const isolates = Array.from({ length: 4 }, () => newIsolate(edge.config));
    const visit = (isolate = newIsolate(edge.config), language = "en") =>
      handle(inbound(shop, { fields: { "accept-language": language } }), {
        ...edge,
        isolate,
      });
    edge.world.origin = () => answered(200, fields, "in English");
    await visit(isolates[0]);
    await edge.world.settle();
    edge.world.origin = () => answered(200, fields, "in French");
    await visit(isolates[1], "fr");
    await edge.world.settle();
    edge.world.pass(61_000);
    edge.world.origin = () => answered(304, fields, null);
    await visit(isolates[2]);
    await edge.world.settle();
    const sentBefore = edge.world.sent.length;
    expect(await textOf(await visit(isolates[3]))).toBe("in English");
    expect(edge.world.sent).toHaveLength(sentBefore);
  });

  test("that holds a short body of another length is a miss", async () => {
    const edge = counting([["Cache-Control", "max-age=60"]]);
    await askText(edge);
    for (const [name, text] of edge.world.popTexts)
      edge.world.popTexts.set(name, text.replace(btoa("v1"), btoa("v")));
    const other = { ...edge, isolate: newIsolate(edge.config) };
    expect(await askText(other)).toBe("v2");
  });

  test("that holds what no edge wrote is a miss", async () => {
    const edge = counting([["Cache-Control", "max-age=60"]]);
    await askText(edge);
    for (const name of edge.world.popTexts.keys())
      if (name.startsWith("index/")) edge.world.popTexts.set(name, '[{"x":1}]');
    const other = { ...edge, isolate: newIsolate(edge.config) };
    expect(await askText(other)).toBe("v2");
  });

  test("is all there is where memory may hold nothing", async () => {
    const edge = memoryEdge({ RESPONSE_MEMORY_MIB: "0" });
    edge.world.origin = () =>
      answered(200, [["Cache-Control", "max-age=60"]], "v");
    await askText(edge);
    expect(await askText(edge)).toBe("v");
    expect(edge.world.sent).toHaveLength(1);
  });
});

describe("requests at the same time", () => {
  test("wait for the leader no longer than the site's own limit", async () => {
    const edge = memoryEdge();
    const slow = Promise.withResolvers<OriginAnswer>();
    edge.world.origin = () =>
      edge.world.sent.length === 1 ? slow.promise : answered(200, [], "own");
    const leader = handle(inbound(shop), edge);
    const follower = handle(inbound(shop), edge);
    await quiescence();
    expect(edge.world.sent).toHaveLength(1);
    edge.world.pass(31_000);
    expect(await textOf(await follower)).toBe("own");
    slow.resolve(answered(200, [], "late"));
    expect(await textOf(await leader)).toBe("late");
  });

  test("are refused when the customer was dropped while they waited", async () => {
    const edge = memoryEdge();
    const slow = Promise.withResolvers<OriginAnswer>();
    edge.world.origin = () => slow.promise;
    const waiting = [handle(inbound(shop), edge), handle(inbound(shop), edge)];
    await quiescence();
    edge.world.list.set("customer:shop", "deny");
    edge.world.pass(10_000);
    slow.resolve(answered(200, [["Cache-Control", "max-age=60"]], "secret"));
    for (const reply of await Promise.all(waiting)) {
      expect(reply.status).toBe(403);
      expect(await textOf(reply)).not.toContain("secret");
    }
  });
});

test.each([
  ["the slices of one range are asked for", "bytes=0-9", "bytes=0-1048575"],
  ["a range from the end is sent on", "bytes=-9", "bytes=-9"],
  ["several are not", "bytes=0-,0-,0-,0-", undefined],
  ["what is no range is not", "bytes=x", undefined],
])("on a miss %s", async (_, range, expected) => {
  const edge = memoryEdge();
  await ask(edge, shop, { fields: { range } });
  const sent = edge.world.sent[0]?.fields.find(([name]) => name === "Range");
  expect(sent?.[1]).toBe(expected);
});

test("a request's fields that browsers send with everything are held back, and sent once Vary names them", async () => {
  const edge = memoryEdge();
  edge.world.origin = ({ fields }) => {
    const agent = fields.find(([name]) => /^user-agent$/i.test(name))?.[1];
    return answered(
      200,
      [
        ["Cache-Control", "max-age=60"],
        ["Vary", "User-Agent"],
      ],
      `for ${agent}`,
    );
  };
  const options = { fields: { "user-agent": "Phone" } };
  const first = await handle(inbound(shop, options), edge);
  expect(await textOf(first)).toBe("for Phone");
  await edge.world.settle();
  expect(edge.world.sent).toHaveLength(2);
  const again = await handle(inbound(shop, options), edge);
  expect(fieldOf(again, "Cache-Status")).toContain("hit");
  const other = { fields: { "user-agent": "Desk" } };
  expect(await textOf(await handle(inbound(shop, other), edge))).toBe(
    "for Desk",
  );
  expect(edge.world.sent).toHaveLength(3);
});

test("only-if-cached and nothing stored is 504 (RFC 9111 §5.2.1.7)", async () => {
  const edge = memoryEdge();
  const options = { fields: { "cache-control": "only-if-cached" } };
  expect((await ask(edge, shop, options)).status).toBe(504);
  expect(edge.world.sent).toEqual([]);
});

test("a stored response is not fresh any more after its customer was refused, or since when the list says", async () => {
  const edge = counting([
    ["Cache-Control", "max-age=600"],
    ["ETag", '"e"'],
  ]);
  await askText(edge);
  edge.world.clockMs += 5000;
  edge.world.list.set(
    "customer:shop",
    `{"verdict":"allow","effectiveAt":"${new Date(edge.world.clockMs - 1000).toISOString()}"}`,
  );
  const back = await ask(edge, shop);
  expect(fieldOf(back, "Cache-Status")).toContain("fwd=stale");
});

test("a visitor's reload is a validation that freshens for all (RFC 9111 §5.2.1.4)", async () => {
  const edge = counting([
    ["Cache-Control", "max-age=600"],
    ["ETag", '"e"'],
  ]);
  await askText(edge);
  edge.world.clockMs += 5000;
  edge.world.origin = ({ fields }) => {
    const date = new Date(edge.world.clockMs).toUTCString();
    const asked = fields.find(([name]) => name === "If-None-Match")?.[1];
    return answered(asked === '"e"' ? 304 : 500, [["Date", date]], null);
  };
  const options = { fields: { "cache-control": "no-cache" } };
  const reloaded = await ask(edge, shop, options);
  expect(fieldOf(reloaded, "Cache-Status")).toContain(
    "fwd=request;fwd-status=304;stored",
  );
  expect(fieldOf(await ask(edge, shop), "Age")).toBe("0");
});
