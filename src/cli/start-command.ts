import { resolve } from "node:path";
import type { Parsed } from "../http/parsed.ts";
import { parseStartCommand, type StartCommand } from "./options.ts";

/** What this process was started to do. The authorities that it names are trusted by every runtime loaded after this. */
export const command = readStartCommand();

function readStartCommand(): Parsed<StartCommand> {
  const parsed = parseStartCommand(process.argv.slice(2), process.env);
  if (!parsed.ok || parsed.value.kind === "help") return parsed;
  const { originCaPath } = parsed.value.options;
  // What wrangler and miniflare have in place of an option: they have workerd trust what this names.
  if (originCaPath !== null)
    process.env["NODE_EXTRA_CA_CERTS"] = resolve(originCaPath);
  return parsed;
}
