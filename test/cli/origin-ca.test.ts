import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "./open-store.ts";
import {
  createAuthority,
  expired,
  type Identity,
  selfSigned,
} from "../certificates.ts";
import { findFreePort, ask, runStart } from "./running.ts";

const folder = mkdtempSync(join(tmpdir(), "portcullis ca "));
const authorityPath = join(folder, "ca.pem");
const authority = createAuthority("Office Authority");
writeFileSync(authorityPath, authority.cert);
const statePath = join(folder, "state");
const servers: { close: () => void }[] = [];

async function serve(identity: Identity): Promise<string> {
  const server = createServer(identity, (_, response) =>
    response.end("from the office"),
  );
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  return `https://localhost:${port}`;
}

const sites = [
  ["good", authority.issue(["localhost"])],
  ["expired", authority.issue(["localhost"], expired)],
  ["misnamed", authority.issue(["other.example"])],
  ["unknown", createAuthority("Another Authority").issue(["localhost"])],
  ["own", selfSigned("localhost")],
] as const;

beforeAll(async () => {
  const records = new Map<string, string>();
  for (const [id, identity] of sites) {
    const record = { customer: id, origins: [await serve(identity)] };
    records.set(`host:${id}.localhost`, JSON.stringify(record));
  }
  const store = openStore(statePath);
  await store.write(records);
  await store.close();
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  ["the production bundle", []],
  ["--dev", ["--dev"]],
])("npm start on %s", (_, runtime) => {
  const run = async (
    args: readonly string[],
    env: Record<string, string> = {},
  ) => {
    const port = await findFreePort();
    const edge = runStart(
      ["--no-demo", "--state", statePath, ...runtime, ...args],
      { PORT: String(port), ...env },
    );
    await edge.printed("Ctrl-C stops everything.");
    const got: Record<string, unknown> = {};
    for (const [id] of sites) {
      const { status, headers, body } = await ask(port, `${id}.localhost`);
      got[id] =
        status === 200 ? body : [status, String(headers["proxy-status"])];
    }
    edge.signal("SIGINT");
    expect(await edge.ended).toBe(0);
    return got;
  };
  const failed = [502, "portcullis;error=tls_certificate_error"];
  const trusted = {
    good: "from the office",
    expired: failed,
    misnamed: failed,
    unknown: failed,
    own: failed,
  };

  test("with --origin-ca trusts what that authority has signed, for its hosts and until it expires, and nothing else", async () => {
    expect(await run(["--origin-ca", authorityPath])).toEqual(trusted);
  });

  test("takes NODE_EXTRA_CA_CERTS for the same", async () => {
    expect(await run([], { NODE_EXTRA_CA_CERTS: authorityPath })).toEqual(
      trusted,
    );
  });

  test("trusts no private authority without", async () => {
    expect(await run([])).toEqual({ ...trusted, good: failed });
  });
});

test.each([
  ["a file that is not there", null, /ENOENT/],
  [
    "a file without a certificate",
    "ca",
    /no certificate; expected at least one in PEM/,
  ],
  [
    "a certificate that is none",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    /error:|ASN|asn1/i,
  ],
])("--origin-ca with %s ends with 1 and says so", async (_, text, problem) => {
  const path = join(folder, "odd.pem");
  rmSync(path, { force: true });
  if (text !== null) writeFileSync(path, text);
  const edge = runStart(["--origin-ca", path], {});
  expect(await edge.ended).toBe(1);
  expect(edge.output()).toContain(`--origin-ca ${path}: `);
  expect(edge.output()).toMatch(problem);
});
