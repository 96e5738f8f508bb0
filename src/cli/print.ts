import { exitCodes, type Exit } from "../node/exit-codes.ts";
import { colorsFor, type Form } from "../node/terminal.ts";
import type { Parsed } from "../parse/parsed.ts";
import { printable } from "../parse/text.ts";
import type { Report } from "./commands/session.ts";

/** JSON always goes to standard output; for people, what went wrong goes to standard error. */
export function print(
  { exit, json, text, isOutput }: Report,
  store: { kind: string; name: string },
  form: Form,
): void {
  if (isOutput && text === "") return;
  if (form === "json") {
    const { kind, name } = store;
    console.log(JSON.stringify({ store: { kind, name }, ...json }, null, 2));
    return;
  }
  if (isOutput) {
    process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    return;
  }
  const isWrong = exit === "failed" || exit === "usage";
  const stream = isWrong ? process.stderr : process.stdout;
  const place = colorsFor(stream).dim(store.name);
  stream.write(`${place}\n${text}\n`);
}

/** What kept a command from running, or from going on. */
export function printProblem(
  problem: string,
  outcome: "failed" | "usage",
): void {
  if (process.argv.includes("--json"))
    console.log(JSON.stringify({ outcome, problem }, null, 2));
  else
    for (const line of problem.split("\n"))
      process.stderr.write(`${printable(line)}\n`);
}

/** The end of a command that prints for itself. */
export function endWith(ended: Parsed<Exit>): void {
  if (!ended.ok) printProblem(ended.problem, "usage");
  process.exitCode = exitCodes[ended.ok ? ended.value : "usage"];
}
