import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { createServer as createTlsServer } from "node:tls";
import { gzipSync } from "node:zlib";
import {
  afterAll,
  beforeAll,
  describe,
  expect,
  onTestFinished,
  test,
} from "vitest";
import { opcodes, socketOrigin, visit } from "./peer.ts";
import { request } from "./request.ts";
import {
  exchange,
  head,
  origin,
  rawOrigin,
  startRig,
  type Rig,
} from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const visitor = { originHost: "visitor" };

/** What the origin of `site` got as the head of this request, raw, and what the visitor got. */
async function seenByOrigin(site: string, more: object, raw: string) {
  let seen = "";
  const at = await rawOrigin((socket, received) => {
    seen = received;
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  await rig.site(site, [at], more);
  const got = await exchange(rig.port, raw);
  return { seen, got, at };
}

function hostLines(seen: string): string[] {
  return seen.split("\r\n").filter((line) => /^host:/i.test(line));
}

describe("Host", () => {
  test.each([
    [{ originHost: "origin" }, null],
    [visitor, "shop.localhost:8787"],
    [{ originHost: "www.shop.example" }, "www.shop.example"],
    [{ originHost: "shop.example:81" }, "shop.example:81"],
  ])("with %j is as it says, and all else as without", async (more, host) => {
    // What the edge remembers of an answer may change what it sends next; of a bypass it remembers nothing.
    const bypass = { cache: { mode: "bypass" } };
    const raw = head("GET", "/a//b?c=%2F", "shop.localhost:8787", "X-Y: Z");
    const without = await seenByOrigin("shop", bypass, raw);
    const set = { ...bypass, ...more };
    const { seen, at } = await seenByOrigin("shop", set, raw);
    const own = at.replace("http://", "");
    expect(hostLines(seen)).toEqual([`Host: ${host ?? own}`]);
    expect(restOf(seen)).toEqual(restOf(without.seen));
    expect(seen).toContain("X-Forwarded-Host: shop.localhost:8787\r\n");
  });

  const restOf = (seen: string) =>
    seen
      .split("\r\n")
      .filter((line) => !/^(?:host|traceparent):/i.test(line))
      .toSorted();

  test.each([
    ["in capitals", "Spelt.LOCALHOST", "spelt.localhost"],
    ["with a dot at its end", "spelt.localhost.", "spelt.localhost"],
    ["with the scheme's own port", "spelt.localhost:80", "spelt.localhost"],
  ])("is the visitor's in one spelling: %s", async (_, asked, host) => {
    const raw = head("GET", "/", asked);
    const { seen } = await seenByOrigin("spelt", visitor, raw);
    expect(hostLines(seen)).toEqual([`Host: ${host}`]);
  });

  test("and the origin are nothing that a visitor's fields or target could choose", async () => {
    const evil = await rawOrigin((socket) => socket.end());
    const name = "chosen.localhost";
    for (const raw of [
      head("GET", "/", name, "X-Forwarded-Host: evil.example"),
      head("GET", "/", name, "Forwarded: host=evil.example"),
      head("GET", "/", name, "X-Host: evil", "X-Original-Host: evil"),
      head("GET", "/", name, "HOST_DISPATCHER: x", "HOST-DISPATCHER: x"),
      head("GET", "/", name, "Connection: Host, Via, CDN-Loop"),
      head("GET", "//evil.example/x", name),
      head("GET", `/../../${encodeURIComponent(evil)}/x`, name),
      head("GET", `/%2e%2e/%2e%2e/evil/${encodeURIComponent(evil)}/x`, name),
      head("GET", `/..%2f..%2f${encodeURIComponent(evil)}/x`, name),
      head("GET", `/\\evil.example/x`, name),
      head("GET", `http://${name}/x`, name),
      head("GET", "http://evil.example/x", name),
    ]) {
      const { seen } = await seenByOrigin("chosen", visitor, raw);
      expect(hostLines(seen)).toEqual([`Host: ${name}`]);
      expect(seen).toMatch(/^GET \/\S* HTTP\/1\.1\r\n/);
      expect(seen.replace(/^GET \S*/, "")).not.toMatch(/evil/i);
      expect(seen).toContain("X-Forwarded-Host: chosen.localhost\r\n");
    }
  });

  test.each([
    head("GET", "/", "refused.localhost", "Host: evil.example"),
    head("GET", "/", "refused.localhost", "X: y\r\n Host: evil.example"),
    head("GET", "/", "refused.localhost/evil"),
    head("GET", "/", "evil@refused.localhost"),
  ])("is not sent for two hosts at once, or none: %j", async (raw) => {
    const { seen, got } = await seenByOrigin("refused", visitor, raw);
    expect(got).toMatch(/^HTTP\/1\.1 (?:4\d\d|500) /);
    expect(seen).toBe("");
  });

  test("does not change whose certificate is asked for", async () => {
    const names: string[] = [];
    const server = createTlsServer({
      SNICallback: (name, answer) => {
        names.push(name);
        answer(new Error("no certificate"));
      },
    });
    server.on("tlsClientError", () => undefined);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await rig.site("tls", [`https://localhost:${port}`], visitor);
    const got = await request(rig.port, "tls.localhost", "/");
    expect(got.status).toBe(502);
    expect(got.fields["proxy-status"]).toMatch(/error=tls_/);
    expect(new Set(names)).toEqual(new Set(["localhost"]));
  });
});

describe("an application that goes by Host", () => {
  /** What applications do with it: virtual hosts, one canonical host, a list of hosts, a check of a form's sender, absolute URLs. */
  async function serve(name: string): Promise<string> {
    return origin((asked, response) => {
      const { host = "" } = asked.headers;
      const isMine = host === name;
      response.setHeader("Cache-Control", "no-store");
      switch (asked.url ?? "") {
        case "/virtual":
          return response.end(isMine ? "the site" : "the default site");
        case "/canonical":
          if (isMine) return response.end("the page");
          response.writeHead(301, { Location: `http://${name}/canonical` });
          return response.end();
        case "/listed":
          response.statusCode = isMine ? 200 : 400;
          return response.end(isMine ? "the page" : "DisallowedHost");
        case "/form":
          asked.resume();
          response.statusCode =
            asked.headers.origin === `http://${host}` ? 200 : 403;
          return response.end("sent");
        default:
          return response.end(`http://${host}${asked.url}`);
      }
    });
  }

  test("is right with the visitor's, and in five ways wrong with its own", async () => {
    const outcome = async (site: string, more: object) => {
      const name = `${site}.localhost`;
      await rig.site(site, [await serve(name)], more);
      const ask = (target: string, options = {}) =>
        request(rig.port, name, target, options);
      const form = { method: "POST", body: "a=1" };
      const fields = { Origin: `http://${name}` };
      return {
        virtual: (await ask("/virtual")).body.toString(),
        canonical: (await ask("/canonical")).status,
        listed: (await ask("/listed")).status,
        form: (await ask("/form", { ...form, fields })).status,
        url: (await ask("/feed")).body.toString().includes(name),
      };
    };
    expect(await outcome("app", visitor)).toEqual({
      virtual: "the site",
      canonical: 200,
      listed: 200,
      form: 200,
      url: true,
    });
    expect(await outcome("default", {})).toEqual({
      virtual: "the default site",
      canonical: 301,
      listed: 400,
      form: 403,
      url: false,
    });
  });

  test("under a name of its own: references to that name lead to the visitor's host", async () => {
    const at = await origin(({ headers: { host } }, response) => {
      response.setHeader("Set-Cookie", `a=1; Domain=${host}`);
      response.setHeader("Link", `<https://${host}/style.css>; rel=preload`);
      response.writeHead(302, { Location: `http://${host}/next` });
      response.end();
    });
    await rig.site("alias", [at], { originHost: "www.shop.example" });
    const { fields } = await request(rig.port, "alias.localhost", "/");
    expect(fields.location).toBe("http://alias.localhost/next");
    expect(fields.link).toBe("<http://alias.localhost/style.css>; rel=preload");
    expect(fields["set-cookie"]).toEqual(["a=1"]);
  });
});

test("sites with one origin and hosts of their own never get one another's stored answers", async () => {
  let asked = 0;
  const at = await origin(({ headers: { host } }, response) => {
    asked += 1;
    response.setHeader("Cache-Control", "public, max-age=600");
    response.end(`for ${host}`);
  });
  await rig.site("one", [at], visitor);
  await rig.site("two", [at], visitor);
  await rig.put(
    "host:*.many.localhost",
    JSON.stringify({ customer: "one", origins: [at], ...visitor }),
  );
  const hosts = [
    "one.localhost",
    "two.localhost",
    "a.many.localhost",
    "b.many.localhost",
    "one.localhost:8080",
  ];
  for (const round of ["first", "second"])
    for (const host of hosts) {
      const got = await request(rig.port, host, "/");
      expect(got.body.toString()).toBe(`for ${host}`);
      expect(got.fields["cache-status"]).toMatch(
        round === "first" ? /fwd=uri-miss/ : /;hit;/,
      );
    }
  expect(asked).toBe(hosts.length);
});

describe("content under the visitor's Host", () => {
  const block = Buffer.alloc(10 << 20, "0123456789abcdef");
  const digest = (bytes: Buffer) =>
    createHash("sha256").update(bytes).digest("hex");

  test.each([
    ["its length", { "Content-Length": String(block.length) }],
    ["chunks", { "Transfer-Encoding": "chunked" }],
  ])("goes up whole, 10 MiB by %s", async (_, fields) => {
    const at = await origin((asked, response) => {
      const hash = createHash("sha256");
      asked.on("data", (chunk: Buffer) => hash.update(chunk));
      asked.on("end", () => response.end(hash.digest("hex")));
    });
    await rig.site("up", [at], visitor);
    const got = await request(rig.port, "up.localhost", "/", {
      method: "PUT",
      body: block,
      fields,
    });
    expect(got.body.toString()).toBe(digest(block));
  });

  const coded = gzipSync(block);
  test.each([
    ["by its length", ["Content-Length", String(coded.length)]],
    ["in chunks", ["X-Framing", "chunked"]],
  ])("comes down %s as the origin coded it", async (_, line) => {
    const at = await origin((__, response) => {
      response.writeHead(200, ["Content-Encoding", "gzip", ...line]);
      response.end(coded);
    });
    await rig.site("down", [at], visitor);
    const got = await request(rig.port, "down.localhost", "/", {
      fields: { "Accept-Encoding": "gzip" },
    });
    expect(got.fields["content-encoding"]).toBe("gzip");
    expect(got.fields["content-length"]).toBe(
      line[0] === "Content-Length" ? line[1] : undefined,
    );
    expect(digest(got.body)).toBe(digest(coded));
  });

  test.each([
    ["HEAD", {}, 200, { "content-length": "1234" }, "1234"],
    ["GET", { "if-none-match": '"a"' }, 304, { etag: '"a"' }, undefined],
    ["DELETE", {}, 204, {}, undefined],
  ])(
    "of a %s with %j answered with %d is none",
    async (method, fields, status, answer, length) => {
      const at = await origin((_, response) => {
        response.writeHead(status, { ...answer, "cache-control": "no-store" });
        response.end();
      });
      await rig.site("bodiless", [at], visitor);
      for (const _ of [1, 2]) {
        const options = { method, fields };
        const got = await request(rig.port, "bodiless.localhost", "/", options);
        expect(got.status).toBe(status);
        expect(got.fields["content-length"]).toBe(length);
        expect(got.body.length).toBe(0);
      }
    },
  );

  test("in parts is the origin's 206", async () => {
    const at = await origin((asked, response) => {
      response.writeHead(206, { "content-range": "bytes 1-3/10" });
      response.end(asked.headers.range?.slice(-3));
    });
    await rig.site("range", [at], visitor);
    const got = await request(rig.port, "range.localhost", "/", {
      fields: { range: "bytes=1-3" },
    });
    expect(got.status).toBe(206);
    expect(got.fields["content-range"]).toBe("bytes 1-3/10");
    expect(got.body.toString()).toBe("1-3");
  });

  test("after interim answers is that of the final one", async () => {
    const at = await rawOrigin((socket) =>
      socket.end(
        "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nX-Kept: 2\r\nContent-Length: 2\r\n\r\nok",
      ),
    );
    await rig.site("interim", [at], visitor);
    const got = await request(rig.port, "interim.localhost", "/");
    expect(got.body.toString()).toBe("ok");
    expect(got.fields["x-kept"]).toBe("2");
    expect(got.fields["x-hop"]).toBeUndefined();
  });
});

describe("under the visitor's Host, what breaks off", () => {
  test.each([
    ["its length", "Content-Length: 100\r\n\r\nabc"],
    ["chunks", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
  ])("at the origin by %s is seen to be broken", async (_, framing) => {
    const at = await rawOrigin((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\n${framing}`),
    );
    await rig.site("short", [at], visitor);
    await expect(request(rig.port, "short.localhost", "/")).rejects.toThrow(
      "aborted",
    );
  });

  test.each([
    ["its length", "Content-Length: 10\r\n\r\nabc"],
    ["chunks", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
  ])("at the visitor by %s never looks complete", async (_, framing) => {
    const arrival = Promise.withResolvers<"complete" | "broken">();
    const at = await origin((asked) => {
      asked.on("end", () => arrival.resolve("complete"));
      asked.on("close", () => arrival.resolve("broken"));
      asked.on("data", () => client.destroy());
    });
    await rig.site("broken", [at], visitor);
    const client = connect(rig.port, "127.0.0.1");
    client.write(`POST / HTTP/1.1\r\nHost: broken.localhost\r\n${framing}`);
    expect(await arrival.promise).toBe("broken");
  });

  /** An origin that sends for as long as somebody listens. */
  async function endless() {
    const left = Promise.withResolvers<"left">();
    const at = await origin((_, response) => {
      response.writeHead(200, { "Cache-Control": "no-store" });
      const timer = setInterval(() => response.write("more\n"), 20);
      response.on("close", () => {
        clearInterval(timer);
        left.resolve("left");
      });
    });
    return { at, left: left.promise };
  }

  test("when the visitor leaves ends at the origin", async () => {
    const { at, left } = await endless();
    await rig.site("left", [at], visitor);
    await exchange(rig.port, head("GET", "/", "left.localhost"), /more\n/);
    expect(await left).toBe("left");
  });

  test("when the customer is dropped ends at both", async () => {
    const { at, left } = await endless();
    await rig.site("cut", [at], visitor);
    const stream = connect(rig.port, "127.0.0.1");
    stream.write(head("GET", "/", "cut.localhost"));
    let got = "";
    stream.on("data", (chunk) => (got += chunk.toString()));
    while (!got.includes("more\n")) await once(stream, "data");
    await rig.put("customer:cut", "deny");
    await once(stream, "close");
    expect(got).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(await left).toBe("left");
  });

  test("when all is purged goes on to its end", async () => {
    const more = Promise.withResolvers<void>();
    const at = await origin(async (_, response) => {
      response.setHeader("Cache-Control", "max-age=600");
      response.write("first, ");
      await more.promise;
      response.end("last");
    });
    await rig.site("purged", [at], visitor);
    const stream = connect(rig.port, "127.0.0.1");
    onTestFinished(() => void stream.destroy());
    stream.write(head("GET", "/", "purged.localhost"));
    let got = "";
    stream.on("data", (chunk) => (got += chunk.toString()));
    while (!got.includes("first, ")) await once(stream, "data");
    await rig.put("purge:purged", new Date().toISOString());
    more.resolve();
    while (!got.includes("last")) await once(stream, "data");
    expect(got.replaceAll(/\r\n[0-9a-f]+\r\n/g, "")).toContain("first, last");
  });
});

describe("under the visitor's Host, an origin that fails", () => {
  const failing = async (site: string, origins: string[], more = {}) => {
    await rig.site(site, origins, { ...visitor, ...more });
    const got = await request(rig.port, `${site}.localhost`, "/");
    expect(got.body.toString()).not.toMatch(/127\.0\.0\.1|dispatch/);
    return [got.status, got.fields["proxy-status"]];
  };

  test.each([
    ["refusing", "http://127.0.0.1:1", "connection_refused"],
    ["nowhere", "http://no-such-host.invalid", "dns_error"],
  ])("by %s is 502 %s", async (site, at, error) => {
    expect(await failing(site, [at])).toEqual([
      502,
      `portcullis;error=${error}`,
    ]);
  });

  test("by hanging up is 502 connection_terminated", async () => {
    const at = await rawOrigin((socket) => socket.destroy());
    expect(await failing("hanging", [at])).toEqual([
      502,
      "portcullis;error=connection_terminated",
    ]);
  });

  test("by silence is 504 connection_read_timeout, and is left", async () => {
    const left = Promise.withResolvers<void>();
    const at = await rawOrigin((socket) => socket.on("close", left.resolve));
    expect(await failing("silent", [at], { timeoutSeconds: 1 })).toEqual([
      504,
      "portcullis;error=connection_read_timeout",
    ]);
    await left.promise;
  });

  test.each([
    ["a status that does not exist", "HTTP/1.1 998 Odd\r\n\r\n"],
    ["something that is not HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n"],
    ["half a head", "HTTP/1.1 200 OK\r\nContent-Len"],
    [
      "a head without end",
      `HTTP/1.1 200 OK\r\nX: ${"x".repeat(2 << 20)}\r\n\r\n`,
    ],
  ])("by %s is 502", async (_, bytes) => {
    const at = await rawOrigin((socket) => socket.end(bytes));
    expect((await failing("odd", [at]))[0]).toBe(502);
  });

  test.each(["http://127.0.0.1:1", "http://no-such-host.invalid"])(
    "like %s leaves the pool's next one to answer, under the same Host",
    async (first) => {
      const at = await origin(async (asked, response) => {
        response.end(`${asked.headers.host} ${await text(asked)}`);
      });
      await rig.site("pool", [first, at], visitor);
      const ask = async (options = {}) =>
        (await request(rig.port, "pool.localhost", "/", options)).body;
      expect((await ask()).toString()).toBe("pool.localhost ");
      const post = await ask({ method: "POST", body: "content" });
      expect(post.toString()).toBe("pool.localhost content");
    },
  );

  test("by being this edge is a loop that ends at once", async () => {
    await rig.site("loop", [`http://127.0.0.1:${rig.port}`], visitor);
    const got = await request(rig.port, "loop.localhost", "/");
    expect(got.status).toBe(502);
    expect(got.fields["proxy-status"]).toContain("error=proxy_loop_detected");
  });
});

describe("a WebSocket under the visitor's Host", () => {
  test("is opened under it, passes messages both ways, and closes", async () => {
    const { at, accepted } = await socketOrigin();
    await rig.site("socket", [at], visitor);
    const there = await visit(rig.port, "socket.localhost");
    expect(there.head).toMatch(/^HTTP\/1\.1 101 /);
    const here = await accepted();
    expect(hostLines(here.head)).toEqual(["Host: socket.localhost"]);
    const large = "x".repeat(1 << 20);
    there.send(opcodes.text, large);
    expect(await here.told()).toBe(`text ${large}`);
    here.send(opcodes.text, "hello");
    expect(await there.told()).toBe("text hello");
    here.close(1000, "bye");
    expect(await there.told()).toBe("close 1000 bye");
  });

  test("that the origin refuses has the origin's answer", async () => {
    const page = `${"no ".repeat(1 << 18)}end`;
    const refusing = await rawOrigin((socket) =>
      socket.end(
        `HTTP/1.1 403 Forbidden\r\nContent-Length: ${page.length}\r\nConnection: keep-alive\r\n\r\n${page}`,
      ),
    );
    await rig.site("unwelcome", [refusing], visitor);
    const got = await exchange(
      rig.port,
      head(
        "GET",
        "/",
        "unwelcome.localhost",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
      ),
      /no end$/,
    );
    expect(got).toMatch(/^HTTP\/1\.1 403 /);
    expect(got.endsWith(`\r\n\r\n${page}`)).toBe(true);
  });
});
