import * as v from "valibot";
import type { Parsed } from "../parse/parsed.ts";
import { CloudflareApi } from "./cloudflare-api.ts";
import { configuredNamespace, listBinding } from "./configured-namespace.ts";
import type { Store } from "./store.ts";
import { openWranglerStore } from "./wrangler-store.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The namespace of the deployed Worker. With an account and a token in the environment, by Cloudflare's API; else through wrangler,
 * which knows how to sign in but starts anew for each step.
 */
export async function openRemoteStore(
  env: Environment,
): Promise<Parsed<Store>> {
  const token = env["CLOUDFLARE_API_TOKEN"];
  const id = env["CLOUDFLARE_ACCOUNT_ID"];
  if (!token || !id) return { ok: true, value: openWranglerStore() };
  const root =
    env["CLOUDFLARE_API_BASE_URL"] || "https://api.cloudflare.com/client/v4";
  const base = `${root}/accounts/${encodeURIComponent(id)}`;
  const api = new CloudflareApi({ base, token });
  const namespace = await findNamespace(api);
  return namespace.ok
    ? { ok: true, value: openApiStore(api, namespace.value) }
    : namespace;
}

const settings = v.object({
  bindings: v.array(
    v.object({ name: v.string(), namespace_id: v.optional(v.string()) }),
  ),
});

/** As wrangler.toml says, or as the deployed Worker has it where that names none. */
async function findNamespace(api: CloudflareApi): Promise<Parsed<string>> {
  const configured = configuredNamespace();
  if (!configured.ok) return configured;
  const { worker, id } = configured.value;
  if (id !== null) return { ok: true, value: id };
  const deployed = await api.call(
    "GET",
    `/workers/scripts/${worker}/settings`,
    settings,
  );
  if (!deployed.ok) return deployed;
  const found = deployed.value.result.bindings.find(
    (binding) => binding.name === listBinding,
  )?.namespace_id;
  return found === undefined
    ? {
        ok: false,
        problem: `the Worker ${worker} has no KV namespace ${listBinding}; expected one, as wrangler deploy makes it`,
      }
    : { ok: true, value: found };
}

/** Cloudflare's limits of one call (developers.cloudflare.com/api/resources/kv). */
const maxKeysRead = 100;
const maxWrites = 10_000;

const keyPage = v.array(v.object({ name: v.string() }));
const values = v.object({
  values: v.record(v.string(), v.nullable(v.string())),
});
const written = v.object({
  unsuccessful_keys: v.nullish(v.array(v.string()), []),
});

function openApiStore(api: CloudflareApi, namespace: string): Store {
  const path = `/storage/kv/namespaces/${namespace}`;
  const inBulk = async (
    method: "PUT" | "POST",
    to: string,
    items: readonly unknown[],
  ): Promise<Parsed<null>> => {
    for (let start = 0; start < items.length; start += maxWrites) {
      const some = items.slice(start, start + maxWrites);
      const done = await api.call(method, path + to, written, some);
      if (!done.ok) return done;
      const { unsuccessful_keys: failed } = done.value.result;
      if (failed.length > 0)
        return {
          ok: false,
          problem: `Cloudflare did not write ${failed.join(", ")}`,
        };
    }
    return { ok: true, value: null };
  };
  return {
    kind: "remote",
    name: "remote store (Cloudflare)",
    ledger: null,
    async keys(prefix) {
      const names: string[] = [];
      for (let cursor: string | null = ""; cursor !== null;) {
        const query = new URLSearchParams({ prefix, limit: "1000" });
        if (cursor !== "") query.set("cursor", cursor);
        const page = await api.call("GET", `${path}/keys?${query}`, keyPage);
        if (!page.ok) return page;
        names.push(...page.value.result.map(({ name }) => name));
        ({ cursor } = page.value);
      }
      return { ok: true, value: names };
    },
    async read(keys) {
      const texts = new Map<string, string | null>();
      for (let start = 0; start < keys.length; start += maxKeysRead) {
        const some = keys.slice(start, start + maxKeysRead);
        const read = await api.call("POST", `${path}/bulk/get`, values, {
          keys: some,
        });
        if (!read.ok) return read;
        for (const key of some)
          texts.set(key, read.value.result.values[key] ?? null);
      }
      return { ok: true, value: texts };
    },
    async write(changes) {
      const entries = [...changes];
      const put = await inBulk(
        "PUT",
        "/bulk",
        entries.flatMap(([key, value]) =>
          value === null ? [] : [{ key, value }],
        ),
      );
      return put.ok
        ? inBulk(
            "POST",
            "/bulk/delete",
            entries.flatMap(([key, value]) => (value === null ? [key] : [])),
          )
        : put;
    },
    disk: async () => null,
    close: async () => {},
  };
}
