import { readFile } from "node:fs/promises";
import Table from "cli-table3";
import { colorsFor } from "../cli/terminal.ts";
import { parseArguments, usage, type Arguments } from "./arguments.ts";
import { failUsage } from "./fail-usage.ts";
import { resultJson } from "./report/json.ts";
import { summary } from "./report/terminal.ts";
import { writeReports } from "./report/write.ts";
import type { Result } from "./result.ts";
import { run } from "./run.ts";
import { onFirstPops, parseScenario } from "./scenario.ts";
import { readLogs, readScenarioFile } from "./scenario-file.ts";
import { shippedScenarios } from "./shipped.ts";
import { runSweep } from "./sweep/command.ts";
import { runWithProgress } from "./run-with-progress.ts";

const exitCodes = {
  done: 0,
  "assertion failed": 1,
  interrupted: 130,
} as const;

/** `portcullis simulate`: runs a scenario, says what came of it, and answers with the exit code. */
export async function simulate(words: readonly string[]): Promise<number> {
  const given = parseArguments(words);
  if (!given.ok) return failUsage(given.problem);
  switch (given.value.kind) {
    case "help":
      process.stdout.write(usage);
      return exitCodes.done;
    case "list":
      return list(given.value.form);
    case "run":
      return runOne(given.value);
    case "sweep":
      return runSweep(given.value);
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
  const table = new Table({
    head: ["Scenario", "What it shows"],
    style: { head: [], border: [] },
  });
  for (const { name, title } of titled) table.push([name, title]);
  console.log(`${table.toString()}\n\n${usage}`);
  return exitCodes.done;
}

async function runOne(
  given: Extract<Arguments, { kind: "run" }>,
): Promise<number> {
  const file = await readScenarioFile(given.scenario);
  if (!file.ok) return failUsage(file.problem);
  const { name, path, text } = file.value;
  const parsed = parseScenario(path, text);
  if (!parsed.ok) return failUsage(parsed.problem);
  const read = await readLogs(file.value, parsed.value);
  if (!read.ok) return failUsage(read.problem);

  const scenario =
    given.pops === null ? parsed.value : onFirstPops(parsed.value, given.pops);
  const logs = read.value;
  const seed = given.seed ?? scenario.seed;
  if (given.real === null) {
    const result = await runWithProgress(`${name}, seed ${seed}`, (watching) =>
      run(scenario, { name, seed, logs, ...watching }),
    );
    return reported(result, given, name);
  }
  const { scale } = given.real;
  // The runtime and wrangler take a second to load, which virtual time need not wait for.
  const { comparison, runBoth } = await import("./real/both.ts");
  const compared = await runWithProgress(`${name}, seed ${seed}`, (watching) =>
    runBoth(scenario, { name, seed, logs, scale, ...watching }),
  );
  if (!compared.ok) return failUsage(compared.problem);
  const code = await reported(compared.value.real, given, name);
  process.stderr.write(`${comparison(compared.value)}\n`);
  return code === exitCodes.done && compared.value.disagreements.length > 0
    ? exitCodes["assertion failed"]
    : code;
}

/** Writes the reports, prints what a run came to, and answers with the exit code. */
async function reported(
  result: Result,
  given: Pick<Extract<Arguments, { kind: "run" }>, "out" | "form">,
  name: string,
): Promise<number> {
  const paths = await writeReports(result, given.out ?? `reports/${name}`);
  if (given.form === "json")
    for (const piece of resultJson(result)) process.stdout.write(piece);
  else {
    const paint = colorsFor(process.stdout);
    console.log(`${summary(result, paint)}\n${paths.join("\n")}`);
  }
  if (result.partial) return exitCodes.interrupted;
  return result.assertions.every(({ passed }) => passed)
    ? exitCodes.done
    : exitCodes["assertion failed"];
}
