import {
  createServer as createRawServer,
  type AddressInfo,
  type Server,
} from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createAuthority, expired, selfSigned } from "../certificates.ts";
import { request } from "./request.ts";
import { startRig, type Rig } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const authority = createAuthority("Nobody's Authority");
const hosts = ["localhost", "127.0.0.1"];
const issued = authority.issue(hosts);

const notHttp = (options: TlsOptions) => {
  const server = createTlsServer(options, (socket) => {
    socket.on("error", () => socket.destroy());
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  server.on("tlsClientError", () => undefined);
  return server;
};

/** Sends these bytes to whoever connects, in parts that arrive apart. */
const plain = (...parts: readonly Buffer[]) =>
  createRawServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.setNoDelay(true);
    socket.once("data", () => {
      for (const part of parts) socket.write(part);
      socket.end();
    });
  });

const alert = Buffer.from("15030300020228", "hex");

test.each([
  [
    "of an unknown authority, over TLS 1.3",
    notHttp({ ...issued, minVersion: "TLSv1.3" }),
  ],
  [
    "of an unknown authority, over TLS 1.2",
    notHttp({ ...issued, maxVersion: "TLSv1.2" }),
  ],
  ["of its own making", notHttp(selfSigned("localhost"))],
  ["that has expired", notHttp(authority.issue(hosts, expired))],
  ["for another host", notHttp(authority.issue(["other.example"]))],
  [
    "on a curve for which its keys have to be agreed on again",
    notHttp({ ...issued, ecdhCurve: "P-384", minVersion: "TLSv1.3" }),
  ],
])(
  "RFC 9209 §2.3.14 an origin with a certificate %s is 502 tls_certificate_error",
  async (_, server) => {
    for (const host of ["localhost", "127.0.0.1"])
      expect(await failureOf(server, host)).toEqual({
        status: 502,
        why: "portcullis;error=tls_certificate_error",
      });
  },
);

test.each([
  ["sends plain HTTP", plain(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"))],
  ["sends five bytes and ends", plain(Buffer.from("1603030001", "hex"))],
  ["sends an alert", plain(alert)],
  ["ends at once", plain()],
  ["has no certificate at all", notHttp({})],
  [
    "knows no version after TLS 1.1",
    notHttp({
      ...issued,
      minVersion: "TLSv1.1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0",
    }),
  ],
  [
    "knows no cipher that the runtime knows",
    notHttp({
      ...issued,
      maxVersion: "TLSv1.2",
      ciphers: "ECDHE-ECDSA-AES128-SHA",
    }),
  ],
])(
  "RFC 9209 §2.3.13 an origin that %s is 502 tls_protocol_error",
  async (_, server) => {
    expect(await failureOf(server, "localhost")).toEqual({
      status: 502,
      why: "portcullis;error=tls_protocol_error",
    });
  },
);

async function failureOf(server: Server, host: string) {
  if (!server.listening) {
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    onTestFinished(() => void server.close());
  }
  const { port } = server.address() as AddressInfo;
  await rig.site("tls", [`https://${host}:${port}`]);
  const got = await request(rig.port, "tls.localhost", "/");
  return { status: got.status, why: got.fields["proxy-status"] };
}
