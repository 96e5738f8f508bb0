import { colorsFor } from "../node/terminal.ts";
import type { Report } from "./commands/session.ts";

/** JSON always goes to standard output; for people, what went wrong goes to standard error. */
export function print(
  { exit, json, text, isOutput }: Report,
  store: { kind: string; name: string },
  form: "json" | "text",
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
