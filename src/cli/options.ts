import { Command, Option } from "commander";
import { isIP } from "node:net";
import {
  mayBeCountryField,
  parseAddressRanges,
  type ForwardingField,
} from "../http/trusted-proxies.ts";
import { exitCodes } from "../node/exit-codes.ts";
import type { Listener } from "../node/direct.ts";
import type { Parsed } from "../parse/parsed.ts";
import { withoutStore } from "./commands/options.ts";
import { loopbackAddresses } from "./ports.ts";

/** How an edge on this machine is to run. */
export interface StartOptions {
  /** Where visitors reach it. What they say of themselves is not believed. */
  listeners: readonly Listener[];
  /** Where proxies reach it, and nobody else: they are believed. */
  proxied: readonly Listener[];
  /** Where the operator's own programs are answered; null for nowhere. */
  operations: Listener | null;
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
  /** Variables of the Worker that the options speak of. */
  variables: Readonly<Record<string, string>>;
}

/** Where it can be asked whether it answers. */
export function firstListener({
  listeners,
  proxied,
}: Pick<StartOptions, "listeners" | "proxied">): Listener {
  const [first] = [...listeners, ...proxied];
  if (first === undefined) throw new TypeError("an edge that listens nowhere");
  return first;
}

type Run = (options: StartOptions) => Promise<void>;
type Environment = Readonly<Record<string, string | undefined>>;

const cacheSize = () =>
  new Option(
    "--cache-size <size>",
    "how much of the disk the cache may take, such as 512MiB or 10GiB; what was written longest ago goes first",
  ).default("1GiB");
const originCa = () =>
  new Option(
    "--origin-ca <file>",
    "trust the certificates in this file (PEM) as authorities of https origins too, in place of NODE_EXTRA_CA_CERTS",
  );

interface CommonValues {
  state?: string;
  cacheSize: string;
  originCa?: string;
}

interface StartValues extends CommonValues {
  fresh?: true;
  demo: boolean;
  dev?: true;
}

/** `npm start`: the edge with its demo, for who tries it. */
export function startCommand(env: Environment, run: Run): Command {
  const command = new Command("npm start --")
    .description(
      "Runs the production bundle of the edge on workerd, on http://localhost:8787 (PORT=… chooses another port), over a local store, with demo customers whose sites this command serves itself.",
    )
    .option(
      "--fresh",
      "reset the demo customers to how a first start makes them",
    )
    .addOption(
      new Option(
        "--no-demo",
        "start without the demo customers and their sites",
      ).conflicts("fresh"),
    )
    .addOption(
      new Option(
        "--dev",
        "run wrangler's development server instead: it reloads when a source changes, but compresses text, holds streamed text back and drops Content-Length",
      ).conflicts("direct"),
    )
    .option("--direct", "run the production bundle, as without it")
    .option("--state <folder>", "keep the local store there (.wrangler/state)")
    .addOption(cacheSize())
    .addOption(originCa())
    .addHelpText(
      "after",
      `
For an edge that serves customers on this machine: npx portcullis serve --help

Ctrl-C stops everything it started and exits with 0 (npm itself says 130); a failure exits with 1, a mistaken option with 2.`,
    )
    .showHelpAfterError("See npm start -- --help")
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, "")),
    })
    .exitOverride(({ exitCode }) =>
      process.exit(exitCode === 0 ? exitCodes.done : exitCodes.usage),
    )
    .action((values: StartValues) => {
      const options = startOptions(values, env);
      return options.ok
        ? run(options.value)
        : mistaken(command, options.problem);
    });
  return command;
}

function startOptions(
  values: StartValues,
  env: Environment,
): Parsed<StartOptions> {
  const common = commonOptions(values);
  if (!common.ok) return common;
  const port = parsePort(env["PORT"] || "8787");
  if (port === null)
    return {
      ok: false,
      problem: `PORT is "${env["PORT"]}", expected a whole number from 1 to 65535`,
    };
  return {
    ok: true,
    value: {
      ...common.value,
      listeners: loopbackAddresses().map((host) => ({ host, port })),
      proxied: [],
      operations: null,
      runtime: values.dev ? "dev" : "bundle",
      customers: values.demo ? "demo" : "none",
      demo: values.fresh ? "fresh" : "kept",
      variables: {
        PRIVATE_ORIGINS: "allowed",
        LOG_REQUESTS: "problems",
      },
    },
  };
}

interface ServeValues extends CommonValues {
  listen?: string[];
  listenProxied?: string[];
  operations: string;
  trustedProxy?: string[];
  forwardingField: ForwardingField;
  countryField?: string;
  privateOrigins: "allowed" | "refused";
  log: "all" | "problems";
}

const several = (value: string, before: string[] = []) => [...before, value];

/** `portcullis serve`: the edge on one machine, for its operator's customers. */
export function defineServe(program: Command, run: Run): void {
  const command = withoutStore(program, program.command("serve"), "persistTo")
    .description("run the edge on this machine, for your customers")
    .option(
      "--listen <address>",
      "where visitors reach it themselves; again for more (127.0.0.1:8787, unless proxies do)",
      several,
    )
    .option(
      "--listen-proxied <address>",
      "where proxies of yours reach it, and nobody else: who they say their visitors are is believed; again for more",
      several,
    )
    .option(
      "--operations <address>",
      "where programs of yours ask for /metrics, /health and /tls, and nobody else",
      "127.0.0.1:8788",
    )
    .addOption(
      new Option(
        "--forwarding-field <name>",
        "where these proxies write whom they forward for: X-Forwarded-For (with X-Forwarded-Proto), or Forwarded (RFC 7239)",
      )
        .choices(["x-forwarded-for", "forwarded"])
        .default("x-forwarded-for"),
    )
    .option(
      "--trusted-proxy <range>",
      "a further proxy before these, such as 192.0.2.7 or 10.0.0.0/8; again for more",
      several,
    )
    .option(
      "--country-field <name>",
      "the field in which they write a visitor's country, such as X-Country",
    )
    .addOption(
      new Option(
        "--private-origins <allowed>",
        "may origins be on private networks and on this machine",
      )
        .choices(["allowed", "refused"])
        .default("refused"),
    )
    .option(
      "--state <folder>",
      "keep the list, the ledger and the cache there (.wrangler/state)",
    )
    .addOption(cacheSize())
    .addOption(originCa())
    .addOption(
      new Option("--log <requests>", "which requests get a line of JSON")
        .choices(["all", "problems"])
        .default("all"),
    )
    .addHelpText(
      "after",
      `
The log is on standard output, all else on standard error. SIGTERM and Ctrl-C let requests under way end, for 10 seconds.

Examples:
  $ npx portcullis serve --state /var/lib/portcullis --listen-proxied 127.0.0.1:8787
  $ npx portcullis --persist-to /var/lib/portcullis add shop.example --customer shop --origin https://origin.shop.example
  $ curl http://127.0.0.1:8788/metrics`,
    )
    .action((values: ServeValues) => {
      const { persistTo } = program.opts<{ persistTo?: string }>();
      const options = serveOptions({
        ...(persistTo !== undefined && { state: persistTo }),
        ...values,
      });
      return options.ok
        ? run(options.value)
        : mistaken(command, options.problem);
    });
}

function serveOptions(values: ServeValues): Parsed<StartOptions> {
  const common = commonOptions(values);
  if (!common.ok) return common;
  const proxied = parseListeners("--listen-proxied", values.listenProxied);
  if (!proxied.ok) return proxied;
  const isOpen = proxied.value.length === 0;
  const listeners = parseListeners(
    "--listen",
    values.listen ?? (isOpen ? ["127.0.0.1:8787"] : []),
  );
  if (!listeners.ok) return listeners;
  const operations = parseListener("--operations", values.operations);
  if (!operations.ok) return operations;
  const proxies = (values.trustedProxy ?? []).join(" ");
  const ranges = parseAddressRanges(proxies);
  if (!ranges.ok)
    return { ok: false, problem: `--trusted-proxy: ${ranges.problem}` };
  const { countryField = "" } = values;
  if (!mayBeCountryField(countryField))
    return {
      ok: false,
      problem: `--country-field is ${JSON.stringify(countryField)}, expected a field name such as X-Country`,
    };
  if (isOpen && (countryField !== "" || proxies !== ""))
    return {
      ok: false,
      problem:
        "--trusted-proxy and --country-field are about proxies: say where those reach it by --listen-proxied",
    };
  return {
    ok: true,
    value: {
      ...common.value,
      listeners: listeners.value,
      proxied: proxied.value,
      operations: operations.value,
      runtime: "bundle",
      customers: "none",
      demo: "kept",
      variables: {
        PRIVATE_ORIGINS: values.privateOrigins,
        LOG_REQUESTS: values.log,
        CLIENT_ADDRESS: values.forwardingField,
        TRUSTED_PROXIES: proxies,
        COUNTRY_FIELD: countryField,
      },
    },
  };
}

function mistaken(command: Command, problem: string): never {
  return command.error(problem, { exitCode: exitCodes.usage });
}

function commonOptions({
  state,
  cacheSize: size,
  originCa: ca,
}: CommonValues): Parsed<
  Pick<StartOptions, "statePath" | "cacheBytes" | "originCaPath">
> {
  for (const [name, value, what] of [
    ["--state", state, "folder"],
    ["--origin-ca", ca, "file"],
  ])
    if (value !== undefined && (value === "" || value.startsWith("-")))
      return { ok: false, problem: `${name} needs a ${what}` };
  const cacheBytes = parseSize(size);
  return cacheBytes.ok
    ? {
        ok: true,
        value: {
          statePath: state ?? null,
          originCaPath: ca ?? null,
          cacheBytes: cacheBytes.value,
        },
      }
    : cacheBytes;
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

function parsePort(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : null;
}

function parseListeners(
  option: string,
  texts: readonly string[] = [],
): Parsed<Listener[]> {
  const listeners: Listener[] = [];
  for (const text of texts) {
    const listener = parseListener(option, text);
    if (!listener.ok) return listener;
    listeners.push(listener.value);
  }
  return { ok: true, value: listeners };
}

/** "127.0.0.1:8787", "[::1]:8787"; 0.0.0.0 and :: are all addresses of this machine. */
function parseListener(option: string, text: string): Parsed<Listener> {
  const [, inBrackets, plain, digits = ""] =
    /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(text) ?? [];
  const host = inBrackets ?? plain ?? "";
  const port = parsePort(digits);
  return port !== null && isIP(host) === (inBrackets === undefined ? 4 : 6)
    ? { ok: true, value: { host, port } }
    : {
        ok: false,
        problem: `${option} is ${JSON.stringify(text)}, expected an address and a port, such as 0.0.0.0:80 or [::1]:8787`,
      };
}
