import { printable } from "../parse/text.ts";

/** Says what is wrong with the words or the file that a command was given, and answers with its exit code. */
export function failUsage(problem: string): number {
  process.stderr.write(`${problem.split("\n").map(printable).join("\n")}\n`);
  return 2;
}
