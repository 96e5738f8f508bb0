import { createInterface } from "node:readline/promises";
import { exitCodes } from "./exit-codes.ts";
import colors from "picocolors";

export type Colors = ReturnType<typeof colors.createColors>;

/** Colours for a terminal that has them and nobody who wants none (NO_COLOR, TERM=dumb); none for a pipe or a file. */
export function colorsFor(stream: NodeJS.WriteStream): Colors {
  return colors.createColors(stream.isTTY ? stream.hasColors() : false);
}

/** Asks on standard error, so that standard output stays the report's. Anything but yes is no. */
export async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({
    input: process.stdin,
    output: process.stderr,
  });
  terminal.on("SIGINT", () => process.exit(130));
  const reply = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(reply.trim());
}

/**
 * Ends the process when its output cannot be written: quietly where whoever read it has gone, as `head` does, and else with a line
 * that says why.
 */
export function endWithOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(exitCodes.brokenPipe);
      if (stream === process.stdout)
        process.stderr.write(`cannot write the output: ${error.message}\n`);
      process.exit(exitCodes.failed);
    });
}
