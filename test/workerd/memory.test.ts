import { once } from "node:events";
import type { RequestListener, ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openHeap, type Heap } from "./heap.ts";
import { request } from "./request.ts";
import { head, origin, startRig, type Rig } from "./rig.ts";

const mebibyte = 2 ** 20;
const long = "x".repeat(16_000);

let rig: Rig;
let heap: Heap;
let sockets: Socket[] = [];

beforeEach(async () => {
  rig = await startRig(
    { RESPONSE_MEMORY_MIB: "2", RECORD_MEMORY_SECONDS: "10" },
    { inspector: "open" },
  );
  heap = await openHeap(rig);
});

afterEach(async () => {
  leave();
  heap.close();
  await rig.close();
});

/** The site that is attacked, from an origin that answers so. */
async function site(listener: RequestListener): Promise<void> {
  await rig.site("a", [await origin(listener, { maxHeaderSize: mebibyte })]);
}

/** What the heap has grown by in the course of an attack, in MiB, while another customer's visitors are served. */
async function growth(attack: () => Promise<void>): Promise<number> {
  await rig.site("well", [await origin((_, response) => response.end("well"))]);
  await expectWell();
  const before = await heap.bytes();
  await attack();
  await expectWell();
  return ((await heap.bytes()) - before) / mebibyte;
}

async function expectWell(): Promise<void> {
  const { status, body } = await request(rig.port, "well.localhost", "/");
  expect([status, body.toString()]).toEqual([200, "well"]);
}

const get = (target: string, ...lines: string[]) =>
  head("GET", target, "a.localhost", ...lines);

/** So many requests, one after the other on each of some connections. All are answered with 200 and two bytes. */
async function each(
  count: number,
  asked: (at: number) => string,
): Promise<void> {
  let next = 0;
  const visitor = async () => {
    const socket = connect(rig.port, "127.0.0.1");
    sockets.push(socket);
    while (next < count) {
      socket.write(asked(next), "latin1");
      next += 1;
      let received = "";
      while (!/\r\n\r\n..$/s.test(received))
        received += String(await once(socket, "data"));
      expect(received.slice(0, 15)).toBe("HTTP/1.1 200 OK");
    }
  };
  await Promise.all(Array.from({ length: 8 }, visitor));
}

/** Visitors of one connection each, with all their requests on it at once. */
function visit(
  count: number,
  requests: (at: number) => string,
  reads: "nothing" | "all",
): void {
  for (let at = 0; at < count; at += 1) {
    const socket = connect(rig.port, "127.0.0.1");
    socket.on("error", () => socket.destroy());
    socket.write(requests(at), "latin1");
    if (reads === "all") socket.resume();
    sockets.push(socket);
  }
}

function leave(): void {
  for (const socket of sockets) socket.destroy();
  sockets = [];
}

/** Something that is to happen so many times. */
function times(count: number): { happen: () => void; all: Promise<void> } {
  const all = Promise.withResolvers<void>();
  let left = count;
  const happen = () => {
    left -= 1;
    if (left === 0) all.resolve();
  };
  return { happen, all: all.promise };
}

describe("an isolate's heap stays small when a client", () => {
  test("asks for ever new URLs of 16 KB whose answers are not shared", async () => {
    await site((_, response) =>
      response.setHeader("Cache-Control", "no-store").end("ok"),
    );
    const grown = await growth(() => each(600, (n) => get(`/${n}${long}`)));
    // Nine MiB of URLs; four may be remembered.
    expect(grown).toBeLessThan(6);
  });

  test("asks for ever new URLs of 16 KB whose answers of 2 bytes are stored", async () => {
    await site((_, response) =>
      response.setHeader("Cache-Control", "max-age=600").end("ok"),
    );
    const grown = await growth(() => each(600, (n) => get(`/${n}${long}`)));
    // Nine MiB of URLs; two may be stored, and as much again is what a heap moves by on its own.
    expect(grown).toBeGreaterThan(1);
    expect(grown).toBeLessThan(5);
  });

  test("sends ever new fields of 60 KB by which answers vary", async () => {
    await site((_, response) =>
      response
        .setHeader("Cache-Control", "max-age=600")
        .setHeader("Vary", "User-Agent")
        .end("ok"),
    );
    const grown = await growth(() =>
      each(200, (n) =>
        get(`/${n % 10}`, `User-Agent: ${n}${"x".repeat(60_000)}`),
      ),
    );
    expect(grown).toBeLessThan(5);
  });

  test("asks for what its origin answers with fields of 30 KB", async () => {
    await site((_, response) =>
      response
        .setHeader("Cache-Control", "max-age=600")
        .setHeader("X-Long", "x".repeat(30_000))
        .end("ok"),
    );
    const grown = await growth(() => each(400, (n) => get(`/${n}`)));
    expect(grown).toBeGreaterThan(1);
    expect(grown).toBeLessThan(5);
  });

  test("writes to ever new URLs of 16 KB", async () => {
    await site((_, response) => response.end("ok"));
    const grown = await growth(() =>
      each(600, (n) =>
        head("POST", `/${n}${long}`, "a.localhost", "Content-Length: 0"),
      ),
    );
    expect(grown).toBeLessThan(5);
  });

  test("sends requests of 56 KB to an origin that does not answer", async () => {
    const pending = times(60);
    await site(pending.happen);
    const grown = await growth(async () => {
      const field = `X-Long: ${"x".repeat(48_000)}`;
      visit(200, (n) => get(`/${n}${long.slice(0, 8_000)}`, field), "all");
      await pending.all;
    });
    expect(grown).toBeLessThan(16);
  });

  test("does not read 400 bodies of 1 MiB that it asked for", async () => {
    const sent = times(100);
    const body = Buffer.alloc(mebibyte);
    await site((_, response) => {
      sent.happen();
      response.setHeader("Cache-Control", "max-age=600").end(body);
    });
    const grown = await growth(async () => {
      const urls = [1, 2, 3, 4];
      visit(100, (n) => urls.map((u) => get(`/${n}/${u}`)).join(""), "nothing");
      await sent.all;
    });
    expect(grown).toBeLessThan(40);
  });

  test("asks for 200 bodies whose origin stalls just before their end, and leaves", async () => {
    const stalled = times(200);
    const body = Buffer.alloc(mebibyte - 1);
    await site((asked, response) => {
      if (asked.url === "/small") return response.end("ok");
      response
        .setHeader("Cache-Control", "max-age=600")
        .setHeader("Content-Length", mebibyte)
        .write(body, stalled.happen);
    });
    const grown = await growth(async () => {
      visit(200, (n) => get(`/${n}`), "all");
      await stalled.all;
    });
    // The share of bodies under way is 24 MiB; beyond it each open response has a buffer of about 64 KiB, or two for a moment.
    expect(grown).toBeLessThan(50);
    expect(await growth(async () => leave())).toBeLessThan(8);
  });

  test("asks for bodies that come byte by byte", async () => {
    const trickles: ServerResponse[] = [];
    await site((_, response) => {
      response.setHeader("Cache-Control", "max-age=600").write("x");
      trickles.push(response);
    });
    const grown = await growth(async () => {
      visit(20, (n) => get(`/${n}`), "all");
      const arrived = times(20 * 300);
      // The next byte is sent when the last one has come, so that each comes alone.
      for (const socket of sockets)
        socket.on("data", () => {
          arrived.happen();
          trickles[0]?.write("x");
          trickles.push(...trickles.splice(0, 1));
        });
      await arrived.all;
    });
    // Each byte comes in a buffer of 4 KiB: 23 MiB.
    expect(grown).toBeLessThan(6);
  });
});

test("a small response is stored while bodies stall that take all the memory for what arrives", async () => {
  const stalled = times(100);
  const body = Buffer.alloc(mebibyte - 1);
  let small = 0;
  await site((asked, response) => {
    response.setHeader("Cache-Control", "max-age=600");
    if (asked.url === "/small") {
      small += 1;
      response.end("ok");
    } else
      response
        .setHeader("Content-Length", mebibyte)
        .write(body, stalled.happen);
  });
  visit(100, (n) => get(`/${n}`), "all");
  await stalled.all;
  for (const status of ["stored", "hit"]) {
    const { fields } = await request(rig.port, "a.localhost", "/small");
    expect(fields["cache-status"]).toContain(status);
  }
  expect(small).toBe(1);
});
