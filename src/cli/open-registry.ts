import type { Parsed } from "../parse/parsed.ts";
import { RegistryClient } from "./registry-client.ts";
import { findRegistry } from "./registry-place.ts";
import { openRegistryStore } from "./registry-store.ts";
import type { Store } from "./store.ts";

/**
 * The registry that is named, or the one that runs on a store of this machine. Null where none is named and none runs. One that
 * is named and does not answer is a problem: KV would be written past it.
 */
export async function openRegistry({
  url,
  token,
  statePath,
}: {
  url: string | undefined;
  token: string | undefined;
  statePath: string | null;
}): Promise<Parsed<Store> | null> {
  if (url !== undefined && url !== "") return openNamed(url, token);
  if (statePath === null) return null;
  const place = findRegistry(statePath);
  if (!place.ok) return place;
  if (place.value === null || place.value.url === null) return null;
  const client = new RegistryClient({ ...place.value, url: place.value.url });
  const probed = await client.probe();
  if (probed === null) return null;
  return probed.ok
    ? {
        ok: true,
        value: openRegistryStore(client, {
          kind: "local",
          of: `local store ${statePath}`,
        }),
      }
    : probed;
}

async function openNamed(
  url: string,
  token: string | undefined,
): Promise<Parsed<Store>> {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    return {
      ok: false,
      problem: `the registry is ${JSON.stringify(url)}; expected a URL such as https://registry.example/`,
    };
  if (token === undefined || token === "")
    return {
      ok: false,
      problem: "PORTCULLIS_TOKEN is missing; expected a token of the registry",
    };
  const base = new URL(parsed.pathname.replace(/\/?$/, "/"), parsed).href;
  const client = new RegistryClient({ url: base, token });
  const probed = await client.probe();
  if (probed === null)
    return {
      ok: false,
      problem: `the registry ${base} does not answer. --kv writes to KV past it`,
    };
  return probed.ok
    ? {
        ok: true,
        value: openRegistryStore(client, {
          kind: "remote",
          of: "remote store",
        }),
      }
    : probed;
}
