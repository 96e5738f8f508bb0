import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sharedBrowser, violations } from "../browser.ts";
import { startRegistry, type Rig } from "./rig.ts";

let rig: Rig;
let viewer: string;
beforeAll(async () => {
  rig = await startRegistry();
  const made = await rig.fetch("POST", "/v1/tokens", {
    body: { name: "bea", role: "viewer" },
  });
  const { token }: { token: string } = await made.json();
  viewer = `Bearer ${token}`;
});
afterAll(() => rig.close());

// First: after many requests without a credential, one more is not answered by a question.
test("a browser that opens it asks for the token, and shows a page without faults", async () => {
  const browser = await sharedBrowser();
  const credentials = { username: "anybody", password: rig.token };
  const context = await browser.newContext({ httpCredentials: credentials });
  const page = await context.newPage();
  const response = await page.goto(rig.url);
  expect(response?.status()).toBe(200);
  expect(await page.title()).toBe("Portcullis registry");
  expect(await violations(page)).toEqual([]);
  const asked = await page.evaluate(() =>
    performance.getEntriesByType("resource").map(({ name }) => name),
  );
  expect(asked.filter((name) => !name.startsWith(rig.url))).toEqual([]);
  await context.close();
});

/** Every route, with what it takes, and who may ask. */
const table: readonly [string, string, unknown, "viewer" | "operator"][] = [
  [
    "POST",
    "/v1/orders",
    { order: { kind: "command", command: { kind: "dorp" } } },
    "operator",
  ],
  ["GET", "/v1/entries?limit=2", undefined, "viewer"],
  ["GET", "/v1/export", undefined, "viewer"],
  ["GET", "/v1/head", undefined, "viewer"],
  ["GET", "/v1/propagation?customer=nobody", undefined, "viewer"],
  ["GET", "/v1/records", undefined, "viewer"],
  ["POST", "/v1/records/read", { keys: ["edge"] }, "viewer"],
  ["GET", "/v1/drift", undefined, "viewer"],
  ["POST", "/v1/drift", { key: "customer:x", how: "adopt" }, "operator"],
  ["GET", "/v1/tokens", undefined, "operator"],
  ["POST", "/v1/tokens", { name: "carl", role: null }, "operator"],
  ["POST", "/v1/redactions", { seq: 1, why: "GDPR" }, "operator"],
  ["GET", "/v1/status", undefined, "viewer"],
  ["GET", "/v1/openapi.json", undefined, "viewer"],
  ["GET", "/", undefined, "viewer"],
];

describe.each(table)("%s %s", (method, path, body, role) => {
  test("answers nobody without a credential, or with one that is not known", async () => {
    for (const credential of [null, "Bearer x", "Basic eDp4", "Basic ="]) {
      const response = await rig.fetchAs(credential, method, path, { body });
      expect([401, 429]).toContain(response.status);
      expect(await response.text()).not.toContain("customer");
    }
  });

  test(`lets a viewer in where it is for a viewer, and is for a ${role}`, async () => {
    const response = await rig.fetchAs(viewer, method, path, { body });
    expect(response.status === 403).toBe(role === "operator");
    const signed = await rig.fetch(method, path, { body });
    expect([200, 400, 404, 409]).toContain(signed.status);
  });

  test("does not answer on the edge's own port", async () => {
    const response = await fetch(new URL(path, rig.edgeUrl), { method });
    expect([400, 405, 421]).toContain(response.status);
  });
});

test("the document for programs names the same routes", async () => {
  const response = await rig.fetch("GET", "/v1/openapi.json");
  const { openapi, paths }: { openapi: string; paths: object } =
    await response.json();
  expect(openapi).toBe("3.1.0");
  const named = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const expected = table
    .map(([method, path]) => `${method} ${path.replace(/\?.*/, "")}`)
    .filter((route) => !/openapi|GET \/$/.test(route));
  expect(named.toSorted()).toEqual(expected.toSorted());
});

test("a token that is withdrawn lets nobody in", async () => {
  const make = (role: string | null) =>
    rig.fetch("POST", "/v1/tokens", { body: { name: "dora", role } });
  const { token }: { token: string } = await (await make("viewer")).json();
  const status = () => rig.fetchAs(`Bearer ${token}`, "GET", "/v1/status");
  expect((await status()).status).toBe(200);
  await make(null);
  expect([401, 429]).toContain((await status()).status);
});

test.each([
  [
    "no JSON",
    { body: "{", headers: { "Content-Type": "application/json" } },
    400,
  ],
  [
    "another type",
    { body: "{}", headers: { "Content-Type": "text/plain" } },
    415,
  ],
  [
    "more than may come",
    {
      body: JSON.stringify({ order: "x".repeat(300_000) }),
      headers: { "Content-Type": "application/json" },
    },
    413,
  ],
])("content that is %s is refused as a problem", async (_, init, status) => {
  const response = await fetch(`${rig.url}/v1/orders`, {
    method: "POST",
    body: init.body,
    headers: { ...init.headers, Authorization: "Bearer a-token-of-the-tests" },
  });
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
});

const add = (host: string, customer: string) => ({
  order: {
    kind: "command",
    command: {
      kind: "add",
      host,
      site: { customer, origins: ["https://o.example"] },
    },
  },
});

test("of a hundred orders at once each is entered once, and KV comes to hold them all", async () => {
  const before: { entries: number } = await (
    await rig.fetch("GET", "/v1/status")
  ).json();
  const orders = Array.from({ length: 100 }, (_, n) =>
    rig.fetch("POST", "/v1/orders", {
      body: add(`many${n}.example`, `many${n}`),
      headers: { "Idempotency-Key": `key-${n % 50}-${n >= 50}` },
    }),
  );
  const statuses = (await Promise.all(orders)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200]));
  const after: { entries: number; backlog: { writes: number } } = await (
    await rig.fetch("GET", "/v1/status")
  ).json();
  expect(after.entries).toBe(before.entries + 100);
  expect(after.backlog.writes).toBe(0);
  const { keys } = await (await rig.list()).list({ prefix: "host:many" });
  expect(keys).toHaveLength(100);
}, 120_000);

test("what was looked at and has changed since is not written over", async () => {
  await rig.fetch("POST", "/v1/orders", { body: add("two.example", "two") });
  const drop = {
    order: { kind: "command", command: { kind: "drop", customer: "two" } },
  };
  const planned = await rig.fetch("POST", "/v1/orders", {
    body: { ...drop, dryRun: true },
  });
  const headers = { "If-Match": planned.headers.get("etag") ?? "" };
  const results = await Promise.all([
    rig.fetch("POST", "/v1/orders", { body: drop, headers }),
    rig.fetch("POST", "/v1/orders", { body: drop, headers }),
  ]);
  const statuses = results.map(({ status }) => status);
  expect(statuses.toSorted((one, other) => one - other)).toEqual([200, 412]);
});
