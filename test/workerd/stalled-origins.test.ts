import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { counted } from "./counted.ts";
import { request } from "./request.ts";
import { head, origin, startRig, type Rig } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const stalled = 300;
const stated = 1_000_000;
const sent = 16_384;

/** Sends the beginning of a body, and then nothing any more. Every other answer may be stored. */
const stalling = () =>
  createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", (bytes) => {
      const isStored = /^GET \/\d*[02468] /.test(bytes.toString());
      socket.write(
        [
          "HTTP/1.1 200 OK",
          `Cache-Control: ${isStored ? "max-age=60" : "no-store"}`,
          `Content-Length: ${stated}`,
          "",
          "x".repeat(sent),
        ].join("\r\n"),
      );
    });
  });

interface Visitor {
  socket: Socket;
  closed: Promise<unknown>;
  got: () => string;
}

/** So many visitors, each of whom has the beginning of a body of their own. */
async function visitors(host: string): Promise<Visitor[]> {
  return Promise.all(
    Array.from({ length: stalled }, async (_, n) => {
      const socket = connect(rig.port, "127.0.0.1");
      onTestFinished(() => void socket.destroy());
      socket.on("error", () => socket.destroy());
      const closed = once(socket, "close");
      let got = "";
      socket.on("data", (bytes) => (got += bytes.toString("latin1")));
      socket.write(head("GET", `/${n}`, host));
      while (!got.endsWith("x")) await once(socket, "data");
      return { socket, closed, got: () => got };
    }),
  );
}

/** What others get while nothing moves. */
async function expectServed(): Promise<void> {
  const at = await origin((_, response) => response.end("fine"));
  await rig.site("fine", [at]);
  for (let visit = 0; visit < 20; visit++) {
    const got = await request(rig.port, "fine.localhost", `/${visit}`);
    expect(got.body.toString()).toBe("fine");
  }
}

test("origins that stall are given up by the site's limit, and their visitors see that it is not all", async () => {
  const slow = await counted(stalling());
  await rig.site("stalls", [`http://127.0.0.1:${slow.port}`], {
    betweenBytesTimeoutSeconds: 10,
  });
  const present = await visitors("stalls.localhost");
  // Some only close their side, which may be the end of what they send.
  for (const { socket } of present.slice(0, 100)) socket.end();
  await expectServed();
  await slow.untilNoneIsOpen();
  await Promise.all(present.map(({ closed }) => closed));
  for (const { got } of present) {
    expect(got()).toMatch(/^HTTP\/1\.1 200 /);
    expect(got()).toContain(`Content-Length: ${stated}`);
    expect(got().length).toBeLessThan(stated);
  }
  expect(slow.made()).toBe(stalled);
});

test("origins that stall are given up when their visitors have left, whatever the limit", async () => {
  const slow = await counted(stalling());
  await rig.site("left", [`http://127.0.0.1:${slow.port}`], {
    betweenBytesTimeoutSeconds: 3600,
  });
  const present = await visitors("left.localhost");
  for (const { socket } of present) socket.resetAndDestroy();
  await expectServed();
  await slow.untilNoneIsOpen();
  expect(slow.made()).toBe(stalled);
});

test("a customer whose origin stalls can be dropped, which ends what is open", async () => {
  const slow = await counted(stalling());
  await rig.site("dropped", [`http://127.0.0.1:${slow.port}`], {
    betweenBytesTimeoutSeconds: 3600,
  });
  const present = await visitors("dropped.localhost");
  await rig.put("customer:dropped", "deny");
  await Promise.all(present.map(({ closed }) => closed));
  await slow.untilNoneIsOpen();
  const { status } = await request(rig.port, "dropped.localhost", "/");
  expect(status).toBe(403);
});

test("an origin that sends the head of a short answer, and then nothing, is too slow", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", () =>
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"),
    );
  });
  const slow = await counted(server);
  await rig.site("headonly", [`http://127.0.0.1:${slow.port}`], {
    timeoutSeconds: 1,
  });
  const { status, fields } = await request(rig.port, "headonly.localhost", "/");
  expect(status).toBe(504);
  expect(fields["proxy-status"]).toBe(
    "portcullis;error=connection_read_timeout",
  );
  await slow.untilNoneIsOpen();
});
