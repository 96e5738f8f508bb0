/** Says what is wrong with the words or the file that a command was given, and answers with its exit code. */
export function failUsage(problem: string): number {
  process.stderr.write(`${problem}\n`);
  return 2;
}
