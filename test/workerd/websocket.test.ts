import { once } from "node:events";
import type { Socket } from "node:net";
import {
  afterAll,
  beforeAll,
  describe,
  expect,
  onTestFinished,
  test,
} from "vitest";
import { WebSocket, WebSocketServer, type ServerOptions } from "ws";
import {
  frameBytes,
  handshake,
  opcodes,
  socketOrigin,
  switching,
  visit,
  Peer,
} from "./peer.ts";
import { exchange, head, rawOrigin, startRig, type Rig } from "./rig.ts";

let rig: Rig;
interface Logged {
  kind: string;
  host?: string;
  [member: string]: unknown;
}

/** The edge's own lines; the runtime adds others. */
const events: Logged[] = [];
let onEvent: () => void = () => undefined;
beforeAll(async () => {
  rig = await startRig(
    { LOG_REQUESTS: "all" },
    {
      logged: (line) => {
        if (!line.startsWith("{")) return;
        events.push(JSON.parse(line));
        onEvent();
      },
    },
  );
});
afterAll(() => rig.close());

/** A WebSocket through the edge, seen from both of its ends. */
async function open(site: string): Promise<{ visitor: Peer; origin: Peer }> {
  const { at, accepted } = await socketOrigin();
  await rig.site(site, [at]);
  const visitor = await visit(rig.port, `${site}.localhost`);
  expect(visitor.head).toMatch(/^HTTP\/1\.1 101 /);
  return { visitor, origin: await accepted() };
}

/** The events of this kind and host, once there are any: lines arrive after the answer they are about. */
async function eventsOf(kind: string, host: string): Promise<Logged[]> {
  for (;;) {
    const found = events.filter(
      (event) => event.kind === kind && event.host === host,
    );
    if (found.length > 0) return found;
    await new Promise<void>((resolve) => {
      onEvent = resolve;
    });
  }
}

const sides = [
  ["the visitor", "visitor", "origin"],
  ["the origin", "origin", "visitor"],
] as const;

/** What passes at once takes milliseconds; this leaves room for a busy machine. */
const atOnceMs = 1000;

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const startedAtMs = performance.now();
  const result = await work;
  expect(performance.now() - startedAtMs).toBeLessThan(ms);
  return result;
}

describe.each(sides)("a Close from %s", (_, first, second) => {
  test.each<[number | null, string]>([
    [1000, ""],
    [1000, "bye"],
    [1001, "going"],
    [1011, "x".repeat(123)],
    [1016, ""],
    [2999, "for a protocol to come"],
    [3001, "é".repeat(61)],
    [4999, "x".repeat(123)],
    [null, ""],
  ])(
    "with %j %j arrives as it was sent, and so does its answer",
    async (code, reason) => {
      const ends = await open("closing");
      const sent = code === null ? "close" : `close ${code} ${reason}`.trim();
      ends[first].close(code, reason);
      expect(await within(atOnceMs, ends[second].told())).toBe(sent);
      ends[second].close(4000, "and you");
      expect(await within(atOnceMs, ends[first].told())).toBe(
        "close 4000 and you",
      );
      expect(await ends[first].told()).toBe("end");
      expect(await ends[second].told()).toBe("end");
    },
  );

  test("lets the other side send to its end", async () => {
    const ends = await open("halfopen");
    ends[first].send(opcodes.text, "before");
    ends[first].close(4001, "no more from me");
    expect(await ends[second].told()).toBe("text before");
    expect(await ends[second].told()).toBe("close 4001 no more from me");
    for (const text of ["one", "two", "x".repeat(100_000)])
      ends[second].send(opcodes.text, text);
    ends[second].close(4002, "nor from me");
    expect(await ends[first].told()).toBe("text one");
    expect(await ends[first].told()).toBe("text two");
    expect((await ends[first].told()).length).toBe(100_005);
    expect(await ends[first].told()).toBe("close 4002 nor from me");
  });

  test.each([
    [0, "close 1002"],
    [999, "close 1002"],
    [1004, "close 1002"],
    // The runtime does not tell this one from a Close without a code.
    [1005, "close"],
    [1006, "close 1002"],
    [1015, "close 1002"],
    [5000, "close 1002"],
    [65_535, "close 1002"],
  ])(
    "with the code %d, which nobody may send, arrives as %j",
    async (code, told) => {
      const ends = await open("illegal");
      ends[first].close(code, "r");
      expect(await ends[second].told()).toBe(told);
    },
  );

  test("with a reason that is not UTF-8 arrives with one that is, and fits", async () => {
    const ends = await open("badreason");
    ends[first].close(4000, Buffer.alloc(123, 0xff));
    expect(await ends[second].told()).toBe(`close 4000 ${"\ufffd".repeat(41)}`);
  });

  test("that the other does not answer is answered within seconds", async () => {
    const ends = await open("unanswered");
    ends[first].close(4003, "anybody?");
    expect(await ends[second].told()).toBe("close 4003 anybody?");
    expect(await within(9000, ends[first].told())).toBe("close 4003 anybody?");
    expect(await ends[first].told()).toBe("end");
  });
});

test("one that opens is logged as served with 101", async () => {
  await open("logged");
  expect(await eventsOf("request", "logged.localhost")).toMatchObject([
    { outcome: "served", status: 101, error: null },
  ]);
});

test("two Closes that cross arrive both", async () => {
  const { visitor, origin } = await open("crossing");
  visitor.close(4001, "visitor");
  origin.close(4002, "origin");
  expect(await visitor.told()).toBe("close 4002 origin");
  expect(await origin.told()).toBe("close 4001 visitor");
  expect(await visitor.told()).toBe("end");
  expect(await origin.told()).toBe("end");
});

test("an origin that speaks and closes at once is heard to its end", async () => {
  const at = await rawOrigin((socket, request) => {
    socket.write(switching(request), "latin1");
    socket.write(
      Buffer.from("\u0081\u0002hi\u0088\u0002\u000f\u00a0", "latin1"),
    );
  });
  await rig.site("brief", [at]);
  const visitor = await visit(rig.port, "brief.localhost");
  expect(await visitor.told()).toBe("text hi");
  expect(await visitor.told()).toBe("close 4000");
});

describe("a connection that breaks without a Close", () => {
  const breaks: [string, (end: Peer) => void][] = [
    ["reset", ({ socket }) => void socket.resetAndDestroy()],
    ["ended", ({ socket }) => void socket.end()],
    [
      "ended amid a message",
      ({ socket }) => void socket.end(Buffer.from([0x81, 0xfe, 0x01])),
    ],
    ["ended by a frame of no known kind", (end) => end.send(3, "what")],
  ];
  test.each(breaks)(
    "(%s) by the visitor is 1001 to the origin",
    async (_, end) => {
      const { visitor, origin } = await open("leaving");
      visitor.send(opcodes.text, "last words");
      expect(await origin.told()).toBe("text last words");
      end(visitor);
      expect(await within(atOnceMs, origin.told())).toBe("close 1001");
      origin.close(1001);
      expect(await origin.told()).toBe("end");
    },
  );

  test.each(breaks)(
    "(%s) by the origin is 1011 to the visitor",
    async (_, end) => {
      const { visitor, origin } = await open("failing");
      origin.send(opcodes.text, "last words");
      expect(await visitor.told()).toBe("text last words");
      end(origin);
      expect(await within(atOnceMs, visitor.told())).toBe("close 1011");
      visitor.close(1011);
      expect(await visitor.told()).toBe("end");
    },
  );

  test("by the visitor ends an origin that does not answer, too", async () => {
    const { visitor, origin } = await open("silent");
    visitor.socket.resetAndDestroy();
    expect(await origin.told()).toBe("close 1001");
    expect(await within(9000, origin.told())).toBe("end");
  });
});

describe("a dropped customer's WebSockets", () => {
  test("are closed with 1008 to the visitor and 1001 to the origin", async () => {
    const { visitor, origin } = await open("dropped");
    await rig.put("customer:dropped", "deny");
    expect(await within(2 * atOnceMs, visitor.told())).toBe("close 1008");
    expect(await within(atOnceMs, origin.told())).toBe("close 1001");
  });

  test("pass nothing on afterwards, and an origin that does not answer is left", async () => {
    const { visitor, origin } = await open("deaf");
    await rig.put("customer:deaf", "deny");
    expect(await visitor.told()).toBe("close 1008");
    expect(await origin.told()).toBe("close 1001");
    visitor.send(opcodes.text, "still here");
    origin.send(opcodes.text, "still here");
    visitor.close(4000);
    expect(await visitor.told()).toBe("end");
    expect(await within(9000, origin.told())).toBe("end");
  });

  test("are refused while they are opened, and the origin's connection ends", async () => {
    const asked = Promise.withResolvers<[Socket, string]>();
    const at = await rawOrigin((...got) => asked.resolve(got));
    await rig.site("opening", [at]);
    const visiting = visit(rig.port, "opening.localhost");
    const [socket] = await asked.promise;
    const ended = new Promise((resolve) => {
      socket.once("close", resolve);
      socket.resume();
    });
    await rig.put("customer:opening", "deny");
    expect((await visiting).head).toMatch(/^HTTP\/1\.1 403 /);
    await ended;
    expect(await eventsOf("request", "opening.localhost")).toMatchObject([
      { outcome: "refused", status: 403 },
    ]);
  });

  test("are no longer watched once they have closed", async () => {
    const first = await open("watched");
    const second = await open("watched");
    const third = await open("watched");
    first.visitor.close(1000);
    first.origin.close(1000);
    second.origin.socket.resetAndDestroy();
    third.visitor.socket.resetAndDestroy();
    third.origin.close(1001);
    for (const { visitor, origin } of [first, second, third]) {
      visitor.socket.end();
      origin.socket.end();
      await Promise.all([untilEnd(visitor), untilEnd(origin)]);
    }
    const marker = await open("marker");
    await rig.put("customer:watched", "deny");
    // A watch looks every 0.2 s: by the time the second of these has been cut, any other has looked too.
    await rig.put("customer:marker", "deny");
    expect(await marker.visitor.told()).toBe("close 1008");
    const last = await open("last");
    await rig.put("customer:last", "deny");
    expect(await last.visitor.told()).toBe("close 1008");
    await eventsOf("cut", "last.localhost");
    const cut = events.filter(({ kind }) => kind === "cut");
    expect(cut.slice(-2).map(({ host }) => host)).toEqual([
      "marker.localhost",
      "last.localhost",
    ]);
    expect(cut.some(({ host }) => host === "watched.localhost")).toBe(false);
  });
});

async function untilEnd(peer: Peer): Promise<void> {
  while ((await peer.next()) !== "end");
}

describe("messages", () => {
  test.each(sides)(
    "from %s stay what they were, and in their order",
    async (_, first, second) => {
      const ends = await open("messages");
      const sent: [number, string | Buffer][] = [
        [opcodes.text, ""],
        [opcodes.binary, ""],
        [opcodes.text, "hello"],
        [opcodes.binary, Buffer.from([0, 255, 1])],
        [opcodes.text, "\ufeff\u0000é€😀"],
        ...[125, 126, 65_535, 65_536].map((length): [number, string] => [
          opcodes.binary,
          "b".repeat(length),
        ]),
        ...Array.from({ length: 500 }, (__, at): [number, string] => [
          at % 2 === 0 ? opcodes.text : opcodes.binary,
          String(at),
        ]),
      ];
      for (const [opcode, payload] of sent) ends[first].send(opcode, payload);
      for (const [opcode, payload] of sent) {
        const frame = await ends[second].next();
        if (frame === "end") throw new Error("the connection has ended");
        expect(frame.opcode).toBe(opcode);
        expect(frame.payload.equals(Buffer.from(payload))).toBe(true);
      }
    },
  );

  test.each(sides)(
    "from %s in fragments arrive whole",
    async (_, first, second) => {
      const ends = await open("fragments");
      ends[first].send(opcodes.text, "one ", { isFinal: false });
      ends[first].send(opcodes.continuation, Buffer.from([0xc3]), {
        isFinal: false,
      });
      ends[first].send(opcodes.ping, "amid");
      ends[first].send(opcodes.continuation, Buffer.from([0xa9]));
      expect(await ends[second].told()).toBe("text one é");
      expect(await ends[first].told()).toBe("pong amid");
    },
  );

  test.each(sides)("from %s have up to 32 MiB", async (_, first, second) => {
    const largest = Buffer.alloc(32 << 20, "x");
    const ends = await open("large");
    ends[first].send(opcodes.binary, largest);
    const frame = await ends[second].next();
    expect(frame !== "end" && frame.payload.equals(largest)).toBe(true);
    ends[first].send(opcodes.text, "and more");
    expect(await ends[second].told()).toBe("text and more");

    // The runtime reads no further, and ends that connection itself.
    ends[first].socket.on("error", () => undefined);
    ends[first].send(opcodes.binary, Buffer.alloc((32 << 20) + 1));
    expect(await ends[second].told()).toBe(
      first === "visitor" ? "close 1001" : "close 1011",
    );
    await untilEnd(ends[first]);
  });

  test.each(sides)(
    "of text from %s that is not UTF-8 get U+FFFD for what is not",
    async (_, first, second) => {
      const ends = await open("badtext");
      ends[first].send(opcodes.text, Buffer.from([65, 0xff, 66]));
      expect(await ends[second].told()).toBe("text A\ufffdB");
    },
  );

  test.each(sides)(
    "that ask %s whether it is alive are answered by the edge and go no further",
    async (_, second, first) => {
      const ends = await open("pinging");
      ends[first].send(opcodes.ping, "there?");
      expect(await within(atOnceMs, ends[first].told())).toBe("pong there?");
      ends[first].send(opcodes.pong, "unasked");
      ends[first].send(opcodes.text, "after");
      expect(await ends[second].told()).toBe("text after");
    },
  );
});

describe("a peer that reads too slowly", () => {
  test.each(sides)(
    "is not waited for without bound when %s sends",
    async (_, first, second) => {
      const ends = await open("slow");
      ends[second].socket.pause();
      const message = {
        opcode: opcodes.binary,
        payload: Buffer.alloc(1 << 20),
        isFinal: true,
        isCompressed: false,
      };
      const sending = new AbortController();
      void keepSending(
        ends[first],
        frameBytes(message, first === "visitor"),
        sending.signal,
      );
      expect(await ends[first].told()).toBe(
        "close 1013 a peer reads too slowly",
      );
      sending.abort();
      ends[second].socket.resume();
      let received = 0;
      let last = await ends[second].next();
      while (last !== "end" && last.opcode === opcodes.binary) {
        received += 1;
        last = await ends[second].next();
      }
      // 33 wait in the edge; the rest is in the sockets' own buffers.
      expect(received).toBeGreaterThanOrEqual(33);
      expect(received).toBeLessThan(64);
      expect(last !== "end" && last.payload.readUInt16BE()).toBe(1013);
    },
  );

  test.each(sides)(
    "gets everything when it is no more than 32 MiB behind %s",
    async (_, first, second) => {
      const ends = await open("behind");
      ends[second].socket.pause();
      for (let at = 0; at < 32; at++)
        ends[first].send(opcodes.binary, Buffer.alloc(1 << 20, at));
      // Its answer shows that the edge has read all that came before.
      ends[first].send(opcodes.ping, "read?");
      expect(await ends[first].told()).toBe("pong read?");
      ends[first].close(1000);
      ends[second].socket.resume();
      for (let at = 0; at < 32; at++) {
        const frame = await ends[second].next();
        expect(frame !== "end" && frame.payload[0]).toBe(at);
      }
      expect(await ends[second].told()).toBe("close 1000");
    },
  );
});

async function keepSending(
  { socket }: Peer,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted)
    if (!socket.write(bytes))
      await once(socket, "drain", { signal }).catch(() => undefined);
}

test("a sender that goes on after the edge has closed is left", async () => {
  const { visitor, origin } = await open("relentless");
  visitor.socket.pause();
  for (let at = 0; at < 64; at++)
    origin.send(opcodes.binary, Buffer.alloc(1 << 20));
  expect(await origin.told()).toBe("close 1013 a peer reads too slowly");
  const sending = setInterval(() => origin.send(opcodes.text, "more"), 100);
  onTestFinished(() => clearInterval(sending));
  expect(await within(9000, origin.told())).toBe("end");
});

describe("what a handshake negotiates", () => {
  const server = async (options: ServerOptions) => {
    const opened = new WebSocketServer({
      port: 0,
      host: "127.0.0.1",
      maxPayload: 64 << 20,
      ...options,
    });
    opened.on("connection", (socket) => {
      socket.on("message", (message, isBinary) =>
        socket.send(message, { binary: isBinary }),
      );
    });
    await once(opened, "listening");
    onTestFinished(() => {
      for (const socket of opened.clients) socket.terminate();
      opened.close();
    });
    const address = opened.address();
    if (typeof address !== "object" || address === null)
      throw new Error("no address");
    return { opened, at: `http://127.0.0.1:${address.port}` };
  };

  const deflates: [string, ServerOptions["perMessageDeflate"]][] = [
    ["none", false],
    ["all", { threshold: 0 }],
    [
      "no context taken over",
      {
        threshold: 0,
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
      },
    ],
    [
      "small windows",
      { threshold: 0, serverMaxWindowBits: 9, clientMaxWindowBits: 10 },
    ],
  ];
  test.each(
    deflates.flatMap(([byVisitor, visitor]) =>
      deflates.map(([byOrigin, atOrigin]) => ({
        byVisitor,
        visitor,
        byOrigin,
        atOrigin,
      })),
    ),
  )(
    "compression: visitor $byVisitor, origin $byOrigin",
    async ({ visitor, atOrigin }) => {
      const { at } = await server({ perMessageDeflate: atOrigin ?? false });
      await rig.site("deflate", [at]);
      const socket = new WebSocket(`ws://127.0.0.1:${rig.port}/`, {
        headers: { host: "deflate.localhost" },
        perMessageDeflate: visitor ?? false,
      });
      await once(socket, "open");
      for (const text of [
        "",
        "a",
        "hello ".repeat(20_000),
        "hello ".repeat(20_000),
      ]) {
        socket.send(text);
        const [data, isBinary] = await once(socket, "message");
        expect([String(data), isBinary]).toEqual([text, false]);
      }
      const closed = once(socket, "close");
      socket.close(4000, "bye");
      expect((await closed)[0]).toBe(4000);
    },
  );

  test.each([
    [["chat.v1", "chat.v2"], "chat.v2", "chat.v2"],
    [["chat.v1"], "chat.v1", "chat.v1"],
    [["chat.v1"], false, ""],
    [[], false, ""],
  ] as const)(
    "subprotocols %j, of which the origin takes %j",
    async (offered, taken, got) => {
      const { at } = await server({ handleProtocols: () => taken });
      await rig.site("protocols", [at]);
      const socket = new WebSocket(
        `ws://127.0.0.1:${rig.port}/`,
        [...offered],
        {
          headers: { host: "protocols.localhost" },
        },
      );
      // A client that offered some may refuse to go on without one (RFC 6455 §4.1); the edge takes no part in that.
      socket.on("error", () => undefined);
      const [response] = await once(socket, "upgrade");
      expect(response.headers["sec-websocket-protocol"] ?? "").toBe(got);
      socket.terminate();
    },
  );
});

describe("a handshake that fails", () => {
  /** What the visitor got, and the line that was logged of it. */
  const attempt = async (
    site: string,
    origins: string[],
    fields: string[] = handshake,
    more: object = {},
  ) => {
    await rig.site(site, origins, more);
    const host = `${site}.localhost`;
    const got = await exchange(
      rig.port,
      head("GET", "/", host, ...fields, "Accept: text/html"),
      /\r\n\r\n[^]*(?:<\/html>|origin's own)/,
    );
    expect(got).not.toMatch(
      /ERROR:|TypeError|\n\s+at |\.[jt]s:|127\.0\.0\.1|kj\/|workerd/,
    );
    const [event, ...others] = await eventsOf("request", host);
    expect(others).toEqual([]);
    return { got, ...event };
  };

  test.each([
    ["200 OK", ""],
    ["401 Unauthorized", "WWW-Authenticate: Basic"],
    ["403 Forbidden", ""],
    ["404 Not Found", ""],
    ["426 Upgrade Required", "Sec-WebSocket-Version: 8"],
    ["500 Internal Server Error", ""],
    ["503 Service Unavailable", "Retry-After: 5"],
    ["302 Found", "Location: https://else.example/"],
  ])("by the origin's %s is answered with it", async (status, line) => {
    const at = await rawOrigin((socket) =>
      socket.end(
        `HTTP/1.1 ${status}\r\nContent-Length: 12\r\n${line === "" ? "" : `${line}\r\n`}\r\norigin's own`,
      ),
    );
    const code = Number(status.slice(0, 3));
    const result = await attempt(`answers${code}`, [at]);
    expect(result.got).toMatch(new RegExp(`^HTTP/1\\.1 ${code} `));
    expect(result.got).toContain("origin's own");
    expect(result.got).toContain(line);
    expect(result).toMatchObject({
      outcome: "served",
      status: code,
      error: null,
    });
  });

  const failures: [string, (request: string) => string, string][] = [
    ["hanging up", () => "", "connection_terminated"],
    [
      "not speaking HTTP",
      () => "SSH-2.0-OpenSSH_9.2\r\n\r\n",
      "connection_terminated",
    ],
    [
      "accepting another key",
      () => switching("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="),
      "http_upgrade_failed",
    ],
    [
      "accepting no key",
      (request) => switching(request).replace(/Sec-WebSocket-Accept.*\r\n/, ""),
      "http_upgrade_failed",
    ],
    [
      "switching to no protocol",
      (request) => switching(request).replace("Upgrade: websocket\r\n", ""),
      "http_upgrade_failed",
    ],
    [
      "switching to another protocol",
      (request) => switching(request).replace("websocket", "h2c"),
      "http_upgrade_failed",
    ],
    [
      "extension that nobody offered",
      (request) => switching(request, "Sec-WebSocket-Extensions: x-unheard-of"),
      "http_upgrade_failed",
    ],
  ];
  test.each(failures)(
    "by the origin's %s is a page of ours",
    async (name, answer, error) => {
      const at = await rawOrigin((socket, request) =>
        socket.end(answer(request)),
      );
      const result = await attempt(name.replaceAll(" ", "-").toLowerCase(), [
        at,
      ]);
      expect(result).toMatchObject({
        status: 502,
        error,
        outcome: "unreachable",
      });
      expect(result.got).toContain("</html>");
    },
  );

  test.each([
    ["refusing", ["http://127.0.0.1:1"], "connection_refused", 502],
    ["nowhere", ["http://no-such-host.invalid"], "dns_error", 502],
  ])(
    "by an origin %s is a page of ours",
    async (site, origins, error, status) => {
      expect(await attempt(site, origins)).toMatchObject({
        outcome: "unreachable",
        error,
        status,
      });
    },
  );

  test("by an origin's silence is a page of ours", async () => {
    const at = await rawOrigin(() => undefined);
    expect(
      await attempt("silence", [at], handshake, { timeoutSeconds: 1 }),
    ).toMatchObject({
      outcome: "unreachable",
      error: "connection_read_timeout",
      status: 504,
    });
  });

  test("at a first origin that refuses is tried at the next", async () => {
    const { at } = await socketOrigin();
    await rig.site("second", ["http://127.0.0.1:1", at]);
    expect((await visit(rig.port, "second.localhost")).head).toMatch(
      /^HTTP\/1\.1 101 /,
    );
  });

  const without = (...names: string[]) =>
    handshake.filter((line) => !names.some((name) => line.startsWith(name)));
  test.each([
    ["no key", without("Sec-WebSocket-Key"), 400],
    [
      "an empty key",
      [...without("Sec-WebSocket-Key"), "Sec-WebSocket-Key:"],
      400,
    ],
    [
      "a short key",
      [...without("Sec-WebSocket-Key"), "Sec-WebSocket-Key: abc"],
      400,
    ],
    [
      "two keys",
      [...handshake, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="],
      400,
    ],
    ["no version", without("Sec-WebSocket-Version"), 426],
    [
      "an older version",
      [...without("Sec-WebSocket-Version"), "Sec-WebSocket-Version: 8"],
      426,
    ],
    ["two versions", [...handshake, "Sec-WebSocket-Version: 8"], 426],
  ])(
    "by the visitor's %s is a page of ours, and the origin hears nothing",
    async (name, fields, status) => {
      let heard = 0;
      const at = await rawOrigin((socket) => {
        heard += 1;
        socket.destroy();
      });
      const result = await attempt(name.replaceAll(" ", "-"), [at], fields);
      expect(result).toMatchObject({ outcome: "malformed", status });
      expect(result.got).toContain("</html>");
      expect(heard).toBe(0);
    },
  );

  test("by the visitor's version names the one there is", async () => {
    const fields = without("Sec-WebSocket-Version");
    const { got } = await attempt("version", ["http://127.0.0.1:1"], fields);
    expect(got).toMatch(/^sec-websocket-version: 13\r$/im);
  });

  test("by the visitor's method is a request like any other", async () => {
    const at = await rawOrigin((socket, request) =>
      socket.end(
        `HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n${/^upgrade:/im.test(request) ? "bad!" : "fine"}`,
      ),
    );
    await rig.site("posting", [at]);
    const got = await exchange(
      rig.port,
      head("POST", "/", "posting.localhost", ...handshake, "Content-Length: 0"),
      /\r\n\r\n..../,
    );
    expect(got).toMatch(/^HTTP\/1\.1 200 [^]*fine$/);
  });

  test("of a dropped customer is refused like any request", async () => {
    await rig.site("refused", ["http://127.0.0.1:1"]);
    await rig.put("customer:refused", "deny");
    for (const fields of [handshake, without("Sec-WebSocket-Key")]) {
      const got = await exchange(
        rig.port,
        head("GET", "/", "refused.localhost", ...fields),
      );
      expect(got).toMatch(/^HTTP\/1\.1 403 /);
    }
  });
});
