import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { defineApply } from "./commands/apply.ts";
import { defineCompletion } from "./commands/completion.ts";
import { defineDoctor } from "./commands/doctor.ts";
import { defineExplain } from "./commands/explain.ts";
import { defineHistory } from "./commands/history.ts";
import {
  defineDrift,
  defineExport,
  defineToken,
  defineVerify,
} from "./commands/ledger.ts";
import { defineUndo } from "./commands/undo.ts";
import { defineList } from "./commands/list.ts";
import { defineMaintenance } from "./commands/maintenance.ts";
import { definePreview } from "./commands/preview.ts";
import { definePurge } from "./commands/purge.ts";
import { defineReplay } from "./commands/replay.ts";
import type { Run, Session } from "./commands/session.ts";
import { defineShow } from "./commands/show.ts";
import { defineSimulate } from "./commands/simulate.ts";
import { defineSite } from "./commands/site.ts";
import { defineStatus } from "./commands/status.ts";
import { defineStanding } from "./commands/standing.ts";
import type { Parsed } from "../parse/parsed.ts";
import { defineServe } from "./options.ts";
import { openRegistry } from "./open-registry.ts";
import type { Store } from "./store.ts";
import { exitCodes } from "../node/exit-codes.ts";
import { defaultStatePath, projectPath } from "../node/project.ts";
import { ask, colorsFor, endWithOutput } from "../node/terminal.ts";
import { print, printProblem } from "./print.ts";

interface GlobalOptions {
  remote?: true;
  persistTo?: string;
  json?: true;
  yes?: true;
  registry?: string;
  kv?: true;
  cause?: string;
}

const { version }: { version: string } = JSON.parse(
  readFileSync(join(projectPath, "package.json"), "utf8"),
);

const program = new Command("portcullis")
  .description(
    "Keeps the list of customers: whose sites the edge serves, and whose it does not.",
  )
  .version(version)
  .option(
    "--remote",
    "act on the deployed edge's store instead of this machine's",
  )
  .option(
    "--persist-to <folder>",
    "where this machine's store is, when npm start was given one by --state",
  )
  .option("--json", "print JSON")
  .option(
    "--registry <url>",
    "act through this registry, and with the token in PORTCULLIS_TOKEN (also PORTCULLIS_REGISTRY)",
  )
  .option("--kv", "write to KV itself, past a registry that runs on it")
  .option(
    "--cause <text>",
    "why, for colleagues: kept by the registry, seen by no visitor",
  )
  .option("--yes", "do not ask before a change of the remote store")
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError("See portcullis --help, and portcullis COMMAND --help.")
  .addHelpText(
    "after",
    `
Durations are such as 90s, 30m, 2h or 1d12h; instants such as 2026-12-01T00:00:00Z or "tomorrow 09:00 Europe/Paris".

With a registry (npm start runs one on its store), every change is entered in its ledger, and so is who made it.

Exit codes:
  0  done
  1  refused, or failed
  2  not understood: unknown option, missing or malformed argument
  3  doctor, drift or verify found problems

Examples:
  $ npx portcullis add shop.example --customer shop --origin https://origin.shop.example
  $ npx portcullis notice forum --in 12h --ground policy --reason 'Repeated incitement to violence'
  $ npx portcullis drop forum --ground policy
  $ npx portcullis explain https://forum.example/
  $ npx portcullis restore forum
  $ npx portcullis doctor --remote`,
  )
  .configureOutput({
    outputError: (text) =>
      printProblem(text.replace(/^error: /, "").trim(), "usage"),
    writeErr: (text) => {
      if (!process.argv.includes("--json")) process.stderr.write(text);
    },
  })
  // Commander's own code for a mistake is 1.
  .exitOverride(({ exitCode }) =>
    process.exit(exitCode === 0 ? 0 : exitCodes.usage),
  );

for (const define of [
  defineList,
  defineShow,
  defineSite,
  defineStanding,
  definePreview,
  definePurge,
  defineMaintenance,
  defineApply,
  defineExplain,
  defineDoctor,
  defineStatus,
  defineHistory,
  defineUndo,
  defineDrift,
  defineExport,
  defineVerify,
  defineToken,
  defineSimulate,
  defineReplay,
  defineCompletion,
]) {
  define(program, run);
}

defineServe(program, async (options) => {
  const { supervise } = await import("./supervisor.ts");
  await supervise(options);
});

endWithOutput();
// Before any runtime starts, so that the exit code is ours.
process.on("SIGINT", () => process.exit(130));
await program.parseAsync();

async function run(work: Parameters<Run>[0]): Promise<void> {
  const options = program.opts<GlobalOptions>();
  if (options.remote && options.persistTo !== undefined) {
    program.error(
      "--persist-to says where the local store is, and --remote is not local",
      { exitCode: exitCodes.usage },
    );
  }
  const opened = await openStore(options);
  if (!opened.ok) {
    printProblem(opened.problem, "failed");
    process.exitCode = exitCodes.failed;
    return;
  }
  const store = opened.value;
  if (options.cause !== undefined && store.ledger === null)
    program.error("--cause is kept by a registry, and there is none here", {
      exitCode: exitCodes.usage,
    });
  const report = await work({
    store,
    nowMs: Date.now(),
    colors: colorsFor(process.stdout),
    cause: options.cause ?? null,
    confirm: confirmationFor(options, store),
  });
  await store.close();
  print(report, store, options.json ? "json" : "text");
  process.exitCode = exitCodes[report.exit];
}

/** A change of the remote store is asked about, and not made where nobody can be. */
function confirmationFor(
  { yes }: GlobalOptions,
  { kind }: Store,
): Session["confirm"] {
  if (kind === "local" || yes) return async () => true;
  if (process.stdin.isTTY) return ask;
  return async () => {
    process.stderr.write(
      "A change of the remote store needs --yes where there is no terminal to ask on.\n",
    );
    return false;
  };
}

/** The runtime and wrangler take a second to load, which help and mistakes need not wait for. */
async function openStore({
  remote,
  persistTo,
  registry = process.env["PORTCULLIS_REGISTRY"],
  kv,
}: GlobalOptions): Promise<Parsed<Store>> {
  if (!kv) {
    const found = await openRegistry({
      url: registry,
      token: process.env["PORTCULLIS_TOKEN"],
      statePath: remote ? null : resolve(persistTo ?? defaultStatePath),
    });
    if (found !== null) return found;
  }
  if (remote) {
    const { openRemoteStore } = await import("./remote-store.ts");
    return openRemoteStore(process.env);
  }
  const { openLocalStore } = await import("./local-store.ts");
  return openLocalStore(persistTo ?? null);
}
