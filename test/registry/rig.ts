import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { newSecretKey, parseSecretKey } from "../../src/registry/checkpoint.ts";
import { tokenHash } from "../../src/registry/tokens.ts";
import { registryName, startDirect } from "../../src/node/direct.ts";

const token = "a-token-of-the-tests";
const secretKey = await newSecretKey("rig", new Uint8Array(32).fill(3));

/** The edge and the registry on workerd, as npm start runs them. */
export async function startRegistry(settings: Record<string, string> = {}) {
  const statePath = await mkdtemp(join(tmpdir(), "portcullis-test-"));
  const log: string[] = [];
  const runtime = await startDirect({
    bundle: inject("bundle"),
    variables: {
      PRIVATE_ORIGINS: "allowed",
      RECORD_MEMORY_SECONDS: "0",
      SITE_MEMORY_SECONDS: "0",
      LOG_REQUESTS: "problems",
      CLIENT_ADDRESS: "unknown",
    },
    listeners: [{ host: "127.0.0.1", port: 0 }],
    statePath,
    registry: {
      bundle: inject("registryBundle"),
      variables: {
        REGISTRY_KEY: secretKey,
        REGISTRY_TOKEN_SHA256: tokenHash(token),
        SWEEP_SECONDS: "1",
        KV_SETTLES_SECONDS: "0",
        ...settings,
      },
    },
    logged: (message) => log.push(message),
  });
  const url = (await runtime.unsafeGetDirectURL(registryName)).origin;
  const fetchAs = async (
    credential: string | null,
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: object } = {},
  ) =>
    fetch(url + path, {
      method,
      headers: {
        ...(credential !== null && { Authorization: credential }),
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const edge = await runtime.unsafeGetDirectURL();
  return {
    log,
    url,
    token,
    edgeUrl: edge,
    statePath,
    fetchAs,
    fetch: (method: string, path: string, more = {}) =>
      fetchAs(`Bearer ${token}`, method, path, more),
    /** What an edge's binding reaches. */
    async askFeed(feedUrl: string): Promise<Response> {
      const { REGISTRY } = await runtime.getBindings<{
        REGISTRY: { fetch: typeof fetch };
      }>("portcullis");
      return REGISTRY.fetch(feedUrl);
    },
    /** Anew each time: a runtime that was started again has another. */
    list: () => runtime.getKVNamespace("CUSTOMERS"),
    async publicKey() {
      const parsed = await parseSecretKey(secretKey);
      if (!parsed.ok) throw new Error(parsed.problem);
      return parsed.value;
    },
    async close() {
      await runtime.dispose();
      await rm(statePath, { recursive: true });
    },
  };
}

export type Rig = Awaited<ReturnType<typeof startRegistry>>;
