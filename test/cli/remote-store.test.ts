import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { portcullis } from "./portcullis.ts";

/** The part of Cloudflare's API that `wrangler kv` uses, over one namespace in memory. */
const store = new Map<string, string>();
const server = createServer((request, response) => {
  void respond(request, response);
});
let signedIn: Record<string, string>;

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  signedIn = {
    CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}`,
    CLOUDFLARE_API_TOKEN: "secret-token",
    CLOUDFLARE_ACCOUNT_ID: "account",
  };
});
afterAll(() => void server.close());

async function respond(request: IncomingMessage, response: ServerResponse) {
  const body = await text(request);
  const result = answer(`${request.method} ${request.url}`, body);
  const isKnown = result !== null;
  const errors = isKnown ? [] : [{ code: 10_000, message: "no such thing" }];
  response.writeHead(isKnown ? 200 : 404, {
    "Content-Type": "application/json",
  });
  response.end(
    JSON.stringify({ success: isKnown, errors, messages: [], result }),
  );
}

function answer(asked: string, body: string): unknown {
  const bulk = "/accounts/account/storage/kv/namespaces/n1/bulk";
  if (asked === "GET /accounts/account/workers/scripts/portcullis/settings") {
    const type = "kv_namespace";
    return { bindings: [{ type, name: "CUSTOMERS", namespace_id: "n1" }] };
  }
  if (/^GET \/(?:accounts|memberships)\?/.test(asked))
    return [
      { id: "account", name: "A", account: { id: "account", name: "A" } },
    ];
  if (/^GET .*\/n1\/keys\?/.test(asked))
    return [...store.keys()].map((name) => ({ name }));
  if (asked === `POST ${bulk}/get`) {
    const { keys }: { keys: string[] } = JSON.parse(body);
    const values = keys.map((key) => [key, store.get(key) ?? null]);
    return { values: Object.fromEntries(values) };
  }
  if (asked === `PUT ${bulk}`) {
    const entries: { key: string; value: string }[] = JSON.parse(body);
    for (const { key, value } of entries) store.set(key, value);
    return {};
  }
  if (/^(DELETE|POST) .*\/bulk(\/delete)?$/.test(asked)) {
    for (const key of JSON.parse(body)) store.delete(key);
    return {};
  }
  return null;
}

test.each([
  ["by Cloudflare's API, with an account and a token", {}],
  ["through wrangler, which finds the account", { CLOUDFLARE_ACCOUNT_ID: "" }],
])(
  "with --remote it acts on the deployed Worker's namespace %s",
  async (_, more) => {
    store.clear();
    const env = { ...signedIn, ...more };
    const add = ["add", "shop.example", "--customer", "shop"];
    const remotely = [...add, "--origin", "https://origin.example", "--remote"];
    const unasked = await portcullis(remotely, env);
    expect(unasked.code).toBe(1);
    expect(unasked.stderr).toContain("needs --yes where there is no terminal");
    expect([...store.keys()]).toEqual([]);

    const added = await portcullis([...remotely, "--yes"], env);
    expect(added).toMatchObject({ code: 0, stderr: "" });
    expect(added.stdout).toContain("remote store (Cloudflare)");
    expect([...store.keys()]).toEqual(["host:shop.example", "customer:shop"]);

    const removed = await portcullis(
      ["remove", "shop.example", "--remote", "--yes", "--json"],
      env,
    );
    expect(JSON.parse(removed.stdout)).toMatchObject({
      store: { kind: "remote" },
      outcome: "written",
      writes: { "host:shop.example": null },
    });
    expect([...store.keys()]).toEqual(["customer:shop"]);
  },
);

test("what Cloudflare's API says when it fails is passed on, without the token", async () => {
  const unknown = { ...signedIn, CLOUDFLARE_ACCOUNT_ID: "nobody" };
  const listed = await portcullis(["list", "--remote"], unknown);
  expect(listed).toMatchObject({ code: 1, stdout: "" });
  expect(listed.stderr).toBe(
    "Cloudflare's API (GET /workers/scripts/portcullis/settings) answered 404: no such thing\n",
  );
  const silent = {
    ...signedIn,
    CLOUDFLARE_API_BASE_URL: "http://127.0.0.1:1",
  };
  const lost = await portcullis(["list", "--remote"], silent);
  expect(lost.stderr).toContain("did not answer");
  expect(lost.stderr).not.toContain(signedIn["CLOUDFLARE_API_TOKEN"]);
});

test("what wrangler says when it fails is passed on", async () => {
  const unknown = {
    ...signedIn,
    CLOUDFLARE_ACCOUNT_ID: "",
    CLOUDFLARE_API_BASE_URL: "http://127.0.0.1:1",
  };
  const listed = await portcullis(["list", "--remote"], unknown);
  expect(listed).toMatchObject({ code: 1, stdout: "" });
  expect(listed.stderr).toContain("wrangler kv key list failed");
});
