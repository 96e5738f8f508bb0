import type { Exit } from "../../node/exit-codes.ts";
import { colorsFor, type Form } from "../../node/terminal.ts";
import type { Parsed } from "../../parse/parsed.ts";
import type { CompareArguments } from "../arguments.ts";
import { comparisonMarkdown, comparisonText } from "../report/comparison.ts";
import { writeFiles } from "../report/write.ts";
import { runWithProgress } from "../run-with-progress.ts";
import { parseScenario, type Replacement } from "../scenario.ts";
import { readLogs, readScenarioFile } from "../scenario-file.ts";
import { compare, type Side } from "./compare.ts";

/** `portcullis simulate A --compare B`: runs both with the same seeds, and answers with how it ended. */
export async function runCompare(
  options: CompareArguments,
  form: Form,
): Promise<Parsed<Exit>> {
  const { scenario, against, set } = options;
  const first = await readSide(scenario, [], scenario);
  if (!first.ok) return first;
  const second = await readSide(
    against ?? scenario,
    set,
    against ??
      set.map(({ path, text }) => `${path.join(".")}=${text}`).join(" "),
  );
  if (!second.ok) return { ok: false, problem: `--compare: ${second.problem}` };
  const from = options.seed ?? first.value.scenario.seed;
  const seeds = Array.from({ length: options.seeds }, (_, n) => from + n);
  const sides = [first.value, second.value] as const;
  const found = await runWithProgress(
    `${first.value.label} and ${second.value.label}, ${seeds.length} seeds each`,
    (watching) =>
      compare(sides, seeds, {
        ...watching,
        threads: options.threads,
      }),
  );
  if (found === null) {
    process.stderr.write("Broken off before there were any figures.\n");
    return { ok: true, value: "interrupted" };
  }
  const paths = await writeFiles(options.out ?? `reports/${first.value.name}`, {
    "compare.md": [comparisonMarkdown(found)],
  });
  console.log(
    form === "json"
      ? JSON.stringify(found, null, 2)
      : `${comparisonText(found, colorsFor(process.stdout))}\n${paths.join("\n")}`,
  );
  return { ok: true, value: found.partial ? "interrupted" : "done" };
}

async function readSide(
  scenario: string,
  set: readonly Replacement[],
  label: string,
): Promise<Parsed<Side>> {
  const file = await readScenarioFile(scenario);
  if (!file.ok) return file;
  const { name, path, text } = file.value;
  const parsed = parseScenario(path, text, set);
  if (!parsed.ok) return parsed;
  const logs = await readLogs(file.value, parsed.value);
  if (!logs.ok) return logs;
  return {
    ok: true,
    value: { label, name, scenario: parsed.value, logs: logs.value },
  };
}
