import { readFile } from "node:fs/promises";
import { exitCodes } from "../node/exit-codes.ts";
import { table } from "../node/table.ts";
import { colorsFor } from "../node/terminal.ts";
import { parseArguments, usage, type Arguments } from "./arguments.ts";
import { runCompare } from "./compare/command.ts";
import { failUsage } from "./fail-usage.ts";
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

/** `portcullis simulate`: runs a scenario, says what came of it, and answers with the exit code. */
export async function simulate(words: readonly string[]): Promise<number> {
  const options = parseArguments(words);
  if (!options.ok) return failUsage(options.problem);
  switch (options.value.kind) {
    case "help":
      process.stdout.write(usage);
      return exitCodes.done;
    case "list":
      return list(options.value.form);
    case "run":
      return runOne(options.value);
    case "sweep":
      return runSweep(options.value);
    case "compare":
      return runCompare(options.value);
  }
}

async function list(form: "text" | "json"): Promise<number> {
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
  if (form === "json") {
    console.log(JSON.stringify(titled, null, 2));
    return exitCodes.done;
  }
  const titles = table(
    ["Scenario", "What it shows"],
    titled.map(({ name, title }) => [name, title]),
  );
  console.log(`${titles}\n\n${usage}`);
  return exitCodes.done;
}

async function runOne(
  options: Extract<Arguments, { kind: "run" }>,
): Promise<number> {
  const file = await readScenarioFile(options.scenario);
  if (!file.ok) return failUsage(file.problem);
  const { name, path, text } = file.value;
  const parsed = parseScenario(path, text, options.set);
  if (!parsed.ok) return failUsage(parsed.problem);
  if (options.isCheck) return checked(name, parsed.value, options.form);
  const read = await readLogs(file.value, parsed.value);
  if (!read.ok) return failUsage(read.problem);

  const scenario =
    options.pops === null
      ? parsed.value
      : onFirstPops(parsed.value, options.pops);
  const logs = read.value;
  const seed = options.seed ?? scenario.seed;
  if (options.real === null) {
    const result = await runWithProgress(`${name}, seed ${seed}`, (watching) =>
      run(scenario, { name, seed, logs, ...watching }),
    );
    return reported(result, options, name);
  }
  const { scale } = options.real;
  // The runtime and wrangler take a second to load, which virtual time need not wait for.
  const { comparison, runBoth } = await import("./real/both.ts");
  const compared = await runWithProgress(`${name}, seed ${seed}`, (watching) =>
    runBoth(scenario, { name, seed, logs, scale, ...watching }),
  );
  if (!compared.ok) return failUsage(compared.problem);
  const code = await reported(compared.value.real, options, name);
  process.stderr.write(`${comparison(compared.value)}\n`);
  return code === exitCodes.done && compared.value.disagreements.length > 0
    ? exitCodes.failed
    : code;
}

function checked(
  name: string,
  { title, customers, events, expect }: Scenario,
  form: "text" | "json",
): number {
  console.log(
    form === "json"
      ? JSON.stringify({ scenario: name, problem: null })
      : `${name}: ${title}\n${customers.length} customers, ${events.length} events, ${expect.length} expectations; no mistake found`,
  );
  return exitCodes.done;
}

/** Writes the reports, prints what a run came to, and answers with the exit code. */
async function reported(
  result: Result,
  options: Pick<Extract<Arguments, { kind: "run" }>, "out" | "form">,
  name: string,
): Promise<number> {
  const paths = await writeReports(result, options.out ?? `reports/${name}`);
  if (options.form === "json")
    for (const piece of resultJson(result)) process.stdout.write(piece);
  else {
    const colors = colorsFor(process.stdout);
    console.log(`${summary(result, colors)}\n${paths.join("\n")}`);
  }
  if (result.partial) return exitCodes.interrupted;
  return result.assertions.every(({ passed }) => passed)
    ? exitCodes.done
    : exitCodes.failed;
}
