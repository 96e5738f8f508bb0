import { createServer as createTcpServer, type Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAuthority } from "../certificates.ts";
import { counted } from "./counted.ts";
import { request } from "./request.ts";
import { startRig, type Rig } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

/** Takes connections, and ends each when something has come. */
const hangingUp = () =>
  createTcpServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", () => socket.destroy());
  });

const identity = createAuthority("Nobody's Authority").issue(["127.0.0.1"]);

describe("finding out why an exchange failed", () => {
  test.each<[string, "http" | "https", () => Server, string]>([
    ["hangs up", "http", hangingUp, "connection_terminated"],
    ["speaks no TLS", "https", hangingUp, "tls_protocol_error"],
    [
      "has a certificate that nobody vouches for",
      "https",
      () => createTlsServer(identity),
      "tls_certificate_error",
    ],
  ])(
    "takes one connection more to an origin that %s",
    async (_, scheme, server, error) => {
      const origin = await counted(server());
      await rig.site("why", [`${scheme}://127.0.0.1:${origin.port}`]);
      const got = await request(rig.port, "why.localhost", "/");
      expect(got.status).toBe(502);
      expect(got.fields["proxy-status"]).toBe(`portcullis;error=${error}`);
      expect(origin.made()).toBe(2);
    },
  );

  test.each(["http", "https"])(
    "takes hardly any when many fail at once over %s",
    async (scheme) => {
      const origin = await counted(hangingUp());
      const at = `${scheme}://127.0.0.1:${origin.port}`;
      await rig.site("crowd", [at], { cache: { mode: "bypass" } });
      const requests = 400;
      const begunAtMs = Date.now();
      let asked = 0;
      await Promise.all(
        Array.from({ length: 50 }, async () => {
          while (asked < requests) {
            asked += 1;
            const got = await request(rig.port, "crowd.localhost", `/${asked}`);
            expect(got.status).toBe(502);
          }
        }),
      );
      // Once a second at most, and once for the second that has begun.
      const seconds = (Date.now() - begunAtMs) / 1000;
      expect(origin.made()).toBeLessThanOrEqual(asked + seconds + 1);
    },
  );

  test("takes no connection for each write that could go to another origin", async () => {
    const first = await counted(hangingUp());
    const origins = [`http://127.0.0.1:${first.port}`, "http://127.0.0.1:1"];
    await rig.site("writes", origins);
    const begunAtMs = Date.now();
    const writes = 100;
    await Promise.all(
      Array.from({ length: writes }, () =>
        request(rig.port, "writes.localhost", "/", {
          method: "POST",
          body: "hello",
        }),
      ),
    );
    const seconds = (Date.now() - begunAtMs) / 1000;
    expect(first.made()).toBeLessThanOrEqual(writes + seconds + 1);
  });
});
