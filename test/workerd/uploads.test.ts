import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import {
  afterAll,
  beforeAll,
  describe,
  expect,
  onTestFinished,
  test,
} from "vitest";
import { exchange, head, origin, startRig, type Rig } from "./rig.ts";
import { request } from "./request.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ LOG_REQUESTS: "all" });
});
afterAll(() => rig.close());

/** The request events of a host, oldest first. */
function eventsOf(host: string): Record<string, unknown>[] {
  return rig.log
    .filter((line) => line.startsWith('{"kind":"request"'))
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter((event) => event["host"] === host);
}

interface RawOrigin {
  origin: string;
  /** What each connection has brought, as Latin-1; also of those on which nothing came. */
  received: string[];
  /** When each has closed. */
  closed: Promise<unknown>[];
  stopListening(): void;
}

/** An origin of bare bytes: told after each piece what the connection has brought so far. */
async function byteOrigin(
  onData: (socket: Socket, received: string) => void,
): Promise<RawOrigin> {
  const received: string[] = [];
  const sockets: Socket[] = [];
  const closed: Promise<unknown>[] = [];
  const server = createServer((socket) => {
    const index = received.push("") - 1;
    sockets.push(socket);
    closed.push(new Promise((resolve) => socket.on("close", resolve)));
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      received[index] += chunk.toString("latin1");
      onData(socket, received[index] ?? "");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error();
  return {
    origin: `http://127.0.0.1:${address.port}`,
    received,
    closed,
    stopListening: () => void server.close(),
  };
}

const ok = (socket: Socket, ...lines: string[]) =>
  void socket.write(
    `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join("")}Content-Length: 2\r\n\r\nok`,
  );

interface Visitor {
  socket: Socket;
  received: () => string;
  closed: Promise<unknown>;
}

/** A visitor's connection, with all that it has received. */
function visit(bytes: string): Visitor {
  const socket = connect(rig.port, "127.0.0.1");
  let received = "";
  const closed = new Promise<void>((resolve) => socket.on("close", resolve));
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => (received += chunk.toString("latin1")));
  socket.write(bytes, "latin1");
  onTestFinished(() => void socket.destroy());
  return { socket, received: () => received, closed };
}

const chunked = "Transfer-Encoding: chunked";

describe("a request without content (RFC 9110 §6.4)", () => {
  test.each([
    ["GET", "Content-Length: 0", ""],
    ["HEAD", "Content-Length: 0", ""],
    ["GET", chunked, "0\r\n\r\n"],
    ["HEAD", chunked, "0\r\n\r\n"],
    ["GET", chunked, "0\r\nTrailer: 1\r\n\r\n"],
  ])("%s with %s %j is answered from the cache", async (method, field, end) => {
    const seen = await byteOrigin((socket) => {
      ok(socket, "Cache-Control: max-age=60");
    });
    const site = `bare-${method}-${field.length}-${end.length}`.toLowerCase();
    await rig.site(site, [seen.origin]);
    const host = `${site}.localhost`;
    await request(rig.port, host, "/");
    const got = await exchange(rig.port, head(method, "/", host, field) + end);
    expect(got).toMatch(/^HTTP\/1\.1 200 /);
    expect(got).toMatch(/cache-status: portcullis;hit/i);
    expect(seen.received).toHaveLength(1);
  });

  test.each([
    ["GET", "Content-Length: 0", ""],
    ["GET", chunked, "0\r\n\r\n"],
  ])("%s with %s is stored", async (method, field, end) => {
    const seen = await byteOrigin((socket) =>
      ok(socket, "Cache-Control: max-age=60"),
    );
    const site = `stored-${field.length}`;
    await rig.site(site, [seen.origin]);
    const raw = head(method, "/", `${site}.localhost`, field) + end;
    expect(await exchange(rig.port, raw)).toMatch(/;stored/);
    expect(seen.received[0]).not.toMatch(/content-length|transfer-enc/i);
    expect(await exchange(rig.port, raw)).toMatch(/;hit/);
  });

  test.each(["POST", "PUT", "PATCH", "DELETE"])(
    "%s with Content-Length: 0 reaches the origin so",
    async (method) => {
      const seen = await byteOrigin((socket) => ok(socket));
      await rig.site("nothing", [seen.origin]);
      const raw = head(method, "/", "nothing.localhost", "Content-Length: 0");
      expect(await exchange(rig.port, raw)).toMatch(/^HTTP\/1\.1 200 /);
      expect(seen.received[0]).toMatch(/^content-length: 0\r$/im);
      expect(seen.received[0]).not.toMatch(/transfer-encoding/i);
      expect(seen.received[0]).toMatch(/\r\n\r\n$/);
    },
  );

  test("POST in chunks that hold nothing stays in chunks", async () => {
    const seen = await byteOrigin((socket) => ok(socket));
    await rig.site("hollow", [seen.origin]);
    const raw = head("POST", "/", "hollow.localhost", chunked) + "0\r\n\r\n";
    expect(await exchange(rig.port, raw)).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen.received[0]).toMatch(/^transfer-encoding: chunked\r$/im);
    expect(seen.received[0]).toMatch(/\r\n\r\n0\r\n\r\n$/);
  });
});

describe("content of a GET or HEAD, which the runtime cannot send", () => {
  test.each([
    ["GET", "Content-Length: 2", "{}"],
    ["GET", chunked, "2\r\n{}\r\n0\r\n\r\n"],
    ["GET", chunked, "2\r\n{}\r\n"],
    ["HEAD", "Content-Length: 2", "{}"],
    ["GET", "Content-Length: 10000000", "{}"],
  ])(
    "%s, %s %j: 400 says so, and the origin is not asked",
    async (method, field, content) => {
      const seen = await byteOrigin((socket) => ok(socket));
      await rig.site("search", [seen.origin]);
      const got = await exchange(
        rig.port,
        head(
          method,
          "/_search",
          "search.localhost",
          "Accept: application/problem+json",
          field,
        ) + content,
        method === "HEAD" ? /\r\n\r\n/ : /\}\s*$/,
      );
      expect(got).toMatch(/^HTTP\/1\.1 400 /);
      expect(got).toMatch(/proxy-status: portcullis;error=http_request_error/i);
      expect(got).toMatch(
        method === "HEAD" ? /\r\n\r\n$/ : /cannot forward content in a GET/,
      );
      expect(seen.received).toEqual([]);
      expect(eventsOf("search.localhost").at(-1)).toMatchObject({
        outcome: "malformed",
        status: 400,
      });
    },
  );
});

describe("an upload that its visitor breaks off or malforms", () => {
  const broken = [
    ["stops before its length", "Content-Length: 10", "abc", "end"],
    ["stops before any content", "Content-Length: 10", "", "end"],
    ["stops before its last chunk", chunked, "3\r\nabc\r\n", "end"],
    ["stops within a chunk", chunked, "9\r\nabc", "end"],
    ["has a chunk size that is none", chunked, "3\r\nabc\r\nzz\r\n", "stay"],
    ["has no chunk size at first", chunked, "zz\r\nabc\r\n", "stay"],
    [
      "has a chunk size that overflows",
      chunked,
      "fffffffffffffffff\r\n",
      "stay",
    ],
    ["has a chunk longer than its size", chunked, "3\r\nabcdef\r\n", "stay"],
  ] as const;

  test.each(broken)(
    "%s: 400, and nothing complete at the origin",
    async (_, field, content, then) => {
      const begun = Promise.withResolvers<void>();
      const seen = await byteOrigin((_socket, received) => {
        if (received.includes("\r\n\r\n")) begun.resolve();
      });
      await rig.site("breaks", [seen.origin]);
      const before = eventsOf("breaks.localhost").length;
      const visitor = visit(head("POST", "/", "breaks.localhost", field));
      await begun.promise;
      visitor.socket.write(content);
      if (then === "end") visitor.socket.end();
      await visitor.closed;
      expect(visitor.received()).toMatch(/^HTTP\/1\.1 400 /);
      expect(visitor.received()).toMatch(
        /proxy-status: portcullis;error=http_request_error/i,
      );
      await seen.closed[0];
      expect(seen.received).toHaveLength(1);
      expect(seen.received[0]).not.toMatch(/\r\n0\r\n\r\n$/);
      expect(eventsOf("breaks.localhost").slice(before)).toEqual([
        expect.objectContaining({
          outcome: "upload-broken",
          status: 400,
          error: "http_request_error",
        }),
      ]);
    },
  );

  test.each([
    ["a length", "Content-Length: 10", "abc"],
    ["chunks", chunked, "3\r\nabc\r\n"],
  ])("by a reset is logged as such (%s)", async (name, field, content) => {
    const begun = Promise.withResolvers<void>();
    const seen = await byteOrigin((_socket, received) => {
      if (received.includes("abc")) begun.resolve();
    });
    const site = `resets-${name.replace(" ", "-")}`;
    await rig.site(site, [seen.origin]);
    const host = `${site}.localhost`;
    const visitor = visit(head("POST", "/", host, field) + content);
    await begun.promise;
    visitor.socket.resetAndDestroy();
    await seen.closed[0];
    expect(seen.received).toHaveLength(1);
    expect(seen.received[0]).not.toMatch(/\r\n0\r\n\r\n$/);
    const line = await rig.logged((one) => one.includes(host));
    expect(JSON.parse(line)).toMatchObject({ outcome: "upload-broken" });
  });

  test("in a GET whose chunks begin malformed: 400, and the origin is not asked", async () => {
    const seen = await byteOrigin((socket) => ok(socket));
    await rig.site("getbreaks", [seen.origin]);
    const got = await exchange(
      rig.port,
      head("GET", "/", "getbreaks.localhost", chunked) + "zz\r\n",
    );
    expect(got).toMatch(/^HTTP\/1\.1 400 /);
    expect(seen.received).toEqual([]);
    expect(eventsOf("getbreaks.localhost").at(-1)).toMatchObject({
      outcome: "upload-broken",
    });
  });
});

const size = 10 << 20;
const flood = "x".repeat(size);

describe("a large upload", () => {
  test.each([
    ["its length", { "content-length": String(size) }, String(size), null],
    ["chunks", { "transfer-encoding": "chunked" }, null, "chunked"],
  ] as const)(
    "arrives byte for byte with %s",
    async (_, fields, length, coding) => {
      const at = await origin((asked, response) => {
        const hash = createHash("sha256");
        asked.on("data", (chunk: Buffer) => hash.update(chunk));
        asked.on("end", () =>
          response.end(
            JSON.stringify({
              sha: hash.digest("hex"),
              length: asked.headers["content-length"] ?? null,
              coding: asked.headers["transfer-encoding"] ?? null,
            }),
          ),
        );
      });
      await rig.site("tenmib", [at]);
      const body = randomBytes(size);
      const got = await request(rig.port, "tenmib.localhost", "/", {
        method: "PUT",
        fields,
        body,
      });
      const sha = createHash("sha256").update(body).digest("hex");
      expect(JSON.parse(got.body.toString())).toEqual({ sha, length, coding });
    },
  );

  test("goes at the pace of an origin that does not read", async () => {
    const stalled = Promise.withResolvers<void>();
    const { origin: at } = await byteOrigin((socket) => {
      socket.pause();
      stalled.resolve();
    });
    await rig.site("stalled", [at], { timeoutSeconds: 2 });
    const total = 256 << 20;
    const { socket, received, closed } = visit(
      head("POST", "/", "stalled.localhost", `Content-Length: ${total}`),
    );
    await stalled.promise;
    const block = Buffer.alloc(1 << 20, 7);
    for (let n = 0; n < total / block.length; n++) socket.write(block);
    // The sockets' buffers fill, and then nothing moves any more.
    socket.setTimeout(500);
    await once(socket, "timeout");
    expect(socket.bytesWritten - socket.writableLength).toBeLessThan(64 << 20);
    await closed;
    expect(received()).toMatch(/^HTTP\/1\.1 504 /);
  });

  test("by a visitor slower than the site's limit is not the origin's failure", async () => {
    const seen = await byteOrigin((socket, received) => {
      if (received.endsWith("end")) ok(socket);
    });
    await rig.site("slowly", [seen.origin], { timeoutSeconds: 1 });
    const visitor = visit(
      head("POST", "/", "slowly.localhost", "Content-Length: 30"),
    );
    let pieces = 0;
    const trickle = setInterval(() => {
      pieces += 1;
      visitor.socket.write(pieces === 10 ? "end" : "abc");
      if (pieces === 10) clearInterval(trickle);
    }, 200);
    onTestFinished(() => clearInterval(trickle));
    await once(visitor.socket, "data");
    expect(visitor.received()).toMatch(/^HTTP\/1\.1 200 /);
  });

  test.each([
    ["a length, sent at once", `Content-Length: ${size}`, flood],
    ["a length, sent slowly", `Content-Length: ${size}`, "hello"],
    ["chunks, sent at once", chunked, `${size.toString(16)}\r\n${flood}\r\n`],
    ["chunks, sent slowly", chunked, "5\r\nhello\r\n"],
  ])(
    "that the origin answers early gets that answer: %s",
    async (name, field, content) => {
      for (const then of ["pause", "end", "resume"] as const) {
        const { origin: at } = await byteOrigin((socket) => {
          if (socket.bytesWritten > 0) return;
          socket.write(
            "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig",
          );
          socket[then]();
        });
        const site = `early-${then}-${name.replaceAll(/\W+/g, "-")}`;
        await rig.site(site, [at]);
        const host = `${site}.localhost`;
        const visitor = visit(
          head("POST", "/", host, field, "Connection: close") + content,
        );
        await visitor.closed;
        expect(visitor.received()).toMatch(/^HTTP\/1\.1 413 [^]*big/);
        expect(eventsOf(`${site}.localhost`)).toEqual([
          expect.objectContaining({ outcome: "served", status: 413 }),
        ]);
      }
    },
  );

  test("with a length never looks complete, even where the origin has begun to answer", async () => {
    const seen = await byteOrigin((socket) => {
      if (socket.bytesWritten === 0)
        socket.write(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        );
    });
    await rig.site("duplex", [seen.origin]);
    const visitor = visit(
      head("POST", "/", "duplex.localhost", "Content-Length: 10") + "abc",
    );
    await once(visitor.socket, "data");
    visitor.socket.end();
    await visitor.closed;
    expect(visitor.received()).not.toMatch(/\r\n0\r\n\r\n$/);
    await seen.closed[0];
    expect(seen.received).toEqual([expect.stringMatching(/\r\n\r\nabc$/)]);
  });
});

describe("a pool of origins", () => {
  test.each([
    ["POST", "Content-Length: 5", "hello", "hello"],
    ["PUT", "Content-Length: 5", "hello", "hello"],
    ["PATCH", chunked, "5\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n"],
    ["POST", "Content-Length: 0", "", ""],
    ["DELETE", "Content-Length: 0", "", ""],
  ])(
    "whose first refuses the connection has its second asked: %s, %s",
    async (method, field, content, arriving) => {
      const seen = await byteOrigin((socket, received) => {
        if (received.endsWith(`\r\n\r\n${arriving}`)) ok(socket);
      });
      await rig.site("pool", ["http://127.0.0.1:1", seen.origin]);
      const got = await exchange(
        rig.port,
        head(method, "/", "pool.localhost", field) + content,
        /ok$/,
      );
      expect(got).toMatch(/^HTTP\/1\.1 200 /);
      expect(seen.received).toHaveLength(1);
    },
  );

  test.each([
    ["POST", "Content-Length: 5", "hello"],
    ["PUT", "Content-Length: 5", "hello"],
    ["POST", "Content-Length: 0", ""],
  ])(
    "whose first takes the request, hangs up and is closed after that has its second left alone: %s, %s",
    async (method, field, content) => {
      const first = await byteOrigin((socket, received) => {
        if (!received.endsWith(`\r\n\r\n${content}`)) return;
        first.stopListening();
        socket.destroy();
      });
      const second = await byteOrigin((socket) => ok(socket));
      await rig.site("crashes", [first.origin, second.origin]);
      const got = await exchange(
        rig.port,
        head(method, "/", "crashes.localhost", field) + content,
      );
      expect(got).toMatch(/^HTTP\/1\.1 502 /);
      expect(first.received.join("").match(/^(?:POST|PUT) /gm)).toHaveLength(1);
      expect(second.received).toEqual([]);
    },
  );

  test("that refuses every connection is 502 connection_refused", async () => {
    await rig.site("closed", ["http://127.0.0.1:1", "http://127.0.0.1:1"]);
    const got = await exchange(
      rig.port,
      head("POST", "/", "closed.localhost", "Content-Length: 5") + "hello",
    );
    expect(got).toMatch(/^HTTP\/1\.1 502 /);
    expect(got).toMatch(/proxy-status: portcullis;error=connection_refused/i);
  });
});

describe("an origin that closes its idle connections instead of answering", () => {
  const idle = 20;

  /** An edge with that many idle connections to an origin, which then hangs up on every request. */
  async function warmed(site: string): Promise<RawOrigin> {
    const held: Socket[] = [];
    const seen = await byteOrigin((socket, received) => {
      if (!/(?:\r\n\r\n|hello)$/.test(received)) return;
      if (!received.includes(" /warm ") || received.includes(" /cold "))
        return void socket.destroy();
      held.push(socket);
      if (held.length === idle)
        for (const one of held) ok(one, "Cache-Control: no-store");
    });
    await rig.site(site, [seen.origin], { cache: { mode: "bypass" } });
    await Promise.all(
      Array.from({ length: idle }, () =>
        request(rig.port, `${site}.localhost`, "/warm"),
      ),
    );
    return seen;
  }

  test.each([
    // RFC 9110 §9.2.2 lets idempotent requests be sent again; the runtime does so on each connection that was idle.
    ["GET", "", idle + 1],
    ["DELETE", "", idle + 1],
    // What is not idempotent, or has content, is sent once.
    ["POST", "", 1],
    ["PATCH", "", 1],
    ["POST", "hello", 1],
    ["PUT", "hello", 1],
  ])("gets %s with %j at most so often: %d", async (method, content, most) => {
    const site = `idle-${method}-${content.length}`.toLowerCase();
    const seen = await warmed(site);
    const got = await request(rig.port, `${site}.localhost`, "/cold", {
      method,
      body: content,
      fields: { "content-length": String(content.length) },
    });
    expect(got.status).toBe(502);
    const times = seen.received.join("").match(/ \/cold /g) ?? [];
    expect(times.length).toBeLessThanOrEqual(most);
    expect(times.length).toBeGreaterThan(0);
  });
});

describe("an upload that is refused", () => {
  const longTarget = `/${"x".repeat(20_000)}`;

  test.each([
    ["of a customer who is dropped", "POST", "/", "refused.localhost", 403],
    ["to a host that is no site", "POST", "/", "nobody.localhost", 421],
    ["to a URL that is too long", "PUT", longTarget, "refused.localhost", 414],
    ["in a GET", "GET", "/", "served.localhost", 400],
  ])(
    "%s: who sends all of it before they read gets the page",
    async (_, method, target, host, status) => {
      await rig.site("refused", ["http://127.0.0.1:1"]);
      await rig.put("customer:refused", "deny");
      await rig.site("served", ["http://127.0.0.1:1"]);
      for (const [field, content] of [
        [`Content-Length: ${size}`, flood],
        [chunked, `${size.toString(16)}\r\n${flood}\r\n0\r\n\r\n`],
      ] as const) {
        const { socket, received, closed } = visit(
          head(method, target, host, field, "Connection: close"),
        );
        socket.pause();
        await new Promise((resolve) => socket.write(content, resolve));
        socket.resume();
        await closed;
        expect(received()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
        expect(received()).toContain("</html>");
      }
    },
  );

  test("that the origin refuses while it does not read gets the origin's answer", async () => {
    const { origin: at } = await byteOrigin((socket) => {
      if (socket.bytesWritten > 0) return;
      socket.write(
        "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig",
      );
      socket.pause();
    });
    await rig.site("toobig", [at]);
    const field = `Content-Length: ${size}`;
    const { socket, received, closed } = visit(
      head("POST", "/", "toobig.localhost", field, "Connection: close"),
    );
    socket.pause();
    await new Promise((resolve) => socket.write(flood, resolve));
    socket.resume();
    await closed;
    expect(received()).toMatch(/^HTTP\/1\.1 413 [^]*big$/);
  });

  test("is not waited for when its visitor waits for 100 (Continue)", async () => {
    const { received, closed } = visit(
      head(
        "POST",
        "/",
        "nobody.localhost",
        `Content-Length: ${size}`,
        "Expect: 100-continue",
      ),
    );
    await closed;
    expect(received()).toMatch(/^HTTP\/1\.1 421 /);
  });

  test("and has no end is read for some seconds, and then its connection is closed", async () => {
    const { socket, received, closed } = visit(
      head("POST", "/", "nobody.localhost", `Content-Length: ${1 << 30}`),
    );
    const trickle = setInterval(() => socket.write("x".repeat(1000)), 10);
    onTestFinished(() => clearInterval(trickle));
    await closed;
    expect(received()).toMatch(/^HTTP\/1\.1 421 /);
  });
});

describe("a visitor who leaves after the last byte of an upload", () => {
  test.each([
    ["POST", "Content-Length: 5", "hello"],
    ["PUT", chunked, "5\r\nhello\r\n0\r\n\r\n"],
  ])(
    "ends the exchange with an origin that has not answered: %s, %s",
    async (method, field, content) => {
      const arrived = Promise.withResolvers<void>();
      const seen = await byteOrigin((_, received) => {
        if (received.endsWith(content)) arrived.resolve();
      });
      const site = `leaves-${method}`.toLowerCase();
      await rig.site(site, [seen.origin], { timeoutSeconds: 600 });
      const { socket } = visit(
        head(method, "/", `${site}.localhost`, field) + content,
      );
      await arrived.promise;
      socket.resetAndDestroy();
      await seen.closed[0];
      const line = await rig.logged((one) => one.includes(site));
      expect(JSON.parse(line)).toMatchObject({
        outcome: "upload-broken",
        details: "the visitor has left",
      });
    },
  );
});

test("a visitor who stops sending for the site's limit is answered 400, and the origin sees no end", async () => {
  const seen = await byteOrigin(() => undefined);
  await rig.site("pauses", [seen.origin], { betweenBytesTimeoutSeconds: 1 });
  for (const [method, field, content] of [
    ["POST", "Content-Length: 10", "abc"],
    ["POST", chunked, "3\r\nabc\r\n"],
    ["GET", chunked, ""],
  ] as const) {
    const visitor = visit(
      head(method, "/", "pauses.localhost", field) + content,
    );
    await visitor.closed;
    expect(visitor.received()).toMatch(/^HTTP\/1\.1 400 /);
  }
  await Promise.all(seen.closed);
  expect(seen.received).toHaveLength(2);
  for (const received of seen.received)
    expect(received).not.toMatch(/\r\n0\r\n\r\n$/);
});

describe("a customer who is dropped", () => {
  test.each([
    ["a length", `Content-Length: ${1 << 30}`, (block: string) => block],
    [
      "chunks",
      chunked,
      (block: string) => `${block.length.toString(16)}\r\n${block}\r\n`,
    ],
  ])(
    "has an upload with %s end within the watch's seconds, and its visitor refused",
    async (name, field, framed) => {
      const begun = Promise.withResolvers<void>();
      const seen = await byteOrigin(() => begun.resolve());
      const site = `dropped-${name.replace(" ", "-")}`;
      await rig.site(site, [seen.origin]);
      const visitor = visit(head("POST", "/", `${site}.localhost`, field));
      const block = framed("x".repeat(1000));
      const trickle = setInterval(() => visitor.socket.write(block), 10);
      onTestFinished(() => clearInterval(trickle));
      await begun.promise;
      await rig.put(`customer:${site}`, "deny");
      const droppedAtMs = Date.now();
      await seen.closed[0];
      // WATCH_SECONDS is 0.2 here; the rest is room for a slow machine.
      expect(Date.now() - droppedAtMs).toBeLessThan(2000);
      await visitor.closed;
      expect(visitor.received()).toMatch(/^HTTP\/1\.1 403 /);
      expect(seen.received).toHaveLength(1);
      expect(seen.received[0]).not.toMatch(/\r\n0\r\n\r\n$/);
      expect(eventsOf(`${site}.localhost`).at(-1)).toMatchObject({
        outcome: "refused",
      });
    },
  );

  test.each(["GET", "POST"])(
    "has a %s refused whose origin has not answered yet",
    async (method) => {
      const begun = Promise.withResolvers<void>();
      const seen = await byteOrigin(() => begun.resolve());
      const site = `silent-${method}`.toLowerCase();
      await rig.site(site, [seen.origin]);
      const answering = exchange(
        rig.port,
        head(method, "/", `${site}.localhost`, "Content-Length: 0"),
      );
      await begun.promise;
      await rig.put(`customer:${site}`, "deny");
      expect(await answering).toMatch(/^HTTP\/1\.1 403 /);
    },
  );

  test.each([
    ["chunks", "Transfer-Encoding: chunked", "5\r\nhello\r\n"],
    ["a length", "Content-Length: 100000", "hello"],
  ])(
    "has a download with %s cut short, and the runtime prints nothing of it",
    async (name, field, piece) => {
      const { origin: at } = await byteOrigin((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n${field}\r\n\r\n`);
        const timer = setInterval(() => socket.write(piece), 20);
        socket.on("close", () => clearInterval(timer));
      });
      const site = `download-${name.replace(" ", "-")}`;
      await rig.site(site, [at]);
      const visitor = visit(head("GET", "/", `${site}.localhost`));
      await once(visitor.socket, "data");
      await rig.put(`customer:${site}`, "deny");
      await visitor.closed;
      expect(visitor.received()).toMatch(/^HTTP\/1\.1 200 /);
      expect(visitor.received()).toContain("hello");
      expect(visitor.received()).not.toMatch(/\r\n0\r\n\r\n$/);
      await rig.logged((line) => line.includes('"cut"') && line.includes(site));
    },
  );
});

test("nothing that visitors or drops break off is printed as an exception", () => {
  // A check of the watch may wait for another request's read of the list when its own request ends, which the runtime mentions.
  const printed = rig.log.filter(
    (line) => !line.startsWith("{") && !line.startsWith("Warning: A promise"),
  );
  expect(printed).toEqual([]);
});
