import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  afterAll,
  beforeAll,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from "vitest";
import {
  startHostDispatcher,
  type HostDispatcher,
} from "../../src/node/host-dispatcher.ts";

import {
  createAuthority,
  expired,
  selfSigned,
  type Identity,
} from "../certificates.ts";

let dispatcher: HostDispatcher;
let asked = 0;
const origin = createServer((_, response) => {
  asked += 1;
  response.end("here");
});
beforeAll(async () => {
  dispatcher = await startHostDispatcher();
  origin.listen(0, "127.0.0.1");
  await once(origin, "listening");
});
afterAll(() => {
  dispatcher.close();
  origin.close();
  origin.closeAllConnections();
});

/** All that comes back for these bytes until the connection ends. */
function answerTo(bytes: string, by = dispatcher): Promise<string> {
  const socket = connect(Number(new URL(by.address).port), "127.0.0.1");
  let received = "";
  socket.on("data", (chunk) => (received += chunk.toString("latin1")));
  socket.on("error", () => undefined);
  socket.write(bytes, "latin1");
  return new Promise((resolve) => {
    socket.on("close", () => resolve(received));
  });
}

const originUrl = () => {
  const address = origin.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
};
const at = (path: string, ...lines: string[]) =>
  [`GET ${path} HTTP/1.1`, "Host: any", ...lines, "", ""].join("\r\n");
const key = () => new URL(dispatcher.address).pathname.slice(1);
const errand = (host = "shop.example") =>
  `${encodeURIComponent(host)}/${encodeURIComponent(originUrl())}`;

test("it serves whoever knows its key, once a connection", async () => {
  const answer = await answerTo(
    at(`/${key()}/${errand()}/`, "Connection: close"),
  );
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(answer).toMatch(/\r\nConnection: close\r\n/);
  expect(answer).not.toMatch(/keep-alive/i);
});

test("it hangs up on everybody else, without a word and without asking the origin", async () => {
  const before = asked;
  const wrong = "0".repeat(key().length);
  for (const bytes of [
    at("/"),
    at(`/${errand()}/`),
    at(`/${wrong}/${errand()}/`),
    at(`/${key().slice(1)}/${errand()}/`),
    at(`/${key()}0/${errand()}/`),
    at(`/${key().toUpperCase()}x/${errand()}/`),
    at(`//${key()}/${errand()}/`),
    at(`/${key()}/${errand()}`),
    at(`/${key()}/`),
    at(`http://127.0.0.1/${key()}/${errand()}/`),
    at("/", `Authorization: ${key()}`),
    `GET /${key()}/${errand()}/ HTTP/1.0\r\n\r\n`,
    "x".repeat(2 << 20),
    "\r\n\r\n",
  ])
    expect(await answerTo(bytes)).toBe("");
  expect(asked).toBe(before);
});

test("its key is another one each time", async () => {
  const other = await startHostDispatcher();
  expect(new URL(other.address).pathname).not.toBe(`/${key()}`);
  other.close();
});

describe("to an https origin", () => {
  const refused = /^HTTP\/1\.1 999 tls_certificate_error\r\n/;
  const authority = createAuthority("Test Authority");
  let trusting: HostDispatcher;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "portcullis-test-"));
    const path = join(folder, "authority.pem");
    await writeFile(path, authority.cert);
    vi.stubEnv("NODE_EXTRA_CA_CERTS", path);
    trusting = await startHostDispatcher();
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });
  afterAll(() => trusting.close());

  /** What an origin on localhost with this certificate answers when it is asked with the Host shop.example. */
  async function ask(identity: Identity, by: HostDispatcher) {
    const server = createSecureServer(identity, ({ headers }, response) =>
      response.end(headers.host),
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const secret = new URL(by.address).pathname;
    const to = encodeURIComponent(`https://localhost:${port}`);
    const path = `${secret}/shop.example/${to}/`;
    return answerTo(at(path, "Connection: close"), by);
  }

  test("the certificate is the origin's, and Host is another", async () => {
    const answer = await ask(authority.issue(["localhost"]), trusting);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain("shop.example");
  });

  test.each([
    ["for Host", authority.issue(["shop.example"])],
    ["that has expired", authority.issue(["localhost"], expired)],
    ["that vouches for itself", selfSigned("localhost")],
  ])("a certificate %s is said not to be the origin's", async (_, identity) => {
    expect(await ask(identity, trusting)).toMatch(refused);
  });

  test("an authority that nobody named is not trusted", async () => {
    const identity = authority.issue(["localhost"]);
    expect(await ask(identity, dispatcher)).toMatch(refused);
  });

  test("an origin that speaks no TLS is said not to", async () => {
    const secret = new URL(trusting.address).pathname;
    const plain = originUrl().replace("http:", "https:");
    const path = `${secret}/shop.example/${encodeURIComponent(plain)}/`;
    expect(await answerTo(at(path), trusting)).toMatch(
      /^HTTP\/1\.1 999 tls_protocol_error\r\n/,
    );
  });
});
