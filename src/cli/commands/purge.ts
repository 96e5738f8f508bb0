import { Option } from "commander";
import { momentOf } from "../moment.ts";
import type { ActOptions } from "./act.ts";
import { customerArgument, dryRun, example } from "./options.ts";
import {
  wrongUsage,
  type Define,
  type Report,
  type Session,
} from "./session.ts";
import { actOn } from "./target.ts";

interface PurgeOptions extends ActOptions {
  all?: true;
  url?: string;
  prefix?: string;
  host?: string;
  group?: string;
  soft?: true;
  at?: string;
  in?: string;
}

export const definePurge: Define = (program, run) => {
  program
    .command("purge")
    .description("use no more what is stored of a customer's sites")
    .argument("<customer>", customerArgument)
    .option("--all", "everything")
    .option("--url <url>", "one URL")
    .option("--prefix <url>", "all URLs that begin so")
    .option("--host <host>", "all of one host; with --group, that group there")
    .option("--group <name>", "what the origin put into this cache group")
    .option("--soft", "ask the origin whether it has changed, not for it anew")
    .addOption(
      new Option(
        "--at <instant>",
        "what was fetched until then; now, when left out",
      ).conflicts("in"),
    )
    .option("--in <duration>", "the same, counted from now")
    .option("--force", "replace a record that cannot be read")
    .addOption(dryRun())
    .addHelpText(
      "after",
      example(
        "purge shop --all",
        "purge shop --prefix https://shop.example/images/ --soft",
      ),
    )
    .action((customer: string, options: PurgeOptions) =>
      run((session) => purge(session, customer, options)),
    );
};

async function purge(
  session: Session,
  target: string,
  options: PurgeOptions,
): Promise<Report> {
  const at = momentOf(
    ["--at", options.at],
    ["--in", options.in],
    session.nowMs,
  );
  if (!at.ok) return wrongUsage(at.problem);
  const [what, another] = purgedBy(options);
  if (what === undefined || another !== undefined) {
    return wrongUsage(
      "a purge says of what: one of --all, --url, --prefix, --host and --group",
    );
  }
  const how = options.soft ? "soft" : "hard";
  return actOn(
    session,
    target,
    { kind: "purge", what, how, at: at.value ?? undefined },
    options,
  );
}

function purgedBy({ all, url, prefix, host, group }: PurgeOptions) {
  return [
    all && "all",
    url === undefined ? undefined : { url },
    prefix === undefined ? undefined : { prefix },
    group === undefined ? host && { host } : { group, host },
  ].filter((what) => what !== undefined);
}
