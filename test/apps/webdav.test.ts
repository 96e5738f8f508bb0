import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { v2 as webdav } from "webdav-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { request } from "../workerd/request.ts";
import { startRig, type Rig } from "../workerd/rig.ts";

let rig: Rig;
const files = new webdav.WebDAVServer();
const server = createServer((asked, answer) =>
  files.executeRequest(asked, answer),
);
let port: number;

beforeAll(async () => {
  rig = await startRig();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  ({ port } = server.address() as AddressInfo);
  await rig.site("files", [`http://127.0.0.1:${port}`]);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rig.close();
});

/** What a client that mounts a folder does, in a folder of its own; the statuses and bodies it sees. */
async function session(at: number, host: string, folder: string) {
  const ask = async (
    method: string,
    target: string,
    fields: Record<string, string> = {},
    body?: string,
  ) => {
    const got = await request(at, host, `${folder}${target}`, {
      method,
      fields: {
        ...(body !== undefined && { "content-length": String(body.length) }),
        ...fields,
      },
      ...(body !== undefined && { body }),
    });
    return got;
  };
  const destination = (target: string) => ({
    destination: `http://${host}${folder}${target}`,
  });
  const seen: (string | number)[] = [];
  const note = async (got: ReturnType<typeof ask>) => {
    const { status, body } = await got;
    seen.push(status, status === 200 ? body.toString() : "");
  };
  await note(ask("MKCOL", ""));
  await note(ask("PUT", "/a.txt", {}, "first"));
  await note(ask("GET", "/a.txt"));
  await note(ask("PUT", "/a.txt", {}, "second"));
  await note(ask("GET", "/a.txt"));
  await note(ask("COPY", "/a.txt", destination("/b.txt")));
  await note(ask("MOVE", "/b.txt", destination("/c.txt")));
  await note(ask("GET", "/b.txt"));
  await note(ask("GET", "/c.txt"));
  const listed = await ask("PROPFIND", "", { depth: "1" });
  seen.push(
    listed.status,
    [...listed.body.toString().matchAll(/([abc]\.txt)<\/D:href>/g)]
      .map(([, name = ""]) => name)
      .toSorted((one, other) => one.localeCompare(other))
      .join(),
  );
  await note(ask("DELETE", "/a.txt"));
  await note(ask("GET", "/a.txt"));
  return seen;
}

test("a client that mounts a folder sees the same through the edge as without it", async () => {
  const direct = await session(port, `127.0.0.1:${port}`, "/direct");
  const edge = await session(rig.port, "files.localhost", "/edge");
  expect(edge).toEqual(direct);
  expect(edge).toContain("second");
  expect(edge).toContain("a.txt,c.txt");
});
