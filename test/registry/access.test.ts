import { Miniflare, convertV4MiniflareOptions } from "miniflare";
import { afterEach, expect, inject, test } from "vitest";
import { configuredWorker } from "../../src/node/local.ts";
import { registryConfigPath } from "../../src/node/project.ts";
import { tokenHash } from "../../src/registry/tokens.ts";

const token = "a-token-of-the-tests";
let runtime: Miniflare | null = null;
afterEach(() => runtime?.dispose());

/** The registry behind Cloudflare Access, as the local runtime plays it. */
function start(audience: string, email: string | null) {
  const worker = configuredWorker(registryConfigPath);
  runtime = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          ...worker,
          modules: [
            {
              type: "ESModule",
              path: "registry.js",
              contents: inject("registryBundle"),
            },
          ],
          bindings: {
            ...worker.bindings,
            ACCESS_AUD: audience,
            REGISTRY_TOKEN_SHA256: tokenHash(token),
          },
          access: {
            aud: "tag",
            ...(email !== null && { identity: { email } }),
          },
        },
      ],
    }),
  );
  const at = runtime;
  return async (path: string, init: object = {}) =>
    at.dispatchFetch(`http://registry.example${path}`, init);
}

const bearer = { Authorization: `Bearer ${token}` };
const asJson = { "Content-Type": "application/json" };

async function letIn(ask: ReturnType<typeof start>, role: string | null) {
  const made = await ask("/v1/tokens", {
    method: "POST",
    headers: { ...bearer, ...asJson },
    body: JSON.stringify({ name: "bea@example.com", role }),
  });
  expect(made.status).toBe(200);
}

test("who signs in by Access under a name that has a role has that role", async () => {
  const ask = start("tag", "Bea@Example.com");
  expect((await ask("/v1/status")).status).toBe(401);
  await letIn(ask, "viewer");
  const status = await ask("/v1/status");
  expect(await status.json()).toMatchObject({
    actor: { name: "bea@example.com", role: "viewer" },
  });
  const orders = await ask("/v1/orders", {
    method: "POST",
    headers: asJson,
    body: "{}",
  });
  expect(orders.status).toBe(403);
  await letIn(ask, null);
  expect((await ask("/v1/status")).status).toBe(401);
});

test.each([
  ["no audience is configured", "", "bea@example.com"],
  ["the audience is another", "other", "bea@example.com"],
  ["Access says no address", "tag", null],
  ["the address is somebody else's", "tag", "carl@example.com"],
])("nobody is let in where %s", async (_, audience, email) => {
  const ask = start(audience, email);
  await letIn(ask, "operator");
  expect((await ask("/v1/status")).status).toBe(401);
  const forged = { "Portcullis-Access-Email": "bea@example.com" };
  expect((await ask("/v1/status", { headers: forged })).status).toBe(401);
});
