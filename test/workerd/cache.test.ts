import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { head, origin, rawOrigin, startRig, type Rig } from "./rig.ts";
import { request } from "./request.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const cacheStatus = async (...what: Parameters<typeof request>) =>
  (await request(...what)).fields["cache-status"];

/** A site whose origin counts what it is asked. */
async function counted(
  site: string,
  answer: (asked: IncomingMessage, response: ServerResponse, n: number) => void,
  more = {},
) {
  const count = { asked: 0 };
  const at = await origin((asked, response) => {
    count.asked += 1;
    answer(asked, response, count.asked);
  });
  await rig.site(site, [at], more);
  return count;
}

const fresh = (text: string) => (_: unknown, response: ServerResponse) => {
  response.setHeader("cache-control", "max-age=60");
  response.end(text);
};

describe("a response that may be stored", () => {
  test("is a miss, then a hit that says so, with Age and Date", async () => {
    const count = await counted("hits", fresh("hello"));
    const miss = await request(rig.port, "hits.localhost", "/a?b");
    expect(miss.fields["cache-status"]).toBe(
      'portcullis;fwd=uri-miss;fwd-status=200;stored;ttl=60;key="http://hits.localhost/a?b"',
    );
    const hit = await request(rig.port, "hits.localhost", "/a?b");
    expect(hit.body.toString()).toBe("hello");
    expect(hit.fields["cache-status"]).toMatch(/^portcullis;hit;ttl=(60|59);/);
    expect(hit.fields.age).toMatch(/^[01]$/);
    expect(hit.fields.date).toBe(miss.fields.date);
    expect(count.asked).toBe(1);
  });

  test("is the same bytes whatever its coding, to every kind of client", async () => {
    const page = gzipSync("<p>hello</p>".repeat(3000));
    await counted("coded", (_, response) => {
      response.writeHead(200, {
        "content-encoding": "gzip",
        "cache-control": "max-age=60",
      });
      response.end(page);
    });
    for (const coding of ["gzip", "identity", "gzip", "br"]) {
      const got = await request(rig.port, "coded.localhost", "/", {
        fields: { "accept-encoding": coding },
      });
      expect(got.body.equals(page)).toBe(true);
      expect(got.fields["content-encoding"]).toBe("gzip");
    }
  });

  test("is answered to HEAD, to conditions and in ranges from the store", async () => {
    const count = await counted("parts", (_, response) => {
      response.writeHead(200, { etag: '"v1"', "cache-control": "max-age=60" });
      response.end("0123456789");
    });
    const ask = (fields: Record<string, string>, method = "GET") =>
      request(rig.port, "parts.localhost", "/", { method, fields });
    await ask({});
    const headed = await ask({}, "HEAD");
    expect([headed.status, headed.fields["content-length"]]).toEqual([
      200,
      "10",
    ]);
    expect((await ask({ "if-none-match": '"v1"' })).status).toBe(304);
    const part = await ask({ range: "bytes=2-4" });
    expect([part.status, part.body.toString()]).toEqual([206, "234"]);
    expect(part.fields["content-range"]).toBe("bytes 2-4/10");
    const parts = await ask({ range: "bytes=0-0,-1" });
    expect(parts.fields["content-type"]).toMatch(/^multipart\/byteranges/);
    expect(parts.body.toString()).toMatch(/\r\n\r\n0\r\n[^]*\r\n\r\n9\r\n/);
    expect(Number(parts.fields["content-length"])).toBe(parts.body.length);
    expect((await ask({ range: "bytes=99-" })).status).toBe(416);
    expect(count.asked).toBe(1);
  });

  test("larger than memory takes is streamed to the shelf, and in ranges from it", async () => {
    const bytes = randomBytes(5 << 20);
    const count = await counted("large", (_, response) => {
      response.writeHead(200, {
        "cache-control": "max-age=60",
        "content-length": bytes.length,
      });
      response.end(bytes);
    });
    const first = await request(rig.port, "large.localhost", "/");
    expect(first.body.equals(bytes)).toBe(true);
    await expect
      .poll(() =>
        cacheStatus(rig.port, "large.localhost", "/", { method: "HEAD" }),
      )
      .toContain("hit");
    const again = await request(rig.port, "large.localhost", "/");
    expect(again.body.equals(bytes)).toBe(true);
    const part = await request(rig.port, "large.localhost", "/", {
      fields: { range: "bytes=4000000-4000099" },
    });
    expect(part.body.equals(bytes.subarray(4_000_000, 4_000_100))).toBe(true);
    const parts = await request(rig.port, "large.localhost", "/", {
      fields: { range: "bytes=0-9,5000000-5000009" },
    });
    expect(parts.body.includes(bytes.subarray(5_000_000, 5_000_010))).toBe(
      true,
    );
    expect(count.asked).toBe(1);
  });

  test("is validated when stale, and freshened by the 304", async () => {
    const count = await counted("stale", (asked, response) => {
      const isSame = asked.headers["if-none-match"] === '"v1"';
      response.writeHead(isSame ? 304 : 200, {
        etag: '"v1"',
        "cache-control": "max-age=60",
        ...(!isSame && { age: "60" }),
      });
      response.end(isSame ? undefined : "body");
    });
    await request(rig.port, "stale.localhost", "/");
    const renewed = await request(rig.port, "stale.localhost", "/");
    expect(renewed.body.toString()).toBe("body");
    expect(renewed.fields["cache-status"]).toMatch(
      /fwd=stale;fwd-status=304;stored/,
    );
    expect(await cacheStatus(rig.port, "stale.localhost", "/")).toContain(
      "hit",
    );
    expect(count.asked).toBe(2);
  });

  test("is kept in several variants", async () => {
    const count = await counted("varied", (asked, response) => {
      response.writeHead(200, {
        vary: "Accept-Language",
        "cache-control": "max-age=60",
      });
      response.end(asked.headers["accept-language"]);
    });
    for (const language of ["fr", "de", "FR", "de;q=1.0", "fr"]) {
      const got = await request(rig.port, "varied.localhost", "/", {
        fields: { "accept-language": language },
      });
      expect(got.body.toString().slice(0, 2)).toBe(
        language.slice(0, 2).toLowerCase(),
      );
    }
    expect(count.asked).toBe(2);
  });
});

describe("requests for the same at the same time", () => {
  test("are one request at the origin", async () => {
    const count = await counted("crowd", (_, response) => {
      setTimeout(() => fresh("one")(_, response), 300);
    });
    const all = await Promise.all(
      Array.from({ length: 1000 }, () =>
        request(rig.port, "crowd.localhost", "/"),
      ),
    );
    expect(new Set(all.map(({ body }) => body.toString()))).toEqual(
      new Set(["one"]),
    );
    expect(count.asked).toBe(1);
    const waited = all.filter(({ fields }) =>
      /collapsed|hit/.test(String(fields["cache-status"])),
    );
    expect(waited).toHaveLength(999);
  });

  test("are one request a variant", async () => {
    const count = await counted("variants", (asked, response) => {
      response.writeHead(200, {
        vary: "Accept-Language",
        "cache-control": "max-age=60",
      });
      setTimeout(() => response.end(asked.headers["accept-language"]), 200);
    });
    const languages = ["fr", "de", "ja", "ar"];
    const all = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const language = languages[n % 4] ?? "";
        const got = await request(rig.port, "variants.localhost", "/", {
          fields: { "accept-language": language },
        });
        return got.body.toString() === language;
      }),
    );
    expect(all).not.toContain(false);
    expect(count.asked).toBe(4);
  });

  test("are let go at once when the answer is for one only", async () => {
    const count = await counted("private", (_, response) => {
      response.setHeader("cache-control", "private");
      response.write("mine");
      setTimeout(() => response.end(), 400);
    });
    const all = await Promise.all(
      Array.from({ length: 20 }, () =>
        request(rig.port, "private.localhost", "/"),
      ),
    );
    expect(all.every(({ status }) => status === 200)).toBe(true);
    expect(count.asked).toBe(20);
  });

  test("do not hang on a visitor who leads them and goes away", async () => {
    const count = await counted("leader", (_, response) => {
      setTimeout(() => fresh("made it")(_, response), 500);
    });
    const leader = connect(rig.port, "127.0.0.1");
    leader.write(head("GET", "/", "leader.localhost"));
    await expect.poll(() => count.asked).toBe(1);
    const follower = request(rig.port, "leader.localhost", "/");
    leader.destroy();
    expect((await follower).body.toString()).toBe("made it");
    expect(count.asked).toBe(1);
  });

  test("share the failure of an origin that is gone", async () => {
    let asked = 0;
    const at = await rawOrigin((socket) => {
      asked += 1;
      setTimeout(() => socket.destroy(), 300);
    });
    await rig.site("gone", [at]);
    const all = await Promise.all(
      Array.from({ length: 20 }, () =>
        request(rig.port, "gone.localhost", "/"),
      ),
    );
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([502]));
    expect(asked).toBeLessThanOrEqual(3);
  });
});

describe("what is stored", () => {
  test("is whole even when the visitor who asked for it left", async () => {
    const bytes = randomBytes(400_000);
    const left = Promise.withResolvers<void>();
    const sent = Promise.withResolvers<void>();
    const count = await counted("leaver", (_, response) => {
      response.writeHead(200, {
        "cache-control": "max-age=60",
        "content-length": bytes.length,
      });
      response.write(bytes.subarray(0, 1000));
      response.on("finish", sent.resolve);
      void left.promise.then(() => response.end(bytes.subarray(1000)));
    });
    const client = connect(rig.port, "127.0.0.1");
    client.write(head("GET", "/", "leaver.localhost"));
    client.once("data", () => client.destroy());
    client.once("close", left.resolve);
    await sent.promise;
    const got = await request(rig.port, "leaver.localhost", "/");
    expect(got.body.equals(bytes)).toBe(true);
    expect(got.fields["cache-status"]).toContain("hit");
    expect(count.asked).toBe(1);
  });

  test.each([
    ["its length", "Content-Length: 100\r\n\r\nabc"],
    ["chunks", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
  ])("is never a body that broke off, by %s", async (_, framing) => {
    let asked = 0;
    const at = await rawOrigin((socket) => {
      asked += 1;
      socket.write(
        `HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n${framing}`,
      );
      setTimeout(() => socket.destroy(), 100);
    });
    await rig.site("broken", [at]);
    for (let n = 0; n < 2; n++)
      await expect(
        request(rig.port, "broken.localhost", `/${framing.length}`),
      ).rejects.toThrow("aborted");
    expect(asked).toBe(2);
  });

  test("is never used while its customer is dropped, and validated on return", async () => {
    const count = await counted("dropped", (asked, response) => {
      const isSame = asked.headers["if-none-match"] === '"v1"';
      response.writeHead(isSame ? 304 : 200, {
        etag: '"v1"',
        "cache-control": "max-age=600",
      });
      response.end(isSame ? undefined : "secret");
    });
    await request(rig.port, "dropped.localhost", "/");
    expect(await cacheStatus(rig.port, "dropped.localhost", "/")).toContain(
      "hit",
    );
    await rig.put("customer:dropped", "deny");
    for (const fields of [
      {},
      { range: "bytes=0-1" },
      { "if-none-match": '"v1"' },
      { "cache-control": "only-if-cached" },
    ]) {
      const got = await request(rig.port, "dropped.localhost", "/", { fields });
      expect(got.status).toBe(403);
      expect(got.body.toString()).not.toContain("secret");
    }
    await rig.put("customer:dropped", "allow");
    const back = await request(rig.port, "dropped.localhost", "/");
    expect(back.fields["cache-status"]).toContain("fwd=stale;fwd-status=304");
    expect(count.asked).toBe(2);
  });

  test("is one customer's own, also when two share a host's path and an origin", async () => {
    const at = await origin((asked, response) => {
      response.setHeader("cache-control", "max-age=60");
      response.end(String(asked.headers["x-forwarded-host"]));
    });
    await rig.site("one", [at]);
    await rig.site("other", [at]);
    expect(
      (await request(rig.port, "one.localhost", "/x")).body.toString(),
    ).toBe("one.localhost");
    expect(
      (await request(rig.port, "other.localhost", "/x")).body.toString(),
    ).toBe("other.localhost");
  });
});

describe("a purge", () => {
  const moment = () => new Date().toISOString();

  test("of everything, of a URL, a prefix, a host and a group, hard or soft, is one key", async () => {
    const count = await counted("purged", (asked, response) => {
      response.writeHead(200, {
        "cache-control": "max-age=600",
        "cache-groups": '"news"',
        etag: '"e"',
      });
      response.end(asked.url);
    });
    const target = "/img/a.png?x=1";
    const ask = () => cacheStatus(rig.port, "purged.localhost", target);
    const purges = [
      ["hard", "all"],
      ["hard", { url: `http://purged.localhost${target}` }],
      ["hard", { prefix: "http://purged.localhost/img/" }],
      ["hard", { host: "purged.localhost" }],
      ["hard", { group: "news" }],
    ] as const;
    await ask();
    for (const [how, what] of purges) {
      expect(await ask()).toContain("hit");
      await pause(5);
      await rig.put(
        "purge:purged",
        JSON.stringify({ at: moment(), what, how }),
      );
      await pause(5);
      expect(await ask()).toContain("fwd=uri-miss");
    }
    await pause(5);
    await rig.put(
      "purge:purged",
      JSON.stringify({ at: moment(), what: "all", how: "soft" }),
    );
    await pause(5);
    expect(await ask()).toContain("fwd=stale");
    await rig.put(
      "purge:purged",
      JSON.stringify({
        at: moment(),
        what: { url: "http://purged.localhost/other" },
      }),
    );
    expect(await ask()).toContain("hit");
    expect(count.asked).toBe(7);
  });

  test("during a miss in flight purges what that brings", async () => {
    const count = await counted("inflight", (_, response) => {
      setTimeout(() => fresh("old")(_, response), 400);
    });
    const miss = request(rig.port, "inflight.localhost", "/");
    await expect.poll(() => count.asked).toBe(1);
    await rig.put(
      "purge:inflight",
      JSON.stringify({ at: moment(), what: "all" }),
    );
    await miss;
    expect(await cacheStatus(rig.port, "inflight.localhost", "/")).toContain(
      "fwd=uri-miss",
    );
  });

  test("is what an unsafe request does to its URL, also to what is on its way", async () => {
    const count = await counted("unsafe", (asked, response) => {
      if (asked.method === "POST") {
        response.end("done");
        return;
      }
      setTimeout(
        () => fresh("page")(asked, response),
        asked.url === "/slow" ? 400 : 0,
      );
    });
    await request(rig.port, "unsafe.localhost", "/");
    await request(rig.port, "unsafe.localhost", "/", { method: "POST" });
    expect(await cacheStatus(rig.port, "unsafe.localhost", "/")).toContain(
      "uri-miss",
    );
    const slow = request(rig.port, "unsafe.localhost", "/slow");
    await expect.poll(() => count.asked).toBe(4);
    await request(rig.port, "unsafe.localhost", "/slow", { method: "POST" });
    await slow;
    expect(await cacheStatus(rig.port, "unsafe.localhost", "/slow")).toContain(
      "uri-miss",
    );
  });

  test("is what a response orders for a group (RFC 9875)", async () => {
    await counted("groups", (asked, response) => {
      if (asked.method === "POST")
        response.setHeader("cache-group-invalidation", '"a"');
      else
        response.setHeader("cache-groups", asked.url === "/a" ? '"a"' : '"b"');
      fresh("x")(asked, response);
    });
    for (const path of ["/a", "/b"])
      await request(rig.port, "groups.localhost", path);
    await pause(5);
    await request(rig.port, "groups.localhost", "/form", { method: "POST" });
    expect(await cacheStatus(rig.port, "groups.localhost", "/a")).toContain(
      "fwd=",
    );
    expect(await cacheStatus(rig.port, "groups.localhost", "/b")).toContain(
      "hit",
    );
  });
});

describe("stale responses", () => {
  test("are served while one request fetches anew (RFC 5861)", async () => {
    const count = await counted("swr", (_, response, n) => {
      response.writeHead(200, {
        "cache-control": "max-age=60, stale-while-revalidate=60",
        ...(n === 1 && { age: "60" }),
      });
      setTimeout(() => response.end(`v${n}`), n === 1 ? 0 : 300);
    });
    await request(rig.port, "swr.localhost", "/");
    const stale = await Promise.all(
      Array.from({ length: 10 }, () => request(rig.port, "swr.localhost", "/")),
    );
    expect(new Set(stale.map(({ body }) => body.toString()))).toEqual(
      new Set(["v1"]),
    );
    await expect
      .poll(async () =>
        (await request(rig.port, "swr.localhost", "/")).body.toString(),
      )
      .toBe("v2");
    expect(count.asked).toBe(2);
  });

  test("stand in for an origin that is gone, unless that is forbidden", async () => {
    let isUp = true;
    const at = await rawOrigin((socket, asked) => {
      if (!isUp) {
        socket.destroy();
        return;
      }
      const strict = asked.startsWith("GET /strict") ? ", must-revalidate" : "";
      socket.end(
        `HTTP/1.1 200 OK\r\nCache-Control: max-age=60${strict}\r\nAge: 60\r\nETag: "e"\r\nContent-Length: 2\r\n\r\nhi`,
      );
    });
    await rig.site("always", [at]);
    for (const path of ["/", "/strict"])
      await request(rig.port, "always.localhost", path);
    isUp = false;
    const stale = await request(rig.port, "always.localhost", "/");
    expect(stale.body.toString()).toBe("hi");
    expect(stale.fields["cache-status"]).toContain('detail="stale-on-error"');
    expect(
      (await request(rig.port, "always.localhost", "/strict")).status,
    ).toBe(502);
  });
});

describe("cache poisoning and deception", () => {
  const reflecting = (name: string) => async (site: string) =>
    counted(site, (asked, response) => {
      response.setHeader("cache-control", "max-age=60");
      response.end(`<${String(asked.headers[name])}>`);
    });

  test.each([
    "x-forwarded-host",
    "x-forwarded-scheme",
    "x-host",
    "x-original-url",
    "x-rewrite-url",
    "x-http-method-override",
    "forwarded",
    "user-agent",
    "referer",
    "origin",
    "cookie",
    "x-anything-else",
    "x_forwarded_host",
    "sec-fetch-site",
    "accept-charset",
    "x-wap-profile",
    "max-forwards",
    "transfer-encoding-x",
  ])("%s of one visitor never shows in what another gets", async (name) => {
    const site = `poison-${name.replaceAll(/[^a-z]/g, "")}`;
    await reflecting(name)(site);
    await request(rig.port, `${site}.localhost`, "/", {
      fields: { [name]: "evil.example" },
    });
    const next = await request(rig.port, `${site}.localhost`, "/");
    expect(next.body.toString()).not.toContain("evil");
  });

  test.each([
    "/account/x.css",
    "/account%2Fx.css",
    "/account;x.css",
    "/static/..%2faccount",
    "/account%00.css",
    "/account%3Fx.css",
  ])(
    "%s does not make a private page look like a static one",
    async (target) => {
      const count = await counted("deception", (_, response) => {
        response.setHeader("cache-control", "private");
        response.end("my account");
      });
      for (let n = 0; n < 2; n++)
        await request(rig.port, "deception.localhost", target);
      expect(count.asked).toBe(2);
    },
  );
});

describe("RFC 9213: of an answer with", () => {
  test.each<[string, Record<string, string>, "stored" | "not stored"]>([
    ["only a targeted field", { "cdn-cache-control": "max-age=60" }, "stored"],
    [
      "a targeted field and no-store for others",
      { "cdn-cache-control": "max-age=60", "cache-control": "no-store" },
      "stored",
    ],
    [
      "a targeted field and an Expires in the past",
      { "cdn-cache-control": "max-age=60", expires: "0" },
      "stored",
    ],
    [
      "a targeted field with parameters and extensions",
      { "cdn-cache-control": "foo, max-age=60;a=b" },
      "stored",
    ],
    [
      "a very long time",
      { "cdn-cache-control": "max-age=99999999999" },
      "stored",
    ],
    [
      "our own field and another's",
      {
        "portcullis-cdn-cache-control": "max-age=60",
        "cdn-cache-control": "no-store",
      },
      "stored",
    ],
    [
      "an empty field",
      { "cdn-cache-control": "", "cache-control": "max-age=60" },
      "stored",
    ],
    [
      "a targeted no-store",
      { "cdn-cache-control": "no-store", "cache-control": "max-age=60" },
      "not stored",
    ],
    [
      "a targeted private",
      { "cdn-cache-control": "private", "cache-control": "max-age=60" },
      "not stored",
    ],
    [
      "a targeted max-age=0",
      { "cdn-cache-control": "max-age=0", "cache-control": "max-age=60" },
      "not stored",
    ],
    [
      "an Age beyond the targeted lifetime",
      { "cdn-cache-control": "max-age=60", age: "120" },
      "not stored",
    ],
    [
      "a field that does not parse",
      { "cdn-cache-control": "max-age=60, &&&", "cache-control": "no-store" },
      "not stored",
    ],
    [
      "a value of the wrong type",
      { "cdn-cache-control": 'max-age="60"', "cache-control": "no-store" },
      "not stored",
    ],
    [
      "upper case, which does not parse",
      { "cdn-cache-control": "MAX-AGE=60", "cache-control": "no-store" },
      "not stored",
    ],
    [
      "Surrogate-Control for us",
      {
        "surrogate-control": "max-age=60;portcullis",
        "cache-control": "no-store",
      },
      "stored",
    ],
    [
      "Surrogate-Control for others",
      { "surrogate-control": "max-age=60;other", "cache-control": "no-store" },
      "not stored",
    ],
  ])("%s the second visitor's is %j: %s", async (what, fields, expected) => {
    const site = `targeted-${what
      .replaceAll(/[^a-z]+/gi, "-")
      .toLowerCase()
      .slice(0, 40)}`;
    const count = await counted(site, (_, response) => {
      response.writeHead(200, fields).end("x");
    });
    for (const _ of [1, 2])
      expect((await request(rig.port, `${site}.localhost`, "/")).status).toBe(
        200,
      );
    expect(count.asked).toBe(expected === "stored" ? 1 : 2);
  });
});

describe("the head of an answer", () => {
  test("to a long URL is no longer for it", async () => {
    await counted("long", fresh("x"));
    const target = `/${"a".repeat(8_000)}`;
    for (const word of ["fwd=uri-miss", "hit"]) {
      const got = await request(rig.port, "long.localhost", target);
      expect(got.fields["cache-status"]).toContain(word);
      expect(JSON.stringify(got.fields).length).toBeLessThan(1_000);
    }
  });

  test("has once what its origin says twice, fresh and stored", async () => {
    const at = await rawOrigin((socket) =>
      socket.end(
        'HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 2\r\nAge: 1\r\nAge: 1\r\nETag: "a"\r\nETag: "a"\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n\r\nok',
      ),
    );
    await rig.site("equal-lines", [at]);
    for (const _ of ["fresh", "stored"]) {
      const got = await request(rig.port, "equal-lines.localhost", "/");
      expect(got.fields.etag).toBe('"a"');
      expect(got.fields.age).toMatch(/^\d+$/);
      expect(got.fields["access-control-allow-origin"]).toBe("*");
    }
  });
});
