import { readFile } from "node:fs/promises";
import { text as textOf } from "node:stream/consumers";
import { stringify } from "yaml";
import {
  formatDesiredList,
  parseDesiredList,
  settingsBeyondCommands,
  stepsTo,
  type DesiredList,
  type PresentList,
  type Step,
} from "../../customer/desired-list.ts";
import { standingKey } from "../../customer/keys.ts";
import { defaultSettings } from "../../customer/settings.ts";
import type { Site } from "../../customer/site.ts";
import { parseStanding, type Standing } from "../../customer/standing.ts";
import { table } from "../../node/table.ts";
import { readYaml } from "../../node/yaml.ts";
import type { Parsed } from "../../parse/parsed.ts";
import { act, type ActOptions } from "./act.ts";
import { readList, type Listed } from "./list-records.ts";
import { dryRun, example } from "./options.ts";
import {
  failed,
  refused,
  wrongUsage,
  type Define,
  type Report,
  type Session,
} from "./session.ts";

interface ApplyOptions extends ActOptions {
  prune?: true;
}

export const defineApply: Define = (program, run) => {
  program
    .command("apply")
    .description(
      "bring the list to what a file says (YAML or JSON, as export list prints it), and say before what would change",
    )
    .argument("<file>", "the file; - for standard input")
    .option("--prune", "also remove the sites that the file does not have")
    .option(
      "--no-reason",
      "also where a denial of the file says no ground or no reason",
    )
    .option("--force", "go ahead where a command would only ask")
    .addOption(dryRun())
    .addHelpText(
      "after",
      `
Each change is a command of its own, in this order: who is denied or restored, sites, settings. What a denial of the file
does not mention stays as the list says it. Customers that the file does not have stay as they are.
${example("export list > list.yaml", "apply list.yaml --dry-run", "apply list.yaml --prune")}`,
    )
    .action((file: string, options: ApplyOptions) =>
      run((session) => applyFile(session, file, options)),
    );
};

/** The list as `apply` reads it. What cannot be read is named on standard error, and left out. */
export async function exportList({ store, nowMs }: Session): Promise<Report> {
  const list = await readList(store, nowMs);
  if (!list.ok) return failed(list.problem);
  const { present, problems } = presentOf(list.value);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  const desired = formatDesiredList(present);
  return {
    exit: problems.length === 0 ? "done" : "found-problems",
    json: { list: desired, problems },
    text: stringify(desired, { lineWidth: 0 }),
    isOutput: true,
  };
}

async function applyFile(
  session: Session,
  file: string,
  options: ApplyOptions,
): Promise<Report> {
  const desired = await readDesired(file);
  if (!desired.ok) return wrongUsage(desired.problem);
  const list = await readList(session.store, session.nowMs);
  if (!list.ok) return failed(list.problem);
  const { present, problems } = presentOf(list.value);
  if (problems.length > 0 && !options.force)
    return refused(
      "malformed",
      `the list has what cannot be read, and would be replaced: ${problems.join("; ")}. Add --force if that is meant`,
    );
  const beyond = settingsBeyondCommands(
    desired.value.settings,
    present.settings,
  );
  if (beyond.length > 0)
    return failed(
      `"edge" differs in ${beyond.join(" and ")}, which no command changes: npx wrangler kv key put writes it`,
    );
  const steps = stepsTo(desired.value, present, {
    nowMs: session.nowMs,
    removal: options.prune ? "sites" : "none",
  });
  const json = { steps };
  if (steps.length === 0)
    return {
      exit: "done",
      json: { outcome: "unchanged", ...json },
      text: "The list is as the file says. Nothing was written.",
    };
  const plan = planText(steps);
  if (options.dryRun)
    return {
      exit: "done",
      json: { outcome: "not-written", ...json },
      text: `${plan}\nNothing was written: this was a dry run.`,
    };
  if (!(await session.confirm(`${plan}\nGo ahead?`)))
    return failed("nothing was written");
  return carryOut(session, steps, options);
}

/** One after the other, up to the first that is refused or fails. */
async function carryOut(
  session: Session,
  steps: readonly Step[],
  { force, reason }: ApplyOptions,
): Promise<Report> {
  const quiet = { ...session, confirm: async () => true };
  for (const [index, { command, key }] of steps.entries()) {
    const options: ActOptions = {
      ...((force || command["force"] === true) && { force: true }),
      ...(reason !== undefined && { reason }),
    };
    const report = await act(quiet, command, options);
    if (report.exit !== "done")
      return {
        ...report,
        json: { ...report.json, key, done: index, left: steps.length - index },
        text: `${key}: ${report.text}\n${index} of ${steps.length} changes were made. Once this is mended, the same command makes the others.`,
      };
  }
  return {
    exit: "done",
    json: { outcome: "written", steps },
    text: `${planText(steps)}\nWritten and read back.`,
  };
}

function planText(steps: readonly Step[]): string {
  return `${table(
    ["command", "key", "what changes"],
    steps.map(({ command, key, what }) => [command.kind, key, what]),
  )}\n\n${steps.length} ${steps.length === 1 ? "change" : "changes"}`;
}

async function readDesired(file: string): Promise<Parsed<DesiredList>> {
  const text = await (
    file === "-" ? textOf(process.stdin) : readFile(file, "utf8")
  ).then(
    (value): Parsed<string> => ({ ok: true, value }),
    (error: unknown): Parsed<string> => ({
      ok: false,
      problem: `${file} cannot be read: ${String(error)}`,
    }),
  );
  if (!text.ok) return text;
  const yaml = readYaml(text.value);
  if (yaml.problem !== null)
    return { ok: false, problem: `${file}:${yaml.problem}` };
  const desired = parseDesiredList(yaml.value);
  return desired.ok
    ? desired
    : {
        ok: false,
        problem: `${file}:${yaml.place(desired.path)}: ${desired.problem}`,
      };
}

/** The list as it is, and what of it cannot be read. */
function presentOf({ records, sites, customers, settings }: Listed): {
  present: PresentList;
  problems: string[];
} {
  const problems = settings.ok ? [] : [settings.problem];
  const known = {
    sites: new Map<string, Site>(),
    customers: new Map<string, Standing>(),
  };
  for (const [host, site] of sites)
    if (site.ok) known.sites.set(host, site.value);
    else problems.push(site.problem);
  for (const id of customers.keys()) {
    const key = standingKey(id);
    const text = records.get(key) ?? null;
    if (text === null) continue;
    const parsed = parseStanding(key, text);
    if (parsed.kind === "whole") known.customers.set(id, parsed.standing);
    else problems.push(parsed.problem);
  }
  return {
    present: {
      ...known,
      settings: settings.ok ? settings.value : defaultSettings,
    },
    problems,
  };
}
