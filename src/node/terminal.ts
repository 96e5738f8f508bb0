import { createInterface } from "node:readline/promises";
import { styleText } from "node:util";
import { exitCodes } from "./exit-codes.ts";

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "magenta";

export type Colors = Readonly<Record<Style, (text: string) => string>>;

export function makeColors(areOn: boolean): Colors {
  const painter = (style: Style) => (text: string) =>
    areOn ? styleText(style, text, { validateStream: false }) : text;
  return {
    bold: painter("bold"),
    dim: painter("dim"),
    red: painter("red"),
    green: painter("green"),
    yellow: painter("yellow"),
    magenta: painter("magenta"),
  };
}

/** Colours for a terminal that has them and nobody who wants none (NO_COLOR, TERM=dumb); none for a pipe or a file. */
export function colorsFor(stream: NodeJS.WriteStream): Colors {
  return makeColors(stream.isTTY ? stream.hasColors() : false);
}

/** How a command prints what it found: for people, or for programs. */
export type Form = "text" | "json";

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
