import { deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { request } from "./request.ts";
import { exchange, head, rawOrigin, startRig, type Rig } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

/** A site whose origin answers with these bytes (Latin-1), and the heads of the requests it got. */
async function siteWith(
  id: string,
  bytes: string | ((requestHead: string) => string),
): Promise<{ host: string; origin: string; seen: string[] }> {
  const seen: string[] = [];
  const origin = await rawOrigin((socket, received) => {
    seen.push(received);
    const answer = typeof bytes === "string" ? bytes : bytes(received);
    socket.end(answer.replaceAll("%o", origin), "latin1");
  });
  await rig.site(id, [origin]);
  return { host: `${id}.localhost`, origin, seen };
}

const chunked = (body: string) =>
  body === ""
    ? "0\r\n\r\n"
    : `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
const latin1 = (bytes: Buffer) => bytes.toString("latin1");
const stored = 'Cache-Control: public, max-age=60\r\nETag: "a"\r\n';

/** One field of a raw message, as bytes in Latin-1; null when it is missing. */
function fieldOf(message: string, name: string): string | null {
  const section = message.split("\r\n\r\n")[0] ?? "";
  return (
    new RegExp(`^${name}: (.*)$`, "im").exec(
      section.replaceAll("\r", ""),
    )?.[1] ?? null
  );
}

describe("a Content-Length beside chunks", () => {
  const text = "0123456789";
  const lengths = [0, 1, 9, 10, 11, 1000];

  test.each(lengths)(
    "of %d does not change the ten bytes a visitor gets, fresh or stored (RFC 9112 §6.3)",
    async (length) => {
      const { host, seen } = await siteWith(
        `length-${length}`,
        `HTTP/1.1 200 OK\r\n${stored}Content-Length: ${length}\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(text)}`,
      );
      const answers = [
        await request(rig.port, host, "/"),
        await request(rig.port, host, "/"),
      ];
      for (const { status, body, fields } of answers) {
        expect([status, body.toString()]).toEqual([200, text]);
        expect(fields["content-length"] ?? "10").toBe("10");
      }
      const part = await request(rig.port, host, "/", {
        fields: { range: "bytes=8-" },
      });
      expect(part.body.toString()).toBe("89");
      expect(part.fields["content-range"]).toBe("bytes 8-9/10");
      const bare = await request(rig.port, host, "/", { method: "HEAD" });
      expect(bare.fields["content-length"] ?? "10").toBe("10");
      expect(seen.length).toBe(1);
    },
  );

  test.each(lengths)(
    "of %d in a part does not change the part",
    async (length) => {
      const { host } = await siteWith(
        `part-${length}`,
        `HTTP/1.1 206 Partial Content\r\n${stored}Content-Range: bytes 0-9/20\r\nContent-Length: ${length}\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(text)}`,
      );
      const part = await request(rig.port, host, "/", {
        fields: { range: "bytes=0-9" },
      });
      expect([part.status, part.body.toString()]).toEqual([206, text]);
      expect(part.fields["content-length"] ?? "10").toBe("10");
    },
  );

  test("is not told to HEAD either, which is told one alone", async () => {
    const both = await siteWith(
      "head-both",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    const alone = await siteWith(
      "head-alone",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
    );
    const method = "HEAD";
    const told = async (host: string) =>
      (await request(rig.port, host, "/", { method })).fields["content-length"];
    expect(await told(both.host)).toBeUndefined();
    expect(await told(alone.host)).toBe("5");
  });

  test("of a request says nothing of what the origin gets", async () => {
    const { host, seen } = await siteWith(
      "length-up",
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    );
    await exchange(
      rig.port,
      head(
        "POST",
        "/",
        host,
        "Content-Length: 100",
        "Transfer-Encoding: chunked",
      ) + chunked("ok"),
    );
    expect(fieldOf(seen[0] ?? "", "content-length")).toBeNull();
    expect(fieldOf(seen[0] ?? "", "transfer-encoding")).toBe("chunked");
  });
});

test("the same Content-Length twice is one (RFC 9112 §6.3)", async () => {
  const { host } = await siteWith(
    "twice",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
  );
  const got = await request(rig.port, host, "/");
  expect([got.body.toString(), got.fields["content-length"]]).toEqual([
    "ok",
    "2",
  ]);
});

describe("transfer codings (RFC 9112 §7)", () => {
  const page = Buffer.from("<p>hello</p>".repeat(10_000));

  test.each([
    ["gzip", gzipSync(page)],
    ["x-gzip", gzipSync(page)],
    ["deflate", deflateSync(page)],
  ])(
    "%s is decoded, for the visitor and for what is stored",
    async (coding, bytes) => {
      const { host, seen } = await siteWith(
        `coding-${coding}`,
        `HTTP/1.1 200 OK\r\n${stored}Content-Length: 7\r\nTransfer-Encoding: ${coding}, chunked\r\n\r\n${chunked(latin1(bytes))}`,
      );
      for (const _ of ["fresh", "stored"]) {
        const got = await request(rig.port, host, "/");
        expect(got.body.equals(page)).toBe(true);
        expect(got.fields["content-encoding"]).toBeUndefined();
      }
      expect(seen.length).toBe(1);
    },
  );

  test("leave Content-Encoding as it is", async () => {
    const coded = gzipSync(page);
    const { host } = await siteWith(
      "both-codings",
      `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: gzip, chunked\r\n\r\n${chunked(latin1(gzipSync(coded)))}`,
    );
    const got = await request(rig.port, host, "/");
    expect(got.fields["content-encoding"]).toBe("gzip");
    expect(got.body.equals(coded)).toBe(true);
  });

  test.each([
    ["is not what it says", page],
    ["breaks off", gzipSync(page).subarray(0, 150)],
    ["goes on after its end", Buffer.concat([gzipSync(page), page])],
  ])("a body that %s breaks off, and is not stored", async (what, bytes) => {
    const { host, seen } = await siteWith(
      `broken-${what.replaceAll(" ", "-")}`,
      `HTTP/1.1 200 OK\r\n${stored}Transfer-Encoding: gzip, chunked\r\n\r\n${chunked(latin1(bytes))}`,
    );
    for (const asked of [1, 2]) {
      await expect(request(rig.port, host, "/")).rejects.toThrow("aborted");
      expect(seen.length).toBe(asked);
    }
  });

  test.each(["compress", "br", "chunked", "gzip, gzip"])(
    "%s before chunked is 502, and nothing is stored",
    async (coding) => {
      const { host } = await siteWith(
        `unknown-${coding.replaceAll(", ", "-")}`,
        `HTTP/1.1 200 OK\r\n${stored}Transfer-Encoding: ${coding}, chunked\r\n\r\n${chunked("secret")}`,
      );
      for (const _ of ["first", "second"]) {
        const got = await request(rig.port, host, "/");
        expect(got.status).toBe(502);
        expect(got.fields["proxy-status"]).toBe(
          "portcullis;error=http_protocol_error",
        );
        expect(got.body.toString()).not.toContain("secret");
      }
    },
  );

  test("of a request, which the origin would not be told of, are 501 (§6.1)", async () => {
    const { host, seen } = await siteWith(
      "coded-up",
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    );
    const got = await exchange(
      rig.port,
      head("POST", "/", host, "Transfer-Encoding: gzip, chunked") +
        chunked(latin1(gzipSync("hello"))),
    );
    expect(got).toMatch(/^HTTP\/1\.1 501 /);
    expect(seen).toEqual([]);
  });
});

const kinds: [string, string][] = [
  ["ASCII", "attachment; filename=cafe.txt"],
  [
    "UTF-8",
    "attachment; filename=caf\u00c3\u00a9 \u00f0\u009f\u0098\u0080.txt",
  ],
  ["Latin-1", "attachment; filename=caf\u00e9.txt"],
  ["both", "\u00c3\u00a9 and \u00e9"],
  ["UTF-8 that breaks off", "caf\u00c3"],
  ["the bytes from 0x80 on", "\u0080 \u0085 \u00a0 \u00ff"],
  ["U+FFFD itself", "\u00ef\u00bf\u00bd"],
  ["a surrogate", "\u00ed\u00a0\u0080"],
];

describe("bytes of fields from 0x80 (RFC 9110 §5.5)", () => {
  test.each(kinds)(
    "arrive at the visitor as the origin sent them, fresh and from memory: %s",
    async (kind, value) => {
      const { host, seen } = await siteWith(
        `bytes-${kinds.findIndex(([name]) => name === kind)}`,
        `HTTP/1.1 200 OK\r\n${stored}Content-Length: 2\r\nContent-Disposition: ${value}\r\nLocation: %o/next\r\nX-Also: a\r\n\r\nok`,
      );
      for (const _ of ["fresh", "stored"]) {
        const got = await exchange(rig.port, head("GET", "/", host), /ok$/);
        expect(fieldOf(got, "content-disposition")).toBe(value);
        expect(fieldOf(got, "location")).toBe(`http://${host}/next`);
        expect(fieldOf(got, "via")).toBe("1.1 portcullis");
        expect(got.match(/^x-also: a\r$/gim)?.length).toBe(1);
      }
      expect(seen.length).toBe(1);
    },
  );

  test.each(kinds)(
    "arrive at the origin as the visitor sent them: %s",
    async (_, value) => {
      const { host, seen } = await siteWith(
        "bytes-up",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      );
      for (const method of ["GET", "PUT"])
        await exchange(
          rig.port,
          head(method, "/", host, `X-Name: ${value}`, "X-Also: a"),
        );
      for (const received of seen) {
        expect(fieldOf(received, "x-name")).toBe(value);
        expect(received.match(/^x-also: a\r$/gim)?.length).toBe(1);
        expect(fieldOf(received, "x-forwarded-host")).toBe(host);
      }
      expect(seen.length).toBe(2);
    },
  );

  test("in one Set-Cookie leave the others lines of their own", async () => {
    const { host } = await siteWith(
      "bytes-cookie",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=\u00e9\r\nSet-Cookie: b=2\r\n\r\nok",
    );
    const got = await exchange(rig.port, head("GET", "/", host), /ok$/);
    expect(got.match(/^set-cookie: .*$/gim)).toEqual(
      ["Set-Cookie: a=\u00e9\r", "Set-Cookie: b=2\r"].map((line) =>
        line.replace("\r", ""),
      ),
    );
  });

  test("are lost where a reference in the same field is mapped, and the origin is not named", async () => {
    const { host } = await siteWith(
      "bytes-mapped",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nLink: <%o/a>; title=caf\u00e9\r\n\r\nok",
    );
    const got = await exchange(rig.port, head("GET", "/", host), /ok$/);
    expect(fieldOf(got, "link")).toBe(
      `<http://${host}/a>; title=caf\u00ef\u00bf\u00bd`,
    );
  });
});

describe("references to an origin", () => {
  const fields = [
    "Location: https:%h/l",
    "Content-Location: %o/c",
    "Refresh: 5; url='%o/r'",
    "Link: <%o/1>; rel=preload, </2>; rel=next, <%o/3>; rel=prev",
    "Access-Control-Allow-Origin: %o",
    "SourceMap: %o/s.map",
    "Set-Cookie: a=b; Domain=127.0.0.1; Path=/",
  ];

  test("lead to the visitor's host, fresh and stored, and name no origin", async () => {
    const { host, origin, seen } = await siteWith("refs", () =>
      [
        "HTTP/1.1 200 OK",
        "Cache-Control: public, max-age=60",
        ...fields.map((line) =>
          line.replaceAll("%h", origin.replace("http:", "")),
        ),
        "Content-Length: 2",
        "",
        "ok",
      ].join("\r\n"),
    );
    const at = `http://${host}:8787`;
    const cookies = { fresh: ["a=b; Path=/"], stored: undefined };
    for (const cookie of Object.values(cookies)) {
      const got = await request(rig.port, `${host}:8787`, "/");
      expect(got.fields.location).toBe(`${at}/l`);
      expect(got.fields["content-location"]).toBe(`${at}/c`);
      expect(got.fields["refresh"]).toBe(`5; url='${at}/r'`);
      expect(got.fields["link"]).toBe(
        `<${at}/1>; rel=preload, </2>; rel=next, <${at}/3>; rel=prev`,
      );
      expect(got.fields["access-control-allow-origin"]).toBe(at);
      expect(got.fields["sourcemap"]).toBe(`${at}/s.map`);
      expect(got.fields["set-cookie"]).toEqual(cookie);
      expect(got.rawFields.join("\n")).not.toContain("127.0.0.1");
    }
    expect(seen.length).toBe(1);
    // Whoever asks under another port gets that port's.
    const other = await request(rig.port, host, "/");
    expect(other.fields.location).toBe(`http://${host}/l`);
  });

  test.each(["\\\\%a\\x", "/\\%a/x", "http:/\\%a/x", "//%a/x", "HTTP://%a./x"])(
    "spelt %j in Location do too",
    async (spelling) => {
      const { host } = await siteWith("spelt", (received) => {
        const authority = fieldOf(received, "host") ?? "";
        const location = spelling.replace("%a", authority.replace(/:\d+$/, ""));
        return `HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`;
      });
      const got = await request(rig.port, host, "/");
      expect(got.fields.location).toBe(`http://${host}/x`);
    },
  );

  test("to one that did not answer lead to the visitor's host too", async () => {
    const { origin } = await siteWith(
      "pool-refs",
      "HTTP/1.1 302 Found\r\nLocation: http://down.invalid/a\r\nContent-Length: 0\r\n\r\n",
    );
    await rig.site("pool-refs", ["http://down.invalid", origin]);
    const got = await request(rig.port, "pool-refs.localhost", "/");
    expect(got.fields.location).toBe("http://pool-refs.localhost/a");
  });

  test("that send a visitor from http to https do not lead back to themselves", async () => {
    const { host } = await siteWith(
      "upgrade",
      "HTTP/1.1 301 Moved\r\nCache-Control: public, max-age=60\r\nLocation: https://127.0.0.1/a?b\r\nContent-Length: 0\r\n\r\n",
    );
    for (const _ of ["fresh", "stored"]) {
      const got = await request(rig.port, host, "/a?b");
      expect(got.fields.location).toBe(`https://${host}/a?b`);
    }
  });
});

describe("references to the visited host", () => {
  test.each(["COPY", "MOVE"])(
    "of %s are on the origin that Host names, each origin's own",
    async (method) => {
      const { host, origin, seen } = await siteWith(
        `dav-${method.toLowerCase()}`,
        "HTTP/1.1 201 Created\r\nLocation: %o/b%2Fc\r\nContent-Length: 0\r\n\r\n",
      );
      await rig.site(host.replace(".localhost", ""), [
        "http://127.0.0.1:1",
        origin,
      ]);
      const got = await exchange(
        rig.port,
        head(
          method,
          "/a",
          host,
          `Destination: http://${host}/b%2Fc/../d`,
          `If: <http://${host}/b> (<urn:uuid:1> ["e"]) <http://else.example/> (Not <DAV:no-lock>)`,
          `Origin: http://${host}`,
          `Referer: http://${host}/a`,
        ),
      );
      const received = seen[0] ?? "";
      expect(`http://${fieldOf(received, "host")}`).toBe(origin);
      expect(fieldOf(received, "destination")).toBe(`${origin}/b%2Fc/../d`);
      expect(fieldOf(received, "if")).toBe(
        `<${origin}/b> (<urn:uuid:1> ["e"]) <http://else.example/> (Not <DAV:no-lock>)`,
      );
      expect(fieldOf(received, "origin")).toBe(`http://${host}`);
      expect(fieldOf(received, "referer")).toBe(`http://${host}/a`);
      expect(fieldOf(got, "location")).toBe(`http://${host}/b%2Fc`);
    },
  );

  test("of another host stay as they are (RFC 4918 §9.9.4)", async () => {
    const { host, seen } = await siteWith(
      "dav-else",
      "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
    );
    const destination = "http://else.example/b";
    await exchange(
      rig.port,
      head("MOVE", "/a", host, `Destination: ${destination}`),
    );
    expect(fieldOf(seen[0] ?? "", "destination")).toBe(destination);
  });
});

describe("hosts and targets", () => {
  test.each([
    "name-.hyphen.test",
    "-a.hyphen.test",
    "-.hyphen.test",
    "r3---sn-x.hyphen.test",
  ])("%s is served under a wildcard", async (host) => {
    const { origin } = await siteWith(
      "hyphen",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    );
    await rig.put(
      "host:*.hyphen.test",
      JSON.stringify({ customer: "hyphen", origins: [origin] }),
    );
    expect((await request(rig.port, host, "/")).body.toString()).toBe("ok");
  });

  test("OPTIONS * is about the edge (RFC 9110 §9.3.7), by the gate's rules", async () => {
    const { host, seen } = await siteWith(
      "asterisk",
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    );
    const ask = (method: string) =>
      exchange(rig.port, head(method, "*", host), /\r\n\r\n/);
    const got = await ask("OPTIONS");
    expect(got).toMatch(/^HTTP\/1\.1 204 /);
    expect(fieldOf(got, "allow")).toMatch(/^GET, HEAD, POST/);
    expect(await ask("GET")).toMatch(/^HTTP\/1\.1 400 /);
    await rig.put("customer:asterisk", "deny");
    expect(await ask("OPTIONS")).toMatch(/^HTTP\/1\.1 403 /);
    expect(
      await exchange(rig.port, head("OPTIONS", "*", "nobody.localhost")),
    ).toMatch(/^HTTP\/1\.1 421 /);
    expect(seen).toEqual([]);
  });

  test("a path that is an asterisk is the origin's", async () => {
    const { host, seen } = await siteWith(
      "star",
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    );
    await exchange(rig.port, head("OPTIONS", "/*", host));
    expect(seen[0]).toMatch(/^OPTIONS \/\* HTTP\/1\.1\r\n/);
  });
});
