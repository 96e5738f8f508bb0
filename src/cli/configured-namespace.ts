import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import * as v from "valibot";
import { configPath } from "../node/project.ts";
import type { Parsed } from "../parse/parsed.ts";

/** What the edge calls the namespace of the list. */
export const listBinding = "CUSTOMERS";

const configuration = v.object({
  name: v.optional(v.string(), "portcullis"),
  kv_namespaces: v.array(
    v.object({ binding: v.string(), id: v.optional(v.string()) }),
  ),
});

/** What wrangler.toml says of the list's namespace, without wrangler: its id, or null where it names none, and the Worker's name. */
export function configuredNamespace(): Parsed<{
  worker: string;
  id: string | null;
}> {
  const read = v.safeParse(
    configuration,
    parse(readFileSync(configPath, "utf8")),
  );
  const namespace = read.success
    ? read.output.kv_namespaces.find(({ binding }) => binding === listBinding)
    : undefined;
  return read.success && namespace !== undefined
    ? {
        ok: true,
        value: { worker: read.output.name, id: namespace.id ?? null },
      }
    : {
        ok: false,
        problem: `${configPath}: found no [[kv_namespaces]] with binding = "${listBinding}", expected one`,
      };
}
