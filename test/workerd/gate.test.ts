import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wrangler } from "./wrangler.ts";
import { exchange, head, origin, startRig, type Rig } from "./rig.ts";
import { request } from "./request.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const answering = (text: string) => origin((_, response) => response.end(text));

describe("one key of the list, written with wrangler", () => {
  test("drops a customer and brings it back, and leaves the others alone", async () => {
    await rig.site("shop", [await answering("the shop")]);
    await rig.site("forum", [await answering("the forum")]);
    const statusOf = async (host: string) =>
      (await request(rig.port, host, "/")).status;
    expect(await statusOf("shop.localhost")).toBe(200);

    await wrangler(rig, "put", "customer:shop", "deny");
    expect(await statusOf("shop.localhost")).toBe(403);
    expect(await statusOf("forum.localhost")).toBe(200);

    await wrangler(rig, "put", "customer:shop", " Allow\n");
    expect(await statusOf("shop.localhost")).toBe(200);

    await rig.put(
      "customer:shop",
      '{"verdict":"deny","ground":"legal","reason":"An order of a court"}',
    );
    const blocked = await request(rig.port, "shop.localhost", "/", {
      fields: { accept: "application/problem+json" },
    });
    expect(blocked.status).toBe(451);
    expect(blocked.fields.link).toMatch(/rel="?blocked-by"?/);
    expect(JSON.parse(blocked.body.toString())).toMatchObject({ status: 451 });

    await wrangler(rig, "delete", "customer:shop");
    expect(await statusOf("shop.localhost")).toBe(200);
  });

  test("takes effect while requests run, at one moment and for good", async () => {
    await rig.site("busy", [await answering("busy")]);
    const statuses: number[] = [];
    const running = { on: true };
    const visitors = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (running.on)
          statuses.push(
            (await request(rig.port, "busy.localhost", "/")).status,
          );
      }),
    );
    await wrangler(rig, "bulk put", [
      { key: "customer:busy", value: "deny" },
      { key: "customer:other", value: "deny" },
    ]);
    const after = await request(rig.port, "busy.localhost", "/");
    running.on = false;
    await visitors;
    expect(after.status).toBe(403);
    expect(new Set(statuses)).toEqual(new Set([200, 403]));
  });

  test("with a moment ahead flips at that moment, with no write in between", async () => {
    await rig.site("later", [await answering("later")]);
    const effectiveAtMs = Date.now() + 1500;
    await rig.put(
      "customer:later",
      JSON.stringify({
        verdict: "deny",
        effectiveAt: new Date(effectiveAtMs).toISOString(),
      }),
    );
    let last = await request(rig.port, "later.localhost", "/");
    expect(last.status).toBe(200);
    expect(last.fields["sunset"]).toBeDefined();
    while (last.status === 200) {
      expect(Date.now()).toBeLessThan(effectiveAtMs + 5000);
      last = await request(rig.port, "later.localhost", "/");
    }
    expect(last.status).toBe(403);
    expect(Date.now()).toBeGreaterThanOrEqual(effectiveAtMs);
  });
});

describe("an absolute-form target (RFC 9112 §3.2.2), whose authority the runtime hides", () => {
  const targets = (host: string) => [
    `http://${host}/`,
    `https://${host}/`,
    `http://${host}:8080/`,
    `http://user@${host}/`,
    `HTTP://${host.toUpperCase()}./`,
    `//${host}/`,
    `ftp://${host}/`,
    host,
  ];
  const served = async (target: string, host: string) =>
    exchange(
      rig.port,
      head("GET", target, host, "Connection: close"),
      /\r\n\r\n[^]/,
    );

  test("is served from the site that was gated, the one of Host", async () => {
    await rig.site("named", [await answering("the site of Host")]);
    await rig.site("hidden", [await answering("the site of the target")]);
    await rig.put("customer:hidden", "deny");
    for (const target of targets("hidden.localhost")) {
      const got = await served(target, "named.localhost");
      expect(got).toMatch(/^HTTP\/1\.1 200 [^]*the site of Host$/);
    }
    for (const target of targets("named.localhost"))
      expect(await served(target, "hidden.localhost")).toMatch(
        /^HTTP\/1\.1 403 /,
      );
  });

  test.each(["", "Host:", "Host: a b", "Host: named.localhost\r\nHost: x"])(
    "does not stand in for the Host of a request with %j",
    async (line) => {
      await rig.site("named", [await answering("secret")]);
      const got = await exchange(
        rig.port,
        `GET http://named.localhost/ HTTP/1.1\r\n${line}${line === "" ? "" : "\r\n"}Connection: close\r\n\r\n`,
      );
      expect(got).toMatch(/^HTTP\/1\.1 [45]00 /);
    },
  );
});

describe("a dropped customer", () => {
  const forms = [
    "dropped.localhost",
    "DROPPED.LocalHost",
    "dropped.localhost.",
    "dropped.localhost:8787",
    "dropped.localhost.:80",
    "droppeD.localhost.:443",
  ];
  test.each(forms)("is refused as %s", async (host) => {
    await rig.site("dropped", [await answering("secret")]);
    await rig.put("customer:dropped", "deny");
    for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]) {
      const got = await exchange(
        rig.port,
        head(method, "/", host, "Content-Length: 0", "Connection: close"),
      );
      expect(got).toMatch(/^HTTP\/1\.1 403 /);
      expect(got).not.toContain("secret");
    }
    const absolute = await exchange(
      rig.port,
      head("GET", `http://${host}/`, host, "Connection: close"),
    );
    expect(absolute).not.toMatch(/^HTTP\/1\.1 200 /);
  });

  test.each([
    ["text/html", "text/html"],
    ["application/problem+json", "application/problem+json"],
    ["application/json", "application/json"],
    ["text/markdown", "text/markdown"],
    ["text/plain", "text/plain"],
    ["image/avif,image/webp,image/*", undefined],
    ["application/json;q=0.5, text/plain;q=0.9", "text/plain"],
  ])("is refused to Accept %s with %s", async (accept, type) => {
    await rig.site("formats", [await answering("secret")]);
    await rig.put("customer:formats", "deny");
    const got = await request(rig.port, "formats.localhost", "/x.png", {
      fields: { accept },
    });
    expect(got.status).toBe(403);
    expect(got.fields["content-type"]?.split(";")[0]).toBe(type);
    expect(got.fields["cache-control"]).toBe("no-store");
    expect(got.fields["vary"]).toBe(
      "Accept, Accept-Language, Sec-Fetch-Dest, X-Requested-With, HX-Request",
    );
  });
});

describe("garbage in the list", () => {
  const garbage = [
    "dney",
    "{",
    "[[[",
    '{"verdict":"deny","x":1}',
    "\u0000",
    "null",
  ];
  test.each(garbage)(
    "%j under one customer's keys changes nothing for another",
    async (value) => {
      await rig.site("bystander", [await answering("fine")]);
      await rig.site("target", [await answering("target")]);
      await rig.put("customer:target", value);
      expect((await request(rig.port, "bystander.localhost", "/")).status).toBe(
        200,
      );
      expect((await request(rig.port, "target.localhost", "/")).status).toBe(
        200,
      );
      await rig.put("host:target.localhost", value);
      expect((await request(rig.port, "bystander.localhost", "/")).status).toBe(
        200,
      );
      expect(
        (await request(rig.port, "target.localhost", "/")).status,
      ).toBeLessThan(600);
    },
  );

  test("of the largest size KV takes costs its own customer nothing", async () => {
    await rig.site("heavy", [await answering("heavy")]);
    expect((await request(rig.port, "heavy.localhost", "/")).status).toBe(200);
    await rig.put("customer:heavy", "x".repeat(25 << 20));
    expect((await request(rig.port, "heavy.localhost", "/")).status).toBe(200);
  });
});

describe("hostile requests", () => {
  test.each([
    ["a Host that is not one", head("GET", "/", "a b")],
    ["a Host with user information", head("GET", "/", "x@shop.localhost")],
    ["two Hosts", head("GET", "/", "alive.localhost", "Host: b")],
    ["an empty Host", head("GET", "/", "")],
    ["no Host at all", "GET / HTTP/1.1\r\n\r\n"],
    ["a broken escape", head("GET", "/%", "alive.localhost")],
    [
      "a broken escape in the query",
      head("GET", "/?%E0%A4", "alive.localhost"),
    ],
    ["a NUL escape", head("GET", "/%00", "alive.localhost")],
    [
      "length and chunks at once",
      head(
        "POST",
        "/",
        "alive.localhost",
        "Content-Length: 3",
        "Transfer-Encoding: chunked",
      ) + "0\r\n\r\n",
    ],
    [
      "an absurd range",
      head(
        "GET",
        "/",
        "alive.localhost",
        `Range: bytes=${"0-,".repeat(2000)}0-`,
      ),
    ],
    [
      "an absurd Accept",
      head(
        "GET",
        "/",
        "alive.localhost",
        `Accept: ${"a/b;q=0.1,".repeat(3000)}*/*`,
      ),
    ],
    [
      "an absurd Accept-Language",
      head(
        "GET",
        "/",
        "unknown.localhost",
        `Accept-Language: ${"xx-yy,".repeat(3000)}`,
      ),
    ],
    ["an asterisk", head("OPTIONS", "*", "alive.localhost")],
    ["an odd method", head("BREW", "/", "alive.localhost")],
    [
      "bytes above ASCII",
      head("GET", "/caf\u00e9", "alive.localhost", "X: \u00e9\u00ff"),
    ],
    ["a prototype's name", head("GET", "/__proto__", "constructor.localhost")],
  ])(
    "%s is answered without a trace of how, and the next is served",
    async (_, bytes) => {
      await rig.site("alive", [await answering("alive")]);
      const got = await exchange(rig.port, bytes, /\r\n\r\n[^]*/);
      expect(got).toMatch(/^HTTP\/1\.1 [2-5]\d\d /);
      expect(got).not.toMatch(
        /\n\s+at |\.ts:\d|\.js:\d|TypeError|RangeError|\/work\//,
      );
      expect(
        (await request(rig.port, "alive.localhost", "/")).body.toString(),
      ).toBe("alive");
    },
  );
});

test("the reserved path tells health and version on any host", async () => {
  const health = await request(
    rig.port,
    "any.host",
    "/.well-known/portcullis/health",
  );
  expect(JSON.parse(health.body.toString())).toEqual({
    status: "ok",
    list: "readable",
    cache: "ok",
  });
  const version = await request(
    rig.port,
    "any.host",
    "/.well-known/portcullis/version",
  );
  expect(JSON.parse(version.body.toString())).toEqual({
    name: "portcullis",
    version: "0.1.0",
  });
});

test("a variable that makes no sense is a bare 500, and the log names it", async () => {
  const wrong = await startRig({ PRIVATE_ORIGINS: "maybe" });
  const got = await request(wrong.port, "shop.localhost", "/");
  await wrong.close();
  expect(got.status).toBe(500);
  expect(got.body.length).toBe(0);
});
