import { describe, expect, test } from "vitest";
import { handle } from "../../src/edge/handle.ts";
import { fieldsOf, type FieldLine } from "../../src/http/fields.ts";
import type { OriginRequest } from "../../src/ports.ts";
import {
  answered,
  ask,
  fieldOf,
  inbound,
  memoryEdge,
  textOf,
} from "../world.ts";

const shop = "http://shop.example/";
const browser = {
  "user-agent": "Mozilla/5.0 (iPhone)",
  referer: "http://shop.example/page",
  "sec-fetch-site": "same-origin",
};

type Edge = ReturnType<typeof memoryEdge>;

function edgeWith(cache: object): Edge {
  const edge = memoryEdge();
  const origins = ["https://origin.shop.example"];
  const site = { customer: "shop", origins, cache };
  edge.world.list.set("host:shop.example", JSON.stringify(site));
  return edge;
}

const sent = ({ fields }: OriginRequest, name: string) =>
  fieldsOf(fields).get(name) ?? null;

/** What of the browser's fields each request had that the origin got. */
function agents({ world }: Edge): (string | null)[] {
  return world.sent.map((request) => sent(request, "user-agent"));
}

async function visit(
  edge: Edge,
  fields: Record<string, string> = {},
  url = shop,
) {
  const reply = await ask(edge, url, { fields: { ...browser, ...fields } });
  return { reply, text: await textOf(reply) };
}

describe("an answer for one visitor is asked for with every field as received", () => {
  test.each([
    ["with a cookie", { cookie: "sid=1" }],
    ["with a cookie beside ignored ones", { cookie: "_ga=1; sid=1; _gid=2" }],
    ["with Authorization", { authorization: "Basic eDp5" }],
  ])("%s, at once", async (_, fields) => {
    const edge = memoryEdge();
    edge.world.origin = () =>
      answered(200, [["Cache-Control", "private, no-store"]], "mine");
    const more = {
      ...fields,
      "if-none-match": '"a"',
      range: "bytes=0-5",
      "x-request-id": "1",
      foo: "2",
    };
    await visit(edge, more);
    await visit(edge, more);
    expect(edge.world.sent).toHaveLength(2);
    for (const request of edge.world.sent)
      for (const [name, value] of Object.entries({ ...browser, ...more }))
        expect(sent(request, name)).toBe(value);
  });

  test.each<[string, number, FieldLine[]]>([
    ["may not be stored", 200, [["Cache-Control", "no-store"]]],
    ["states no freshness", 200, []],
    ["is a redirect that states none", 302, [["Location", "/a"]]],
    ["is an error", 403, [["Cache-Control", "max-age=60"]]],
    ["is an error that states no freshness", 400, []],
    ["sets a cookie", 200, [["Set-Cookie", "a=b"]]],
  ])(
    "where the shared one %s: once more, then at once",
    async (_, status, fields) => {
      const edge = memoryEdge();
      edge.world.origin = (request) =>
        sent(request, "user-agent") === browser["user-agent"]
          ? answered(200, [["Cache-Control", "private"]], "for phones")
          : answered(status, fields, "for nobody");
      for (const requests of [2, 3, 4]) {
        const { reply, text } = await visit(edge);
        expect(reply.status).toBe(200);
        expect(text).toBe("for phones");
        expect(edge.world.sent).toHaveLength(requests);
      }
      expect(agents(edge).slice(1)).toEqual(
        Array.from({ length: 3 }, () => browser["user-agent"]),
      );
      edge.world.pass(120_000);
      await visit(edge);
      expect(edge.world.sent).toHaveLength(6);
    },
  );

  test.each<[string, number, FieldLine[], Record<string, string>]>([
    ["an origin in trouble", 503, [], {}],
    [
      "an origin in trouble that says no-store",
      500,
      [["Cache-Control", "no-store"]],
      {},
    ],
    [
      "an answer that may be stored",
      200,
      [["Cache-Control", "max-age=60"]],
      {},
    ],
    ["a permanent redirect", 301, [["Location", "/a"]], {}],
  ])("but not %s", async (_, status, fields) => {
    const edge = memoryEdge();
    edge.world.origin = () => answered(status, fields, "x");
    await visit(edge);
    expect(edge.world.sent).toHaveLength(1);
  });

  test.each(["/poll?t=1", "/magic?token=abc", "/style.css?v=1"])(
    "nor is %s asked for twice, if it may be used up by then",
    async (target) => {
      const edge = memoryEdge();
      edge.world.origin = () =>
        answered(200, [["Cache-Control", "no-store"]], "once");
      const isStatic = target.startsWith("/style.css");
      await visit(edge, {}, `http://shop.example${target}`);
      expect(edge.world.sent).toHaveLength(isStatic ? 2 : 1);
      await visit(edge, {}, `http://shop.example${target}`);
      expect(agents(edge).at(-1)).toBe(browser["user-agent"]);
    },
  );

  test("nor for a HEAD, nor for who sent nothing that was held back", async () => {
    const edge = memoryEdge();
    edge.world.origin = () => answered(403, [], "x");
    await ask(edge, `${shop}a`, { method: "HEAD", fields: browser });
    await ask(edge, `${shop}b`, { fields: { "user-agent": "node-fetch" } });
    await ask(edge, `${shop}c`);
    expect(edge.world.sent).toHaveLength(3);
  });

  test("nor when the origin was slow, but then the next time at once", async () => {
    const edge = memoryEdge();
    edge.world.origin = () => {
      edge.world.clockMs += 3_001;
      return answered(200, [["Cache-Control", "private"]], "x");
    };
    await visit(edge);
    expect(edge.world.sent).toHaveLength(1);
    await visit(edge);
    expect(agents(edge)).toEqual(["portcullis", browser["user-agent"]]);
  });

  test("an error that is the same for who sends all is everybody's", async () => {
    const edge = memoryEdge();
    edge.world.origin = () =>
      answered(404, [["Cache-Control", "max-age=60"]], "no");
    await visit(edge);
    expect(edge.world.sent).toHaveLength(2);
    const other = await ask(edge, shop, { fields: { "user-agent": "Desk" } });
    expect(other.status).toBe(404);
    expect(edge.world.sent).toHaveLength(2);
  });

  test("a scan for what is not there costs the origin three requests more, not one each", async () => {
    const edge = memoryEdge();
    edge.world.origin = () => answered(404, [], "no");
    for (let n = 0; n < 20; n++) await visit(edge, {}, `${shop}${n}`);
    expect(edge.world.sent).toHaveLength(23);
  });

  test("a crowd asks once more only once", async () => {
    const edge = memoryEdge();
    edge.world.origin = () =>
      answered(200, [["Cache-Control", "private"]], "mine");
    const crowd = Array.from({ length: 50 }, () =>
      handle(inbound(shop, { fields: browser }), edge),
    );
    for (const reply of await Promise.all(crowd))
      expect(await textOf(reply)).toBe("mine");
    expect(edge.world.sent).toHaveLength(51);
  });

  test("a crowd with cookies asks an origin in trouble once", async () => {
    const edge = memoryEdge();
    edge.world.origin = () => answered(503, [], "x");
    const fields = { ...browser, cookie: "sid=1" };
    const crowd = Array.from({ length: 50 }, () =>
      handle(inbound(shop, { fields }), edge),
    );
    for (const reply of await Promise.all(crowd))
      expect(reply.status).toBe(503);
    expect(edge.world.sent).toHaveLength(1);
  });

  test("what others are refused for their fields nobody else is refused", async () => {
    const edge = memoryEdge();
    edge.world.origin = (request) =>
      sent(request, "sec-fetch-site") === "same-origin"
        ? answered(200, [["Cache-Control", "max-age=60"]], "yes")
        : answered(403, [["Cache-Control", "max-age=60"]], "no");
    const stranger = { "user-agent": browser["user-agent"] };
    expect((await ask(edge, shop, { fields: stranger })).status).toBe(403);
    expect((await visit(edge)).text).toBe("yes");
    // Those who are refused share it.
    expect((await ask(edge, shop, { fields: stranger })).status).toBe(403);
    expect(edge.world.sent).toHaveLength(3);
  });

  test("nor by an answer to who sends nothing at all", async () => {
    const edge = memoryEdge();
    edge.world.origin = (request) =>
      sent(request, "referer") === browser.referer
        ? answered(200, [["Cache-Control", "max-age=60"]], "yes")
        : answered(403, [["Cache-Control", "max-age=60"]], "no");
    for (const _ of [1, 2]) expect((await ask(edge, shop)).status).toBe(403);
    expect(edge.world.sent).toHaveLength(1);
    expect((await visit(edge)).text).toBe("yes");
  });
});

describe("a page that is private to those who are logged in", () => {
  test("is shared by all others all the same, however many are logged in", async () => {
    const edge = memoryEdge();
    edge.world.origin = (request) =>
      sent(request, "cookie") === null
        ? answered(200, [["Cache-Control", "max-age=600"]], "for all")
        : answered(200, [["Cache-Control", "private, no-store"]], "for one");
    expect((await visit(edge, { cookie: "sid=1" })).text).toBe("for one");
    for (let n = 0; n < 3; n++)
      expect((await visit(edge, { "user-agent": `B${n}` })).text).toBe(
        "for all",
      );
    expect(edge.world.sent).toHaveLength(2);
  });
});

describe("a public answer to a request with cookies", () => {
  test("is next asked for without them, and then everybody's", async () => {
    const edge = memoryEdge();
    edge.world.origin = (request) =>
      answered(
        200,
        [["Cache-Control", "public, max-age=600"]],
        `for ${sent(request, "cookie")}`,
      );
    expect((await visit(edge, { cookie: "sid=1" })).text).toBe("for sid=1");
    // The very same request may be answered with it.
    expect((await visit(edge, { cookie: "sid=1" })).text).toBe("for sid=1");
    expect(edge.world.sent).toHaveLength(1);
    const other = { cookie: "sid=2", "user-agent": "other" };
    expect((await visit(edge, other)).text).toBe("for null");
    expect((await visit(edge, { "user-agent": "third" })).text).toBe(
      "for null",
    );
    expect(edge.world.sent).toHaveLength(2);
  });

  test("that sets another cookie without them is asked for with them", async () => {
    const edge = memoryEdge();
    let session = 0;
    edge.world.origin = (request) =>
      answered(
        200,
        sent(request, "cookie") === null
          ? [
              ["Cache-Control", "public, max-age=600"],
              ["Set-Cookie", `sid=${(session += 1)}`],
            ]
          : [["Cache-Control", "public, max-age=600"]],
        "page",
      );
    await visit(edge, { cookie: "sid=a" });
    const { reply } = await visit(edge, { cookie: "sid=b", referer: "x" });
    expect(fieldOf(reply, "Set-Cookie")).toBeNull();
  });
});

describe("ignored cookies", () => {
  test("do not reach an origin whose answer others get, nor part its visitors", async () => {
    const edge = edgeWith({ ignoredCookies: ["theme"] });
    edge.world.origin = () =>
      answered(
        200,
        [
          ["Cache-Control", "max-age=600"],
          ["Vary", "Cookie"],
        ],
        "page",
      );
    for (let n = 0; n < 3; n++)
      await visit(edge, { cookie: `_ga=GA1.${n}; theme=${n}` });
    await visit(edge);
    expect(edge.world.sent).toHaveLength(1);
    expect(edge.world.sent.map((one) => sent(one, "cookie"))).toEqual([null]);
  });

  test("reach it where its answers are for one visitor, and with a write", async () => {
    const edge = memoryEdge();
    edge.world.origin = () => answered(200, [], "x");
    const cookie = "_ga=1; b=2;_gid=3";
    await visit(edge, { cookie });
    const body = new Response("x").body;
    await ask(edge, shop, { method: "POST", fields: { cookie }, body });
    expect(edge.world.sent.map((one) => sent(one, "cookie"))).toEqual([
      cookie,
      cookie,
    ]);
  });

  test("are no way to choose what others get where a public answer shows them", async () => {
    const edge = memoryEdge();
    edge.world.origin = (request) =>
      answered(
        200,
        [["Cache-Control", "public, max-age=600"]],
        `<${sent(request, "cookie")}>`,
      );
    await visit(edge, { cookie: "sid=1; _ga=evil" });
    expect((await visit(edge, { cookie: "sid=1" })).text).not.toContain("evil");
    expect((await visit(edge)).text).not.toContain("evil");
  });
});

test("a site that ignores all cookies still has private pages with them", async () => {
  const edge = edgeWith({ ignoredCookies: ["*"] });
  edge.world.origin = (request) => {
    const cookie = sent(request, "cookie");
    return cookie === null
      ? answered(302, [["Location", "/login"]], null)
      : answered(200, [["Cache-Control", "private"]], `for ${cookie}`);
  };
  for (const cookie of ["sid=1", "sid=2"]) {
    const reply = await ask(edge, shop, { fields: { cookie } });
    expect(await textOf(reply)).toBe(`for ${cookie}`);
  }
  expect(edge.world.sent).toHaveLength(3);
});

describe('cookies: "static"', () => {
  const css: FieldLine[] = [
    ["Cache-Control", "max-age=600"],
    ["Content-Type", "text/css"],
  ];
  const style = `${shop}a.css`;

  test("gives visitors with cookies the static files of those without", async () => {
    const edge = edgeWith({ cookies: "static" });
    edge.world.origin = () => answered(200, css, "css");
    for (let n = 0; n < 3; n++)
      await visit(edge, { cookie: `sid=${n}` }, style);
    expect(edge.world.sent).toHaveLength(1);
    expect(edge.world.sent.map((one) => sent(one, "cookie"))).toEqual([null]);
  });

  test.each<[string, string, number, FieldLine[]]>([
    [
      "a page under such a path",
      style,
      200,
      [
        ["Content-Type", "text/html"],
        ["Cache-Control", "max-age=600"],
      ],
    ],
    [
      "one without a stated freshness",
      style,
      200,
      [
        ["Content-Type", "text/css"],
        ["ETag", '"a"'],
      ],
    ],
    ["one that sets a cookie", style, 200, [...css, ["Set-Cookie", "a=b"]]],
    ["one that varies by cookie", style, 200, [...css, ["Vary", "Cookie"]]],
    ["a redirect to a login", style, 302, [["Location", "/login"]]],
    ["a refusal", style, 403, css],
  ])("but not %s", async (_, url, status, fields) => {
    const edge = edgeWith({ cookies: "static" });
    edge.world.origin = (request) => {
      const cookie = sent(request, "cookie");
      return cookie === null
        ? answered(status, fields, "anonymous")
        : answered(200, css, `for ${cookie}`);
    };
    for (const n of [1, 2, 3]) {
      const { text } = await visit(edge, { cookie: `sid=${n}` }, url);
      expect(text).toBe(`for sid=${n}`);
    }
    expect(edge.world.sent).toHaveLength(4);
  });

  test.each([
    ["by default", {}, style, { cookie: "sid=1" }, 3],
    [
      "for other paths",
      { cookies: "static" },
      `${shop}a`,
      { cookie: "sid=1" },
      2,
    ],
    [
      "for Authorization",
      { cookies: "static" },
      style,
      { authorization: "Basic eDp5" },
      2,
    ],
  ])("but not %s", async (_, cache, url, fields, requests) => {
    const edge = edgeWith(cache);
    edge.world.origin = (request) =>
      answered(200, css, `for ${sent(request, "cookie")}`);
    const own = `for ${"cookie" in fields ? fields.cookie : null}`;
    await visit(edge, fields, url);
    expect((await visit(edge, fields, url)).text).toBe(own);
    expect(edge.world.sent).toHaveLength(requests);
  });

  test("by default only those that say that they are for all", async () => {
    const edge = memoryEdge();
    edge.world.origin = (request) =>
      answered(
        200,
        [
          ["Cache-Control", "public, max-age=60"],
          ["Content-Type", "text/css"],
        ],
        `for ${sent(request, "cookie")}`,
      );
    for (const cookie of ["sid=1", "sid=2"])
      expect((await visit(edge, { cookie }, style)).text).toBe("for null");
    expect(edge.world.sent).toHaveLength(1);
  });
});

describe("a 304", () => {
  test("freshens for all what is stored, whoever had it asked for, and asks without their cookies", async () => {
    const edge = memoryEdge();
    edge.world.origin = (request) => {
      const fields: FieldLine[] = [
        ["Date", new Date(edge.world.clockMs).toUTCString()],
        ["Cache-Control", "max-age=60"],
        ["ETag", '"a"'],
      ];
      return sent(request, "if-none-match") === '"a"'
        ? answered(304, fields, null)
        : answered(200, fields, "page");
    };
    await visit(edge);
    edge.world.pass(61_000);
    const { reply, text } = await visit(edge, { cookie: "sid=1" });
    expect(text).toBe("page");
    expect(fieldOf(reply, "Cache-Status")).toContain("fwd-status=304;stored");
    await visit(edge);
    await visit(edge, { cookie: "sid=2" });
    expect(edge.world.sent).toHaveLength(2);
    expect(edge.world.sent.map((one) => sent(one, "cookie"))).toEqual([
      null,
      null,
    ]);
  });

  test("that sets a cookie sets it for who had none, and nobody else's is replaced", async () => {
    for (const cookie of [null, "sid=1"]) {
      const edge = memoryEdge();
      edge.world.origin = (request) => {
        const fields: FieldLine[] = [
          ["Cache-Control", "public, max-age=60"],
          ["ETag", '"a"'],
        ];
        return sent(request, "if-none-match") === '"a"'
          ? answered(304, [...fields, ["Set-Cookie", "sid=new"]], null)
          : answered(200, fields, "page");
      };
      await visit(edge);
      edge.world.pass(61_000);
      const { reply } = await visit(edge, cookie === null ? {} : { cookie });
      expect(fieldOf(reply, "Set-Cookie")).toBe(
        cookie === null ? "sid=new" : null,
      );
      expect(fieldOf((await visit(edge)).reply, "Set-Cookie")).toBeNull();
    }
  });
});

describe("Set-Cookie on a public answer", () => {
  test.each(["public, max-age=60", "s-maxage=60"])(
    "(%s) is for its visitor; the others get the answer without it",
    async (cacheControl) => {
      const edge = memoryEdge();
      edge.world.origin = () =>
        answered(
          200,
          [
            ["Cache-Control", cacheControl],
            ["Set-Cookie", `sid=${edge.world.sent.length}`],
          ],
          "page",
        );
      const crowd = await Promise.all(
        [1, 2, 3].map(() => handle(inbound(shop, { fields: browser }), edge)),
      );
      const cookies = crowd.map((reply) => fieldOf(reply, "Set-Cookie"));
      expect(cookies).toEqual(["sid=1", null, null]);
      for (const reply of crowd) expect(await textOf(reply)).toBe("page");
      expect(fieldOf((await visit(edge)).reply, "Set-Cookie")).toBeNull();
      expect(edge.world.sent).toHaveLength(1);
    },
  );
});

describe("RFC 9111 §4.1 fields that no Vary names", () => {
  const keyed = () => {
    const edge = memoryEdge();
    edge.world.origin = (request) =>
      answered(
        200,
        [["Cache-Control", "max-age=600"]],
        `<${sent(request, "rsc")}>`,
      );
    return edge;
  };

  test("are shared by those who send the same, and by nobody else", async () => {
    const edge = keyed();
    for (const rsc of ["1", "evil", "1", "evil"])
      expect((await visit(edge, { rsc })).text).toBe(`<${rsc}>`);
    expect((await visit(edge)).text).toBe("<null>");
    expect((await visit(edge)).text).toBe("<null>");
    expect(edge.world.sent).toHaveLength(3);
  });

  test("cannot push out what others share, and are kept in the PoP cache too", async () => {
    const edge = keyed();
    await visit(edge);
    for (let n = 0; n < 100; n++) await visit(edge, { [`x-${n}`]: "1" });
    expect(edge.world.sent).toHaveLength(101);
    await visit(edge);
    await visit(edge, { "x-99": "1" });
    expect(edge.world.sent).toHaveLength(101);
    const index = [...edge.world.popTexts.values()].find((text) =>
      text.includes("entries"),
    );
    expect(JSON.parse(index ?? "{}").entries).toHaveLength(17);
  });

  test("of those who come again stay, whatever others send", async () => {
    const edge = keyed();
    for (let n = 0; n < 100; n++) {
      await visit(edge, { rsc: "1" });
      await visit(edge, { [`x-${n}`]: "1" });
    }
    expect(edge.world.sent).toHaveLength(101);
  });

  test.each<[string, Record<string, string>, number]>([
    ["refuses", { "content-type": "x/y" }, 400],
    ["has no answer for", { accept: "x/y" }, 406],
    ["answers only one visitor for", { "x-preview": "1" }, 200],
  ])(
    "that an origin %s keep nobody else's answer from being shared",
    async (_, fields, status) => {
      const edge = memoryEdge();
      const [name = ""] = Object.keys(fields);
      edge.world.origin = (request) =>
        sent(request, name) === fields[name]
          ? answered(status, [["Cache-Control", "no-store"]], "for one")
          : answered(200, [["Cache-Control", "max-age=60"]], "for all");
      await visit(edge, fields);
      const before = edge.world.sent.length;
      for (const agent of ["A", "B", "C"])
        expect((await visit(edge, { "user-agent": agent })).text).toBe(
          "for all",
        );
      expect(edge.world.sent.length - before).toBe(1);
    },
  );

  test("of more than 4,096 characters are passed on, and their answers not kept", async () => {
    const edge = keyed();
    const fields = { foo: "x".repeat(5_000) };
    const { reply } = await visit(edge, fields);
    expect(fieldOf(reply, "Cache-Status")).toContain('detail="unkeyed-fields"');
    await visit(edge, fields);
    expect(edge.world.sent).toHaveLength(2);
    expect(edge.world.sent.map((one) => sent(one, "foo"))).toEqual([
      fields.foo,
      fields.foo,
    ]);
  });
});
