import { createHash, randomBytes } from "node:crypto";
import { createServer as createTlsServer } from "node:tls";
import {
  connect,
  createServer as createRawServer,
  type AddressInfo,
} from "node:net";
import { gunzipSync, gzipSync } from "node:zlib";
import {
  afterAll,
  beforeAll,
  describe,
  expect,
  onTestFinished,
  test,
} from "vitest";
import {
  exchange,
  head,
  origin,
  rawOrigin,
  startRig,
  type Rig,
} from "./rig.ts";
import { request } from "./request.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

/** The head of the request as the origin of `site` got it, raw. */
async function seenByOrigin(site: string, raw: string): Promise<string> {
  let seen = "";
  const at = await rawOrigin((socket, received) => {
    seen = received;
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  await rig.site(site, [at]);
  await exchange(rig.port, raw);
  return seen;
}

const lines = (message: string) => message.split("\r\n");

describe("request fields", () => {
  test("name the visitor, the edge and nothing that only the connection knew", async () => {
    const seen = await seenByOrigin(
      "fields",
      head(
        "GET",
        "/a?b",
        "fields.localhost:8787",
        "Connection: close, X-Hop",
        "X-Hop: 1",
        "Keep-Alive: timeout=5",
        "Proxy-Connection: keep-alive",
        "TE: trailers",
        "X-Forwarded-For: 6.6.6.6",
        "X-Forwarded-Host: evil.example",
        "Forwarded: for=6.6.6.6",
        "MF-Original-URL: http://evil.example/",
        "CF-Connecting-IP: 6.6.6.6",
        "Via: 1.0 first",
        "X-Kept: yes",
      ),
    );
    const got = lines(seen.toLowerCase());
    expect(got[0]).toBe("get /a?b http/1.1");
    expect(got).toContain("x-kept: yes");
    expect(got).toContain("via: 1.0 first, 1.1 portcullis");
    expect(got).toContain("cdn-loop: portcullis");
    expect(got).toContain("x-forwarded-host: fields.localhost:8787");
    expect(got).toContain("x-forwarded-proto: http");
    expect(got).toContain(
      'forwarded: for=unknown;host="fields.localhost:8787";proto=http',
    );
    expect(seen).not.toMatch(
      /6\.6\.6\.6|evil|x-hop|keep-alive|proxy-conn|^te:/im,
    );
  });

  test("cannot strip what the edge adds by naming it in Connection", async () => {
    const seen = await seenByOrigin(
      "strip",
      head(
        "GET",
        "/",
        "strip.localhost",
        "Connection: CDN-Loop, Via, X-Forwarded-Host, Forwarded, Host",
      ),
    );
    expect(seen).toMatch(/^cdn-loop: portcullis\r$/im);
    expect(seen).toMatch(/^via: 1\.1 portcullis\r$/im);
    expect(seen).toMatch(/^x-forwarded-host: strip\.localhost\r$/im);
  });

  test("begin a trace, or go on with one", async () => {
    const begun = await seenByOrigin(
      "trace",
      head("GET", "/", "trace.localhost"),
    );
    expect(begun).toMatch(
      /^traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]\r$/im,
    );
    const given = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    const passed = await seenByOrigin(
      "trace",
      head("GET", "/", "trace.localhost", `traceparent: ${given}`),
    );
    expect(passed.toLowerCase()).toContain(`traceparent: ${given}`);
  });
});

describe("response fields", () => {
  test("lose what only the connection knew, keep the rest, gain Date and Via", async () => {
    const at = await rawOrigin((socket) =>
      socket.end(
        'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 1\r\nProxy-Authenticate: Basic\r\nAlt-Svc: h2="o:1"\r\nSet-Cookie: a=1, b\r\nSet-Cookie: c=2\r\nX-Kept: yes\r\n\r\nhi',
      ),
    );
    await rig.site("response", [at]);
    const got = await exchange(
      rig.port,
      head("GET", "/", "response.localhost"),
      /hi$/,
    );
    const fields = lines(got.toLowerCase());
    expect(fields).toContain("x-kept: yes");
    expect(fields).toContain("set-cookie: a=1, b");
    expect(fields).toContain("set-cookie: c=2");
    expect(fields).toContain("via: 1.1 portcullis");
    expect(got).toMatch(/^date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r$/im);
    expect(got).not.toMatch(/x-hop|keep-alive: 1|proxy-auth|alt-svc/i);
  });

  test("that lead to the origin lead to the visitor's host instead, and redirects are passed on", async () => {
    const at = await origin((asked, response) => {
      const self = `http://${asked.headers.host}`;
      response.writeHead(302, {
        location:
          asked.url === "/own" ? `${self}/next?x` : "https://else.example/",
        "content-location": `${self}/here`,
      });
      response.end();
    });
    await rig.site("redirect", [at]);
    const own = await request(rig.port, "redirect.localhost:8787", "/own");
    expect(own.status).toBe(302);
    expect(own.fields.location).toBe("http://redirect.localhost:8787/next?x");
    expect(own.fields["content-location"]).toBe(
      "http://redirect.localhost:8787/here",
    );
    const other = await request(rig.port, "redirect.localhost:8787", "/else");
    expect(other.fields.location).toBe("https://else.example/");
  });
});

describe("request targets", () => {
  test.each([
    "//%h/x",
    "///%h/x",
    "/\\%h/x",
    "/\\/%h/x",
    "\\\\%h/x",
    "/.//%h/x",
    "/..//%h/x",
    "/%2e//%h/x",
    "/%2e%2e//%h/x",
    "//x@%h/",
    "//x:y@%h/",
    "@%h/",
    ":80@%h/",
    "/@%h/",
    "http://%h/x",
    "//%h",
    "//%h?x",
    "//%h#x",
    "/;//%h/",
    "/\t//%h/",
    "//%h\\x",
    ".%h/",
    "?//%h/",
  ])("%j never reaches another host", async (target) => {
    const decoy: string[] = [];
    const decoyAt = await rawOrigin((socket, received) => {
      decoy.push(received);
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ndecoy");
    });
    const at = await rawOrigin((socket) =>
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    );
    await rig.site("target", [at]);
    const decoyHost = decoyAt.replace("http://", "");
    const got = await exchange(
      rig.port,
      head(
        "GET",
        target.replace("%h", decoyHost),
        "target.localhost",
        "Connection: close",
      ),
      /\r\n\r\n/,
    );
    expect(decoy).toEqual([]);
    expect(got).not.toContain("decoy");
    expect(got).toMatch(/^HTTP\/1\.1 [2-5]\d\d/);
  });

  test("are sent on with their encoding as it is", async () => {
    const seen = await seenByOrigin(
      "encoded",
      head(
        "GET",
        "/a%2Fb/%E2%82%AC/c%20d;p=1?q=%2F&r=a+b&q=2",
        "encoded.localhost",
      ),
    );
    expect(lines(seen)[0]).toBe(
      "GET /a%2Fb/%E2%82%AC/c%20d;p=1?q=%2F&r=a+b&q=2 HTTP/1.1",
    );
  });
});

describe("bodies", () => {
  test.each(["gzip", "br", "zstd", "unheard-of"])(
    "marked %s pass byte for byte, also when they are not what they say",
    async (coding) => {
      const bytes = randomBytes(40_000);
      const at = await origin((_, response) => {
        response.writeHead(200, {
          "content-encoding": coding,
          "content-type": "text/html",
          "content-length": bytes.length,
        });
        response.end(bytes);
      });
      await rig.site("coding", [at]);
      const got = await request(rig.port, "coding.localhost", "/");
      expect(got.fields["content-encoding"]).toBe(coding);
      expect(got.fields["content-length"]).toBe("40000");
      expect(got.body.equals(bytes)).toBe(true);
      expect((await request(rig.port, "coding.localhost", "/")).status).toBe(
        200,
      );
    },
  );

  test("in real gzip arrive as the origin made them", async () => {
    const page = gzipSync("<p>hello</p>".repeat(500));
    const at = await origin((_, response) => {
      response.setHeader("content-encoding", "gzip");
      response.end(page);
    });
    await rig.site("gzip", [at]);
    const got = await request(rig.port, "gzip.localhost", "/", {
      fields: { "accept-encoding": "gzip" },
    });
    expect(got.body.equals(page)).toBe(true);
    expect(gunzipSync(got.body).length).toBe(6000);
  });

  test("of requests arrive whole, with their length or chunked", async () => {
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
    await rig.site("upload", [at]);
    const bytes = randomBytes(300_000);
    const sha = createHash("sha256").update(bytes).digest("hex");
    const known = await request(rig.port, "upload.localhost", "/", {
      method: "PUT",
      fields: { "content-length": "300000" },
      body: bytes,
    });
    expect(JSON.parse(known.body.toString())).toEqual({
      sha,
      length: "300000",
      coding: null,
    });
    const chunked = await request(rig.port, "upload.localhost", "/", {
      method: "POST",
      fields: { "transfer-encoding": "chunked" },
      body: bytes,
    });
    expect(JSON.parse(chunked.body.toString())).toEqual({
      sha,
      length: null,
      coding: "chunked",
    });
  });

  test.each([
    ["HEAD", 200, { "content-length": "1234" }, "1234"],
    ["GET", 204, {}, undefined],
    ["GET", 304, { etag: '"a"' }, undefined],
  ])("%s answered with %d has none", async (method, status, fields, length) => {
    const at = await origin((_, response) => {
      response.writeHead(status, fields);
      response.end();
    });
    await rig.site("bodiless", [at]);
    const got = await request(rig.port, "bodiless.localhost", "/", { method });
    expect(got.status).toBe(status);
    expect(got.fields["content-length"]).toBe(length);
    expect(got.body.length).toBe(0);
  });

  test("in parts are the origin's 206", async () => {
    const at = await origin((asked, response) => {
      response.writeHead(206, { "content-range": "bytes 1-3/10" });
      response.end(asked.headers.range);
    });
    await rig.site("range", [at]);
    const got = await request(rig.port, "range.localhost", "/", {
      fields: { range: "bytes=1-3" },
    });
    expect(got.status).toBe(206);
    expect(got.fields["content-range"]).toBe("bytes 1-3/10");
    expect(got.body.toString()).toBe("bytes=1-3");
  });

  test.each([
    ["a cold", "their length", "Content-Length: 10\r\n\r\nabc"],
    ["a cold", "chunks", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
    ["a warm", "their length", "Content-Length: 10\r\n\r\nabc"],
    ["a warm", "chunks", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
  ])(
    "of a request that breaks off never look complete at the origin (%s connection, %s)",
    async (connection, _, framing) => {
      const arrival = Promise.withResolvers<"complete" | "broken">();
      const at = await origin((asked, response) => {
        if (asked.method === "GET") {
          response.end("ok");
          return;
        }
        asked.on("end", () => arrival.resolve("complete"));
        asked.on("close", () => arrival.resolve("broken"));
        asked.on("data", () => client.destroy());
      });
      await rig.site("broken", [at]);
      if (connection === "a warm")
        await request(rig.port, "broken.localhost", "/");
      const client = connect(rig.port, "127.0.0.1");
      client.write(`POST / HTTP/1.1\r\nHost: broken.localhost\r\n${framing}`);
      expect(await arrival.promise).toBe("broken");
    },
  );

  test("of a short response that come one by one arrive whole", async () => {
    const at = await rawOrigin((socket) => {
      socket.setNoDelay();
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
      const rest = ["a", "b", "c", "d", "e", "f"];
      const next = setInterval(() => {
        socket.write(rest.shift() ?? "");
        if (rest.length === 0) clearInterval(next);
      }, 20);
    });
    await rig.site("dripping", [at]);
    const { status, body } = await request(rig.port, "dripping.localhost", "/");
    expect([status, body.toString()]).toEqual([200, "abcdef"]);
  });

  test("of a short response of which none come are the origin's failure", async () => {
    const at = await rawOrigin((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
      setTimeout(() => socket.destroy(), 100);
    });
    await rig.site("nothing", [at]);
    const { status, fields } = await request(
      rig.port,
      "nothing.localhost",
      "/",
    );
    expect(status).toBe(502);
    expect(fields["proxy-status"]).toBe(
      "portcullis;error=http_response_incomplete",
    );
  });

  test("of a response that breaks off are seen to be broken", async () => {
    for (const framing of [
      "Content-Length: 100\r\n\r\nabc",
      "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ]) {
      const at = await rawOrigin((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n${framing}`);
        setTimeout(() => socket.destroy(), 100);
      });
      await rig.site("short", [at]);
      await expect(request(rig.port, "short.localhost", "/")).rejects.toThrow(
        "aborted",
      );
    }
  });

  test("of half a gibibyte, up and down, leave the memory flat", async () => {
    const size = 1 << 29;
    const block = Buffer.alloc(1 << 20, 7);
    const at = await origin((asked, response) => {
      if (asked.method === "POST") {
        let length = 0;
        asked.on("data", (chunk: Buffer) => (length += chunk.length));
        asked.on("end", () => response.end(String(length)));
        return;
      }
      response.writeHead(200, { "content-length": size });
      let left = size / block.length;
      const write = () => {
        while (left-- > 0)
          if (!response.write(block)) return void response.once("drain", write);
        response.end();
      };
      write();
    });
    await rig.site("large", [at]);
    const before = await workerdMemory();
    expect(await download(rig.port, "large.localhost")).toBe(size);
    expect(await upload(rig.port, "large.localhost", block, size)).toBe(
      String(size),
    );
    expect((await workerdMemory()) - before).toBeLessThan(200 << 20);
  });
});

describe("long replies", () => {
  const events = () =>
    origin((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      let n = 0;
      const timer = setInterval(() => response.write(`data: ${++n}\n\n`), 50);
      response.on("close", () => clearInterval(timer));
    });

  test("of events arrive event by event", async () => {
    await rig.site("events", [await events()]);
    const got = await exchange(
      rig.port,
      head("GET", "/", "events.localhost"),
      /data: 3/,
    );
    expect(got).toMatch(/text\/event-stream/);
    expect(got).not.toMatch(/data: 5/);
  });

  test("end when the customer is dropped", async () => {
    await rig.site("streaming", [await events()]);
    const stream = exchange(
      rig.port,
      head("GET", "/", "streaming.localhost"),
      /data: 2000/,
    );
    setTimeout(() => void rig.put("customer:streaming", "deny"), 300);
    const got = await stream;
    expect(got).toContain("data: 1\n");
    expect(got).not.toMatch(/\r\n0\r\n\r\n$/);
  });
});

describe("origins that fail", () => {
  const failing = async (site: string, origins: string[], more = {}) => {
    await rig.site(site, origins, more);
    const got = await request(rig.port, `${site}.localhost`, "/", {
      fields: { accept: "text/html" },
    });
    expect(got.body.toString()).not.toMatch(
      / at |\.ts|\.js:|127\.0\.0\.1|workerd/,
    );
    return { status: got.status, why: got.fields["proxy-status"] };
  };

  test("by refusing are 502 connection_refused", async () => {
    expect(await failing("refusing", ["http://127.0.0.1:1"])).toEqual({
      status: 502,
      why: "portcullis;error=connection_refused",
    });
  });

  test("by hanging up are 502 connection_terminated", async () => {
    const at = await rawOrigin((socket) => socket.destroy());
    expect(await failing("hanging", [at])).toEqual({
      status: 502,
      why: "portcullis;error=connection_terminated",
    });
  });

  test("by silence are 504 connection_read_timeout after the site's own limit", async () => {
    const at = await rawOrigin(() => undefined);
    expect(await failing("silent", [at], { timeoutSeconds: 1 })).toEqual({
      status: 504,
      why: "portcullis;error=connection_read_timeout",
    });
  });

  test("by having no address are 502 dns_error", async () => {
    expect(await failing("nowhere", ["http://no-such-host.invalid"])).toEqual({
      status: 502,
      why: "portcullis;error=dns_error",
    });
  });

  test("by not speaking TLS are 502 tls_protocol_error", async () => {
    const server = createRawServer((socket) => {
      socket.on("error", () => socket.destroy());
      socket.end("hello");
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const at = `https://127.0.0.1:${port}`;
    expect(await failing("plain", [at])).toEqual({
      status: 502,
      why: "portcullis;error=tls_protocol_error",
    });
  });

  test("by speaking TLS with no certificate are 502 tls_protocol_error", async () => {
    const server = createTlsServer({});
    server.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    expect(await failing("badtls", [`https://127.0.0.1:${port}`])).toEqual({
      status: 502,
      why: "portcullis;error=tls_protocol_error",
    });
  });

  test.each([
    [
      "a status that does not exist",
      "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
    ],
    ["something that is not HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n"],
    [
      "an upgrade nobody asked for",
      "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
    ],
    ["half a head", "HTTP/1.1 200 OK\r\nContent-Len"],
  ])("by answering with %s are 502", async (_, bytes) => {
    const at = await rawOrigin((socket) => socket.end(bytes));
    expect((await failing("odd", [at])).status).toBe(502);
  });

  test("leave the pool's next one to answer", async () => {
    const at = await origin((_, response) => response.end("second"));
    await rig.site("pool", ["http://127.0.0.1:1", at]);
    const got = await request(rig.port, "pool.localhost", "/");
    expect(got.body.toString()).toBe("second");
  });

  test("by being this edge itself are a loop", async () => {
    await rig.put(
      "host:127.0.0.1",
      JSON.stringify({
        customer: "loop",
        origins: [`http://127.0.0.1:${rig.port}`],
      }),
    );
    const got = await request(rig.port, "127.0.0.1", "/");
    expect(got.status).toBe(502);
    expect(got.fields["proxy-status"]).toContain("error=proxy_loop_detected");
  });
});

async function workerdMemory(): Promise<number> {
  const { readFile, readdir } = await import("node:fs/promises");
  let resident = 0;
  for (const pid of (await readdir("/proc")).filter((name) =>
    /^\d+$/.test(name),
  )) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").then(
      (text) => text,
      () => "",
    );
    if (!status.startsWith("Name:\tworkerd")) continue;
    if (!status.includes(`PPid:\t${process.pid}\n`)) continue;
    resident += Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  }
  return resident;
}

function download(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let bodyLength = -1;
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      const start = bodyLength < 0 ? chunk.indexOf("\r\n\r\n") + 4 : 0;
      bodyLength = Math.max(bodyLength, 0) + chunk.length - start;
    });
    socket.on("close", () => resolve(bodyLength));
    socket.write(head("GET", "/", host, "Connection: close"));
  });
}

function upload(
  port: number,
  host: string,
  block: Buffer,
  size: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("error", reject);
    socket.on("data", (chunk) => (answer += chunk.toString()));
    socket.on("close", () =>
      resolve(
        answer.split("\r\n").findLast((line) => /^\d{5,}$/.test(line)) ??
          answer,
      ),
    );
    socket.write(
      head("POST", "/", host, `Content-Length: ${size}`, "Connection: close"),
    );
    let left = size / block.length;
    const write = () => {
      while (left-- > 0)
        if (!socket.write(block)) return void socket.once("drain", write);
    };
    write();
  });
}
