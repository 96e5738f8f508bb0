import { hostCandidates } from "../http/host.ts";
import type { Records } from "./apply-result.ts";
import { siteKey } from "./keys.ts";
import { parseSite } from "./site.ts";

/** The keys of the site records that say whose a host, or a wildcard, is. */
export function siteKeysOf(host: string): string[] {
  return (host.startsWith("*.") ? [host] : hostCandidates(host)).map(siteKey);
}

/** Whose a host is: by its own record, even a malformed one, and only without one by the wildcard's. Null where neither says it. */
export function ownerOf(host: string, records: Records): string | null {
  for (const key of siteKeysOf(host)) {
    const text = records.get(key) ?? null;
    if (text === null) continue;
    const site = parseSite(key, text);
    return site.ok ? site.value.customer : null;
  }
  return null;
}
