import type { Exit } from "../node/exit-codes.ts";
import { readFile } from "node:fs/promises";
import { table } from "../node/table.ts";
import { colorsFor, type Form } from "../node/terminal.ts";
import type { Parsed } from "../parse/parsed.ts";
import {
  parseArguments,
  type Arguments,
  type SimulateValues,
} from "./arguments.ts";
import { runCompare } from "./compare/command.ts";
import { resultJson } from "./report/json.ts";
import { summary } from "./report/terminal.ts";
import { writeReports } from "./report/write.ts";
import type { Result } from "./result.ts";
import { run } from "./run.ts";
import { onFirstPops, parseScenario } from "./scenario.ts";
import type { Scenario } from "./scenario/form.ts";
import { readLogs, readScenarioFile } from "./scenario-file.ts";
import { shippedScenarios } from "./shipped.ts";
import { runSweep } from "./sweep/command.ts";
import { runWithProgress } from "./run-with-progress.ts";

/**
 * `portcullis simulate`: runs a scenario and says what came of it; without one, lists those that ship. Answers with how
 * it ended, or with what is wrong with the options or the files.
 */
export async function simulate(
  scenario: string | undefined,
  values: SimulateValues,
  form: Form,
): Promise<Parsed<Exit>> {
  if (scenario === undefined) return list(form);
  const options = parseArguments(scenario, values);
  if (!options.ok) return options;
  switch (options.value.kind) {
    case "run":
      return runOne(options.value, form);
    case "sweep":
      return runSweep(options.value, form);
    case "compare":
      return runCompare(options.value, form);
  }
}

async function list(form: Form): Promise<Parsed<Exit>> {
  const shipped = await shippedScenarios();
  const titled = await Promise.all(
    shipped.map(async ({ name, path }) => {
      const scenario = parseScenario(path, await readFile(path, "utf8"));
      return {
        name,
        title: scenario.ok ? scenario.value.title : scenario.problem,
      };
    }),
  );
  console.log(
    form === "json"
      ? JSON.stringify(titled, null, 2)
      : `${table(
          ["Scenario", "What it shows"],
          titled.map(({ name, title }) => [name, title]),
        )}\n\nRun one by its name, or a file: portcullis simulate drop-now. See portcullis simulate --help`,
  );
  return { ok: true, value: "done" };
}

async function runOne(
  options: Extract<Arguments, { kind: "run" }>,
  form: Form,
): Promise<Parsed<Exit>> {
  const file = await readScenarioFile(options.scenario);
  if (!file.ok) return file;
  const { name, path, text } = file.value;
  const parsed = parseScenario(path, text, options.set);
  if (!parsed.ok) return parsed;
  if (options.isCheck) return checked(name, parsed.value, form);
  const read = await readLogs(file.value, parsed.value);
  if (!read.ok) return read;

  const scenario =
    options.pops === null
      ? parsed.value
      : onFirstPops(parsed.value, options.pops);
  const logs = read.value;
  const seed = options.seed ?? scenario.seed;
  const folder = options.out ?? `reports/${name}`;
  if (options.real === null) {
    const result = await runWithProgress(`${name}, seed ${seed}`, (watching) =>
      run(scenario, { name, seed, logs, ...watching }),
    );
    return { ok: true, value: await report(result, folder, form) };
  }
  const { scale } = options.real;
  // The runtime and wrangler take a second to load, which virtual time need not wait for.
  const { comparison, runBoth } = await import("./real/both.ts");
  const compared = await runWithProgress(`${name}, seed ${seed}`, (watching) =>
    runBoth(scenario, { name, seed, logs, scale, ...watching }),
  );
  if (!compared.ok) return compared;
  const { real, disagreements } = compared.value;
  const end = await report(real, folder, form);
  process.stderr.write(`${comparison(compared.value)}\n`);
  return {
    ok: true,
    value: end === "done" && disagreements.length > 0 ? "failed" : end,
  };
}

function checked(
  name: string,
  { title, customers, events, expect }: Scenario,
  form: Form,
): Parsed<Exit> {
  console.log(
    form === "json"
      ? JSON.stringify({ scenario: name, problem: null })
      : `${name}: ${title}\n${customers.length} customers, ${events.length} events, ${expect.length} expectations; no mistake found`,
  );
  return { ok: true, value: "done" };
}

/** Writes the reports, and prints what a run came to. */
async function report(
  result: Result,
  folder: string,
  form: Form,
): Promise<Exit> {
  const paths = await writeReports(result, folder);
  if (form === "json")
    for (const piece of resultJson(result)) process.stdout.write(piece);
  else {
    const colors = colorsFor(process.stdout);
    console.log(`${summary(result, colors)}\n${paths.join("\n")}`);
  }
  if (result.partial) return "interrupted";
  return result.assertions.every(({ passed }) => passed) ? "done" : "failed";
}
