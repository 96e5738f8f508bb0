import { createInterface } from "node:readline/promises";
import colors from "picocolors";
import type { Colors, Report } from "./commands/session.ts";

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

/** JSON always goes to standard output; for people, what went wrong goes to standard error. */
export function print(
  { exit, json, text }: Report,
  store: { kind: string; name: string },
  form: "json" | "text",
): void {
  if (form === "json") {
    const { kind, name } = store;
    console.log(JSON.stringify({ store: { kind, name }, ...json }, null, 2));
    return;
  }
  const isWrong = exit === "failed" || exit === "usage";
  const stream = isWrong ? process.stderr : process.stdout;
  const place = colorsFor(stream).dim(store.name);
  stream.write(`${place}\n${text}\n`);
}
