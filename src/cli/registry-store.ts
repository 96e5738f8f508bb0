import * as v from "valibot";
import type { Records } from "../customer/apply-result.ts";
import { LedgerClient } from "./ledger-client.ts";
import type { RegistryClient, Reply } from "./registry-client.ts";
import type { Store } from "./store.ts";

const record = v.object({ key: v.string(), text: v.nullable(v.string()) });
const pageSize = 1000;

/** The list as a registry has it; what changes it is entered in its ledger. */
export function openRegistryStore(
  client: RegistryClient,
  { kind, of }: { kind: Store["kind"]; of: string },
): Store {
  return {
    kind,
    name: `registry ${client.url} of the ${of}`,
    ledger: new LedgerClient(client),
    async keys(prefix) {
      const keys: string[] = [];
      for (let after: string | null = ""; after !== null;) {
        const page: Reply<v.InferOutput<typeof recordPage>> = await client.get(
          "/v1/records",
          { prefix, after, limit: String(pageSize) },
          recordPage,
        );
        if (page.kind !== "answered")
          return { ok: false, problem: page.problem };
        for (const { key, text } of page.value.records)
          if (text !== null) keys.push(key);
        after = page.value.after;
      }
      return { ok: true, value: keys };
    },
    async read(keys) {
      const found = new Map<string, string | null>();
      for (let start = 0; start < keys.length; start += pageSize) {
        const some = keys.slice(start, start + pageSize);
        const page = await client.post(
          "/v1/records/read",
          { keys: some },
          records,
        );
        if (page.kind !== "answered")
          return { ok: false, problem: page.problem };
        for (const { key, text } of page.value.records) found.set(key, text);
      }
      return { ok: true, value: found satisfies Records };
    },
    write: async () => ({
      ok: false,
      problem: "a registry takes commands, and no bare writes",
    }),
    disk: async () => null,
    close: async () => undefined,
  };
}

const records = v.object({ records: v.array(record) });
const recordPage = v.object({
  records: v.array(record),
  after: v.nullable(v.string()),
});
