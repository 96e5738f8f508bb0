import { parseArgs } from "node:util";
import type { Parsed } from "../parse/parsed.ts";

export interface StartOptions {
  port: number;
  /** "bundle" is the production bundle on workerd, with nothing before it; "dev" is `wrangler dev`. */
  runtime: "bundle" | "dev";
  customers: "demo" | "none";
  demo: "kept" | "fresh";
  /** Folder of the local store; null is wrangler's own default. */
  statePath: string | null;
  /** The most that the cache may take of the disk. */
  cacheBytes: number;
  /** File of certificates of authorities that vouch for origins, beside those that everybody knows. */
  originCaPath: string | null;
}

export type StartCommand =
  { kind: "help" } | { kind: "start"; options: StartOptions };

export const usage = `Usage: npm start -- [options]

Runs the production bundle of the edge on workerd, on http://localhost:8787 (PORT=… chooses
another port), over a local store, with demo customers whose sites this command serves itself.

  --fresh        reset the demo customers to how a first start makes them
  --no-demo      start without the demo customers and their sites
  --dev          run wrangler's development server instead: it reloads when a source changes,
                 but compresses text, holds streamed text back and drops Content-Length
  --direct       run the production bundle, as without it
  --state DIR    keep the local store in DIR instead of .wrangler/state
  --cache-size SIZE
                 let the cache take that much of the disk: 512MiB, 10GiB (1GiB by default);
                 what was written longest ago goes first
  --origin-ca FILE
                 trust the certificates in FILE (PEM) as authorities of https origins too,
                 in place of NODE_EXTRA_CA_CERTS
  --help         print this

Ctrl-C stops everything it started and exits with 0 (npm itself says 130); a failure exits with 1.`;

const defaultCacheBytes = 2 ** 30;

const known = {
  fresh: { type: "boolean" },
  "no-demo": { type: "boolean" },
  dev: { type: "boolean" },
  direct: { type: "boolean" },
  state: { type: "string" },
  "cache-size": { type: "string" },
  "origin-ca": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** What `npm start` was asked to do, or what is wrong with its arguments or with PORT. */
export function parseStartCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Parsed<StartCommand> {
  // Strict parsing throws; the tokens say as much without.
  const { tokens } = parseArgs({
    args: [...args],
    options: known,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const seen = new Set<string>();
  let statePath: string | null = null;
  let originCaPath: string | null = null;
  let cacheBytes = defaultCacheBytes;

  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      return { ok: false, problem: `unexpected argument "${token.value}"` };
    }
    if (!Object.hasOwn(known, token.name)) {
      return { ok: false, problem: `unknown option ${token.rawName}` };
    }
    if (token.name === "state") {
      if (!token.value || token.value.startsWith("-")) {
        return { ok: false, problem: "--state needs a folder" };
      }
      statePath = token.value;
    } else if (token.name === "origin-ca") {
      if (!token.value || token.value.startsWith("-")) {
        return { ok: false, problem: "--origin-ca needs a file" };
      }
      originCaPath = token.value;
    } else if (token.name === "cache-size") {
      const size = parseSize(token.value ?? "");
      if (!size.ok) return size;
      cacheBytes = size.value;
    } else if (token.value !== undefined) {
      return { ok: false, problem: `${token.rawName} takes no value` };
    }
    seen.add(token.name);
  }

  if (seen.has("help")) return { ok: true, value: { kind: "help" } };
  if (seen.has("fresh") && seen.has("no-demo")) {
    return {
      ok: false,
      problem: "--fresh resets the demo that --no-demo leaves out: choose one",
    };
  }
  if (seen.has("dev") && seen.has("direct")) {
    return {
      ok: false,
      problem:
        "--dev runs the development server that --direct leaves out: choose one",
    };
  }
  const port = parsePort(env["PORT"]);
  if (!port.ok) return port;

  return {
    ok: true,
    value: {
      kind: "start",
      options: {
        port: port.value,
        runtime: seen.has("dev") ? "dev" : "bundle",
        customers: seen.has("no-demo") ? "none" : "demo",
        demo: seen.has("fresh") ? "fresh" : "kept",
        statePath,
        cacheBytes,
        originCaPath,
      },
    },
  };
}

const smallestCacheBytes = 16 * 2 ** 20;

function parseSize(text: string): Parsed<number> {
  const [, figure, unit = ""] =
    /^(\d{1,9})([kmgt]?)(?:i?b)?$/i.exec(text) ?? [];
  const power = ["", "k", "m", "g", "t"].indexOf(unit.toLowerCase());
  const bytes = Number(figure) * 1024 ** power;
  return bytes >= smallestCacheBytes
    ? { ok: true, value: bytes }
    : {
        ok: false,
        problem: `--cache-size is "${text}", expected a size of at least 16MiB, such as 512MiB or 10GiB`,
      };
}

function parsePort(text: string | undefined): Parsed<number> {
  if (text === undefined || text === "") return { ok: true, value: 8787 };
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535
    ? { ok: true, value: port }
    : {
        ok: false,
        problem: `PORT is "${text}", expected a whole number from 1 to 65535`,
      };
}
