import { describe, expect, test } from "vitest";
import { handle } from "../../src/edge/handle.ts";
import { newIsolate } from "../../src/edge/isolate.ts";
import { sliceBytes } from "../../src/edge/stored-body.ts";
import { fieldsOf, type FieldLine } from "../../src/http/fields.ts";
import type { OriginAnswer, OriginRequest, Reply } from "../../src/ports.ts";
import { answered, ask, fieldOf, inbound, memoryEdge } from "../world.ts";

const shop = "http://shop.example/";
type Edge = ReturnType<typeof memoryEdge>;

async function bytesOf({ body }: Reply): Promise<Buffer> {
  switch (body.kind) {
    case "bytes":
      return Buffer.from(body.bytes);
    case "stream":
      return Buffer.from(await new Response(body.stream).arrayBuffer());
    case "none":
    case "channel":
      return Buffer.alloc(0);
  }
}

const textOf = async (reply: Reply) => (await bytesOf(reply)).toString();

/** Until all that can go on without the clock or an origin has. */
async function quiescence(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

const sentField = ({ fields }: OriginRequest, name: string) =>
  fieldsOf(fields).get(name) ?? null;

function dated(edge: Edge): FieldLine {
  return ["Date", new Date(edge.world.clockMs).toUTCString()];
}

function streamed(
  status: number,
  fields: readonly FieldLine[],
  bytes: Uint8Array,
): OriginAnswer {
  return {
    kind: "answered",
    status,
    fields,
    body: new Blob([Uint8Array.from(bytes)]).stream(),
    channel: null,
  };
}

describe("RFC 9111 §4.1 a variant", () => {
  const modified: FieldLine = [
    "Last-Modified",
    "Wed, 31 Dec 2025 00:00:00 GMT",
  ];

  test.each(["Cookie", "Accept-Language", "Origin", "Accept-Encoding", "X-A"])(
    "of %s is never another's, though their dates are one",
    async (name) => {
      const edge = memoryEdge();
      edge.world.origin = (request) => {
        const fields: FieldLine[] = [
          dated(edge),
          ["Cache-Control", "public, max-age=60"],
          ["Vary", name],
          modified,
        ];
        return sentField(request, "if-modified-since") === modified[1]
          ? answered(304, fields, null)
          : answered(200, fields, `for ${sentField(request, name)}`);
      };
      for (const value of ["one", "two", "one", "two"]) {
        const reply = await ask(edge, shop, { fields: { [name]: value } });
        expect(await textOf(reply)).toBe(`for ${value}`);
      }
      expect(edge.world.sent).toHaveLength(2);
    },
  );

  test.each([
    ["that names a strong tag chooses it", '"one"', "for one", 2],
    ["that names none is asked again", null, "for two", 3],
    ["that names a weak tag is asked again", 'W/"one"', "for two", 3],
  ])("by a 304 %s", async (_, etag, expected, requests) => {
    const edge = memoryEdge();
    edge.world.origin = (request) => {
      const value = sentField(request, "x-a");
      const fields: FieldLine[] = [
        dated(edge),
        ["Cache-Control", "max-age=60"],
        ["Vary", "X-A"],
      ];
      if (sentField(request, "if-none-match") !== null)
        return answered(
          304,
          etag === null ? fields : [...fields, ["ETag", etag]],
          null,
        );
      return answered(200, [...fields, ["ETag", '"one"']], `for ${value}`);
    };
    await ask(edge, shop, { fields: { "x-a": "one" } });
    const reply = await ask(edge, shop, { fields: { "x-a": "two" } });
    expect(await textOf(reply)).toBe(expected);
    expect(edge.world.sent).toHaveLength(requests);
    const first = await ask(edge, shop, { fields: { "x-a": "one" } });
    expect(await textOf(first)).toBe("for one");
  });

  test("for another coding is not asked about: some origins choose the coding after they compared the tags", async () => {
    const edge = memoryEdge();
    edge.world.origin = (request) => {
      const fields: FieldLine[] = [
        dated(edge),
        ["Cache-Control", "max-age=60"],
        ["Vary", "Accept-Encoding"],
        ["ETag", '"same"'],
      ];
      return sentField(request, "if-none-match") === null
        ? answered(200, fields, `${sentField(request, "accept-encoding")}`)
        : answered(304, fields, null);
    };
    await ask(edge, shop, { fields: { "accept-encoding": "identity" } });
    const coded = await ask(edge, shop, {
      fields: { "accept-encoding": "gzip" },
    });
    expect(await textOf(coded)).toBe("gzip");
  });
});

/** An origin of one body that serves single ranges of it. */
function ranged(
  edge: Edge,
  body: Uint8Array,
  { etag = '"v1"', honours = true } = {},
) {
  const origin = {
    body,
    etag,
    honours,
    answer(request: OriginRequest): OriginAnswer {
      const fields: FieldLine[] = [
        dated(edge),
        ["Cache-Control", "max-age=60"],
      ];
      if (origin.etag !== "") fields.push(["ETag", origin.etag]);
      const condition = sentField(request, "if-range");
      const holds = condition === null || condition === origin.etag;
      const [, first, last] =
        /^bytes=(\d+)-(\d*)$/.exec(sentField(request, "range") ?? "") ?? [];
      const complete = origin.body.byteLength;
      if (first === undefined || !origin.honours || !holds)
        return streamed(
          200,
          [...fields, ["Content-Length", String(complete)]],
          origin.body,
        );
      const end = Math.min(last ? Number(last) : Infinity, complete - 1);
      const part = origin.body.subarray(Number(first), end + 1);
      return streamed(
        206,
        [
          ...fields,
          ["Content-Range", `bytes ${first}-${end}/${complete}`],
          ["Content-Length", String(part.byteLength)],
        ],
        part,
      );
    },
  };
  edge.world.origin = (request) => origin.answer(request);
  return origin;
}

function sample(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at++)
    bytes[at] = (at * 7 * seed + (at >> 8)) % 253;
  return bytes;
}

async function get(edge: Edge, range?: string) {
  const reply = await handle(
    inbound(shop, range === undefined ? {} : { fields: { range } }),
    edge,
  );
  const bytes = await bytesOf(reply);
  await edge.world.settle();
  return { reply, bytes };
}

describe("RFC 9110 §14.2 without Range", () => {
  const lengths = [
    2,
    100,
    65_536,
    sliceBytes - 1,
    sliceBytes,
    sliceBytes + 1,
    3 * sliceBytes,
  ];
  const parts = ["bytes=0-0", "bytes=1-", "bytes=1-1"];

  test.each(
    lengths.flatMap((length) =>
      parts.flatMap((part) =>
        ['"v1"', 'W/"v1"', ""].map((etag) => [length, part, etag] as const),
      ),
    ),
  )(
    "all %i bytes come after somebody asked for %s under the tag %s",
    async (length, part, etag) => {
      const edge = memoryEdge();
      const body = sample(length);
      ranged(edge, body, { etag });
      const first = await get(edge, part);
      expect(first.reply.status).toBe(206);
      for (const _ of [1, 2]) {
        const { reply, bytes } = await get(edge);
        expect(reply.status).toBe(200);
        expect(bytes.equals(body)).toBe(true);
        expect(fieldOf(reply, "Content-Range")).toBeNull();
        expect(fieldOf(reply, "Content-Length") ?? String(length)).toBe(
          String(length),
        );
      }
      const again = await get(edge, part);
      expect(again.bytes.equals(first.bytes)).toBe(true);
      expect(edge.world.sent.length).toBeLessThanOrEqual(3);
    },
  );

  test.each([
    [
      "changed",
      (origin: ReturnType<typeof ranged>) => {
        origin.body = sample(100, 3);
        origin.etag = '"v2"';
      },
    ],
    [
      "changed its length",
      (origin: ReturnType<typeof ranged>) => {
        origin.body = sample(50, 3);
        origin.etag = '"v2"';
      },
    ],
    [
      "ignores ranges by now",
      (origin: ReturnType<typeof ranged>) => {
        origin.honours = false;
      },
    ],
  ])(
    "a part is not joined to what the origin has since it %s",
    async (_, change) => {
      const edge = memoryEdge();
      const origin = ranged(edge, sample(2 * sliceBytes));
      await get(edge, "bytes=0-9");
      change(origin);
      const { reply, bytes } = await get(edge);
      expect(reply.status).toBe(200);
      expect(bytes.equals(origin.body)).toBe(true);
      const stored = await get(edge);
      expect(stored.bytes.equals(origin.body)).toBe(true);
    },
  );

  test("an origin's 206 is no answer, and is not stored", async () => {
    const edge = memoryEdge();
    edge.world.origin = () =>
      streamed(
        206,
        [
          ["Content-Range", "bytes 0-1/9"],
          ["Cache-Control", "max-age=60"],
        ],
        sample(2),
      );
    for (const _ of [1, 2]) {
      const { reply } = await get(edge);
      expect(reply.status).toBe(502);
      expect(fieldOf(reply, "Proxy-Status")).toContain("http_protocol_error");
    }
    expect(edge.world.sent).toHaveLength(2);
  });

  test.each([1000, 2 * sliceBytes])(
    "and with ranges at the same time, %i bytes are right for everybody",
    async (length) => {
      const edge = memoryEdge();
      const body = sample(length);
      ranged(edge, body);
      const asked = [
        undefined,
        "bytes=0-99",
        "bytes=100-199",
        "bytes=150-",
        undefined,
        "bytes=0-0",
      ];
      for (const _ of [1, 2]) {
        const got = await Promise.all(asked.map((range) => get(edge, range)));
        for (const [n, { reply, bytes }] of got.entries()) {
          const [, first = "0", last] =
            /=(\d+)-(\d*)/.exec(asked[n] ?? "") ?? [];
          const expected =
            asked[n] === undefined || reply.status === 200
              ? body
              : body.subarray(
                  Number(first),
                  last ? Number(last) + 1 : undefined,
                );
          expect(bytes.equals(expected)).toBe(true);
          expect(asked[n] !== undefined || reply.status === 200).toBe(true);
        }
      }
    },
  );
});

describe("a stored body over the memory limit", () => {
  test.each([sliceBytes, sliceBytes + 1, 3 * sliceBytes])(
    "of %i bytes is refreshed behind its visitors, time and again",
    async (length) => {
      const edge = memoryEdge();
      let version = 0;
      edge.world.origin = () => {
        version += 1;
        return streamed(
          200,
          [
            dated(edge),
            ["Cache-Control", "max-age=1, stale-while-revalidate=60"],
          ],
          sample(length, version),
        );
      };
      for (const expected of [1, 1, 2, 3]) {
        const { reply, bytes } = await get(edge);
        expect(reply.status).toBe(200);
        expect(bytes.equals(sample(length, expected))).toBe(true);
        edge.world.pass(2_300);
        await quiescence();
      }
    },
  );

  /** The answer from a store whose PoP cache has let go of the end of the body. */
  async function withoutEnd(etag: string) {
    const edge = memoryEdge();
    const body = sample(3 * sliceBytes);
    ranged(edge, body, { etag });
    await get(edge);
    for (const name of edge.world.popBytes.keys())
      if (name.endsWith("/2")) edge.world.popBytes.delete(name);
    return { body, got: bytesOf(await handle(inbound(shop), edge)) };
  }

  test("goes on from the origin when the PoP cache has let go of its end", async () => {
    const { body, got } = await withoutEnd('"v1"');
    expect((await got).equals(body)).toBe(true);
  });

  test("breaks off there when no strong tag vouches for the rest", async () => {
    const { got } = await withoutEnd('W/"v1"');
    await expect(got).rejects.toThrow("part of the stored body is gone");
  });

  test("is read from the slice where a range begins", async () => {
    const edge = memoryEdge();
    const body = sample(4 * sliceBytes);
    ranged(edge, body);
    await get(edge);
    const read: string[] = [];
    const { popBytes } = edge.world;
    edge.world.recallBytes = async (name) => {
      read.push(name.replace(/^.*\//, ""));
      return popBytes.get(name) ?? null;
    };
    const first = 3 * sliceBytes + 5;
    const { bytes } = await get(edge, `bytes=${first}-${first + 9}`);
    expect(bytes.equals(body.subarray(first, first + 10))).toBe(true);
    expect(read).toEqual(["3"]);
  });
});

describe("RFC 9111 §4.4 a write is not undone by", () => {
  const write = (edge: Edge) =>
    handle(
      inbound(shop, { method: "PUT", body: new Response("new").body }),
      edge,
    );

  test.each<[string, Parameters<typeof inbound>[1], readonly FieldLine[]]>([
    ["a miss under way", {}, []],
    ["a reload under way", { fields: { "cache-control": "no-cache" } }, []],
    [
      "a request with Authorization under way",
      { fields: { authorization: "Basic eDp5" } },
      [],
    ],
    ["a validation under way", {}, [["ETag", '"old"']]],
    [
      "a HEAD under way",
      { method: "HEAD", fields: { "cache-control": "no-cache" } },
      [["ETag", '"old"']],
    ],
  ])("%s", async (_, options, stored) => {
    const edge = memoryEdge();
    const fields: FieldLine[] = [
      dated(edge),
      ["Cache-Control", "public, max-age=600"],
      ["ETag", '"old"'],
    ];
    if (stored.length > 0) {
      edge.world.origin = () =>
        answered(
          200,
          [...fields.slice(1), ["Cache-Control", "no-cache"]],
          "old",
        );
      await ask(edge, shop);
    }
    const slow = Promise.withResolvers<OriginAnswer>();
    edge.world.origin = ({ method }) =>
      method === "PUT" ? answered(204, [], null) : slow.promise;
    const underWay = handle(inbound(shop, options), edge);
    await quiescence();
    edge.world.clockMs += 10;
    await write(edge);
    edge.world.clockMs += 10;
    slow.resolve(
      stored.length > 0 && options?.method !== "HEAD"
        ? answered(304, fields, null)
        : answered(200, fields, options?.method === "HEAD" ? null : "old"),
    );
    await bytesOf(await underWay);
    await edge.world.settle();
    edge.world.origin = () => answered(200, fields, "new");
    const after = { ...edge, isolate: newIsolate(edge.config) };
    expect(await textOf(await ask(edge, shop))).toBe("new");
    edge.world.clockMs += 10;
    expect(await textOf(await ask(after, shop))).toBe("new");
  });

  test("an answer that another isolate of the PoP had under way", async () => {
    const edge = memoryEdge();
    const other = { ...edge, isolate: newIsolate(edge.config) };
    const slow = Promise.withResolvers<OriginAnswer>();
    edge.world.origin = ({ method }) =>
      method === "PUT" ? answered(204, [], null) : slow.promise;
    const underWay = handle(inbound(shop), other);
    await quiescence();
    edge.world.clockMs += 10;
    await write(edge);
    slow.resolve(answered(200, [["Cache-Control", "max-age=600"]], "old"));
    await bytesOf(await underWay);
    await edge.world.settle();
    edge.world.origin = () => answered(200, [], "new");
    const third = { ...edge, isolate: newIsolate(edge.config) };
    expect(await textOf(await ask(third, shop))).toBe("new");
  });

  test("a group's member under way in another isolate of the PoP, or in the PoP cache (RFC 9875)", async () => {
    const edge = memoryEdge();
    const page: FieldLine[] = [
      ["Cache-Control", "max-age=600"],
      ["Cache-Groups", '"g"'],
    ];
    edge.world.origin = () => answered(200, page, "old");
    await ask(edge, shop);
    const other = { ...edge, isolate: newIsolate(edge.config) };
    const slow = Promise.withResolvers<OriginAnswer>();
    edge.world.origin = ({ method }) =>
      method === "PUT"
        ? answered(204, [["Cache-Group-Invalidation", '"g"']], null)
        : slow.promise;
    const underWay = handle(inbound(`${shop}other`), other);
    await quiescence();
    edge.world.clockMs += 10;
    await handle(
      inbound(`${shop}elsewhere`, {
        method: "PUT",
        body: new Response("new").body,
      }),
      edge,
    );
    edge.world.clockMs += 10;
    slow.resolve(answered(200, page, "old"));
    await bytesOf(await underWay);
    await edge.world.settle();
    edge.world.origin = () => answered(200, page, "new");
    const third = { ...edge, isolate: newIsolate(edge.config) };
    expect(await textOf(await ask(third, shop))).toBe("new");
    expect(await textOf(await ask(third, `${shop}other`))).toBe("new");
  });

  test("joining a fetch that was sent before it", async () => {
    const edge = memoryEdge();
    const slow = Promise.withResolvers<OriginAnswer>();
    const fields: FieldLine[] = [["Cache-Control", "max-age=600"]];
    edge.world.origin = ({ method }) => {
      if (method === "PUT") return answered(204, [], null);
      return edge.world.sent.length === 1
        ? slow.promise
        : answered(200, fields, "new");
    };
    const before = handle(inbound(shop), edge);
    await quiescence();
    edge.world.clockMs += 10;
    await write(edge);
    edge.world.clockMs += 10;
    expect(await textOf(await handle(inbound(shop), edge))).toBe("new");
    slow.resolve(answered(200, fields, "old"));
    await bytesOf(await before);
    await edge.world.settle();
    expect(await textOf(await ask(edge, shop))).toBe("new");
  });
});

describe("what was stored before a restore or a purge", () => {
  test.each([
    [
      "a restore",
      "customer:shop",
      (at: string) => `{"verdict":"allow","effectiveAt":"${at}"}`,
    ],
    [
      "a soft purge",
      "purge:shop",
      (at: string) => `[{"at":"${at}","what":"all","how":"soft"}]`,
    ],
  ])(
    "is no stand-in for an origin that fails after %s",
    async (_, key, record) => {
      const edge = memoryEdge();
      edge.world.origin = () =>
        answered(
          200,
          [dated(edge), ["Cache-Control", "max-age=60, stale-if-error=600"]],
          "old",
        );
      await ask(edge, shop);
      edge.world.clockMs += 5_000;
      const at = new Date(edge.world.clockMs - 1_000).toISOString();
      edge.world.list.set(key, record(at));
      for (const answer of [
        answered(503, [], "down"),
        {
          kind: "failed",
          error: "connection_refused",
          details: "",
          sent: "perhaps",
        } as const,
      ]) {
        edge.world.origin = () => answer;
        const reply = await ask(edge, shop);
        expect(reply.status).toBeGreaterThanOrEqual(500);
        expect(await textOf(reply)).not.toContain("old");
        edge.world.clockMs += 5_000;
      }
    },
  );
});

test("what a hard purge took away is not brought back by a HEAD", async () => {
  const edge = memoryEdge();
  const fields: FieldLine[] = [
    ["Cache-Control", "max-age=600"],
    ["ETag", '"e"'],
  ];
  edge.world.origin = () => answered(200, [dated(edge), ...fields], "purged");
  await ask(edge, shop);
  edge.world.clockMs += 5_000;
  const at = new Date(edge.world.clockMs - 1_000).toISOString();
  edge.world.list.set(
    "purge:shop",
    `[{"at":"${at}","what":"all","how":"hard"}]`,
  );
  edge.world.clockMs += 5_000;
  edge.world.origin = ({ method }) =>
    answered(200, [dated(edge), ...fields], method === "HEAD" ? null : "new");
  await ask(edge, shop, { method: "HEAD" });
  expect(await textOf(await ask(edge, shop))).toBe("new");
});

test("what is validated between a hard purge's moment and its arrival is purged all the same", async () => {
  const edge = memoryEdge();
  const fields: FieldLine[] = [
    ["Cache-Control", "max-age=1"],
    ["ETag", '"e"'],
  ];
  edge.world.origin = () => answered(200, [dated(edge), ...fields], "purged");
  await ask(edge, shop);
  edge.world.clockMs += 5_000;
  const at = new Date(edge.world.clockMs).toISOString();
  edge.world.clockMs += 5_000;
  edge.world.origin = () => answered(304, [dated(edge), ...fields], null);
  expect(await textOf(await ask(edge, shop))).toBe("purged");
  edge.world.list.set(
    "purge:shop",
    `[{"at":"${at}","what":"all","how":"hard"}]`,
  );
  edge.world.clockMs += 5_000;
  edge.world.origin = () => answered(200, [dated(edge), ...fields], "new");
  expect(await textOf(await ask(edge, shop))).toBe("new");
});

test("a 304 does not answer with a body that broke off meanwhile", async () => {
  const edge = memoryEdge();
  const fields: FieldLine[] = [
    ["Cache-Control", "no-cache"],
    ["ETag", '"e"'],
  ];
  const breaking = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await quiescence();
      controller.error(new Error("gone"));
    },
  });
  const slow = Promise.withResolvers<OriginAnswer>();
  edge.world.origin = (request) => {
    if (edge.world.sent.length === 1)
      return {
        kind: "answered",
        status: 200,
        fields,
        body: breaking,
        channel: null,
      };
    return sentField(request, "if-none-match") === null
      ? answered(200, fields, "whole")
      : slow.promise;
  };
  const first = handle(inbound(shop), edge);
  await first;
  const second = handle(inbound(shop), edge);
  await quiescence();
  await quiescence();
  slow.resolve(answered(304, fields, null));
  expect(await textOf(await second)).toBe("whole");
});

/** Visitors at the same moment, while the origin thinks. */
async function crowd(edge: Edge, size: number, answer: () => OriginAnswer) {
  const gate = Promise.withResolvers<void>();
  edge.world.origin = async () => {
    await gate.promise;
    return answer();
  };
  const before = edge.world.sent.length;
  const replies = Array.from({ length: size }, () =>
    handle(inbound(shop), edge),
  );
  await quiescence();
  const asked = () => edge.world.sent.length - before;
  const askedAtOnce = asked();
  gate.resolve();
  const got = await Promise.all(replies);
  const texts = await Promise.all(got.map(textOf));
  await edge.world.settle();
  return { askedAtOnce, asked: asked(), got, texts };
}

describe("a crowd of 50 visitors", () => {
  const failures: readonly (readonly [string, () => OriginAnswer])[] = [
    ["answers 500", () => answered(500, [], "sorry")],
    [
      "answers 503 for one visitor",
      () => answered(503, [["Cache-Control", "private"]], "sorry, Ann"),
    ],
    [
      "answers 503 with a cookie",
      () => answered(503, [["Set-Cookie", "a=b"]], "sorry, Ann"),
    ],
    [
      "refuses",
      () => ({
        kind: "failed",
        error: "connection_refused",
        details: "",
        sent: "perhaps",
      }),
    ],
    [
      "does not answer in time",
      () => ({
        kind: "failed",
        error: "connection_read_timeout",
        details: "",
        sent: "perhaps",
      }),
    ],
  ];

  test.each(failures)(
    "is one request to an origin that %s, and all get that failure",
    async (_, answer) => {
      const edge = memoryEdge();
      const { asked, got, texts } = await crowd(edge, 50, answer);
      expect(asked).toBe(1);
      const statuses = new Set(got.map(({ status }) => status));
      expect(statuses.size).toBe(1);
      expect([...statuses][0]).toBeGreaterThanOrEqual(500);
      const anns = texts.filter((text) => text.includes("Ann"));
      expect(anns.length).toBeLessThanOrEqual(1);
    },
  );

  test.each(failures)(
    "gets the stale response, and asks once, when the origin %s",
    async (_, answer) => {
      const edge = memoryEdge();
      edge.world.origin = () =>
        answered(
          200,
          [dated(edge), ["Cache-Control", "max-age=1, stale-if-error=600"]],
          "stale",
        );
      await ask(edge, shop);
      edge.world.pass(60_000);
      const { asked, texts } = await crowd(edge, 50, answer);
      expect(asked).toBe(1);
      expect(new Set(texts)).toEqual(new Set(["stale"]));
    },
  );

  test("is one request when the answer can be stored", async () => {
    const edge = memoryEdge();
    const { asked, texts, got } = await crowd(edge, 50, () =>
      answered(200, [dated(edge), ["Cache-Control", "max-age=60"]], "page"),
    );
    expect(asked).toBe(1);
    expect(new Set(texts)).toEqual(new Set(["page"]));
    const statuses = got.map((reply) => fieldOf(reply, "Cache-Status") ?? "");
    expect(
      statuses.filter((status) => status.includes("collapsed")),
    ).toHaveLength(49);
  });

  test.each<[string, FieldLine[]]>([
    [
      "validated each time",
      [
        ["Cache-Control", "no-cache"],
        ["ETag", '"e"'],
      ],
    ],
    [
      "stale at once",
      [
        ["Cache-Control", "max-age=0"],
        ["ETag", '"e"'],
      ],
    ],
    ["not stored", [["Cache-Control", "no-store"]]],
    ["of a cookie", [["Set-Cookie", "a=b"]]],
  ])(
    "goes all at once, and the next does not wait at all, when an answer is %s",
    async (_, fields) => {
      const edge = memoryEdge();
      const answer = () => answered(200, [dated(edge), ...fields], "page");
      const first = await crowd(edge, 20, answer);
      expect([first.askedAtOnce, first.asked]).toEqual([1, 20]);
      edge.world.clockMs += 1000;
      const second = await crowd(edge, 20, answer);
      expect([second.askedAtOnce, second.asked]).toEqual([20, 20]);
    },
  );

  test("reads a slow answer as it comes", async () => {
    const edge = memoryEdge();
    const { readable, writable } = new TransformStream<Uint8Array>(
      {},
      { highWaterMark: 10 },
    );
    const writer = writable.getWriter();
    edge.world.origin = () => ({
      kind: "answered",
      status: 200,
      fields: [dated(edge), ["Cache-Control", "max-age=60"]],
      body: readable,
      channel: null,
    });
    const write = (text: string) => writer.write(Buffer.from(text));
    const early = await handle(inbound(shop), edge);
    await write("one ");
    const joined = await handle(inbound(shop), edge);
    if (joined.body.kind !== "stream") throw new Error(joined.body.kind);
    const reader = joined.body.stream.getReader();
    const { value } = await reader.read();
    expect(Buffer.from(value ?? []).toString()).toBe("one ");
    await write("two");
    await writer.close();
    const rest = await reader.read();
    expect(Buffer.from(rest.value ?? []).toString()).toBe("two");
    expect(await textOf(early)).toBe("one two");
    expect(edge.world.sent).toHaveLength(1);
  });

  test("chooses another leader when the first came with a cookie, or was overtaken by a write", async () => {
    for (const disturb of ["cookie", "write"]) {
      const edge = memoryEdge();
      const gates = [0, 1].map(() => Promise.withResolvers<void>());
      edge.world.origin = async ({ method }) => {
        if (method === "PUT") return answered(204, [], null);
        const gets = edge.world.sent.filter((sent) => sent.method === "GET");
        await gates[Math.min(gets.length, 2) - 1]?.promise;
        return answered(200, [["Cache-Control", "max-age=60"]], "page");
      };
      const leader = handle(
        inbound(
          shop,
          disturb === "cookie" ? { fields: { cookie: "session=1" } } : {},
        ),
        edge,
      );
      await quiescence();
      const waiting = Array.from({ length: 20 }, () =>
        handle(inbound(shop), edge),
      );
      await quiescence();
      if (disturb === "write") {
        const body = new Response("new").body;
        await handle(inbound(shop, { method: "PUT", body }), edge);
      }
      edge.world.clockMs += 10;
      gates[0]?.resolve();
      await bytesOf(await leader);
      await quiescence();
      gates[1]?.resolve();
      for (const reply of await Promise.all(waiting))
        expect(await textOf(reply)).toBe("page");
      const gets = edge.world.sent.filter(({ method }) => method === "GET");
      expect(gets).toHaveLength(2);
    }
  });

  test("is led by another when its leader is gone for good", async () => {
    const edge = memoryEdge();
    edge.world.origin = () =>
      edge.world.sent.length === 1
        ? new Promise<OriginAnswer>(() => undefined)
        : answered(200, [["Cache-Control", "max-age=60"]], "page");
    void handle(inbound(shop), edge);
    const waiting = Array.from({ length: 20 }, () =>
      handle(inbound(shop), edge),
    );
    await quiescence();
    edge.world.pass(31_000);
    const texts = await Promise.all((await Promise.all(waiting)).map(textOf));
    expect(new Set(texts)).toEqual(new Set(["page"]));
    expect(edge.world.sent).toHaveLength(2);
  });

  test("is told when its leader fails by a fault of our own", async () => {
    const edge = memoryEdge();
    const gate = Promise.withResolvers<void>();
    edge.world.origin = async () => {
      await gate.promise;
      if (edge.world.sent.length === 1) throw new TypeError("a fault");
      return answered(200, [["Cache-Control", "no-store"]], "own");
    };
    const leader = handle(inbound(shop), edge);
    const follower = handle(inbound(shop), edge);
    await quiescence();
    gate.resolve();
    await expect(leader).rejects.toThrow("a fault");
    expect(await textOf(await follower)).toBe("own");
    await edge.world.settle().then(undefined, () => undefined);
  });

  test("that looks into the PoP cache while another stores is one request", async () => {
    const edge = memoryEdge();
    const looks: (() => void)[] = [];
    const { popTexts } = edge.world;
    edge.world.recall = async (name) => {
      if (name.startsWith("index/"))
        await new Promise<void>((resolve) => {
          looks.push(resolve);
        });
      return popTexts.get(name) ?? null;
    };
    edge.world.origin = () =>
      answered(200, [["Cache-Control", "max-age=60"]], "page");
    const first = handle(inbound(shop), edge);
    const second = handle(inbound(shop), edge);
    await quiescence();
    looks[0]?.();
    await bytesOf(await first);
    await quiescence();
    looks[1]?.();
    expect(await textOf(await second)).toBe("page");
    expect(edge.world.sent).toHaveLength(1);
  });
});
