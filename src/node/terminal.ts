import { createInterface } from "node:readline/promises";
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
