import type { Exit } from "../../node/exit-codes.ts";
import { colorsFor, type Form } from "../../node/terminal.ts";
import type { Parsed } from "../../parse/parsed.ts";
import type { SweepArguments } from "../arguments.ts";
import { sweepRows, sweepTable } from "../report/sweep.ts";
import { writeSweep } from "../report/write.ts";
import { readLogs, readScenarioFile } from "../scenario-file.ts";
import { runWithProgress } from "../run-with-progress.ts";
import { planSweep, sweep } from "./sweep.ts";

/** `portcullis simulate --vary`: runs a scenario with several values of a member, and answers with how it ended. */
export async function runSweep(
  options: SweepArguments,
  form: Form,
): Promise<Parsed<Exit>> {
  const file = await readScenarioFile(options.scenario);
  if (!file.ok) return file;
  const plan = planSweep(file.value, options.variation, options);
  if (!plan.ok) return plan;
  // Only numbers vary: all runs have the same logs.
  const logs = await readLogs(file.value, plan.value.original);
  if (!logs.ok) return logs;

  const { name } = file.value;
  const { points, seeds, parameter } = plan.value;
  const found = await runWithProgress(
    `${name}: ${points.length} values of ${parameter}, ${seeds.length} seeds each`,
    (watching) =>
      sweep(plan.value, {
        logs: logs.value,
        ...watching,
        threads: options.threads,
      }),
  );
  if (found === null) {
    process.stderr.write("Broken off before there were any figures.\n");
    return { ok: true, value: "interrupted" };
  }
  const paths = await writeSweep(found, options.out ?? `reports/${name}`);
  if (form === "json")
    console.log(JSON.stringify({ ...found, rows: sweepRows(found) }, null, 2));
  else {
    const colors = colorsFor(process.stdout);
    console.log(`${sweepTable(found, colors)}\n${paths.join("\n")}`);
  }
  return { ok: true, value: found.partial ? "interrupted" : "done" };
}
