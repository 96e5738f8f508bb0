import { readFile } from "node:fs/promises";
import type { Parsed } from "../parse/parsed.ts";
import { suggestion } from "../parse/suggest.ts";
import type { Logs } from "./customers.ts";
import type { TraceEntry } from "./replay/trace.ts";
import { placed } from "./scenario.ts";
import { type Scenario } from "./scenario/form.ts";
import { shippedScenarios } from "./shipped.ts";
import { readLog } from "./visitor-log.ts";

export interface ScenarioFile {
  /** What its reports go by. */
  name: string;
  path: string;
  text: string;
}

/** A scenario that ships, by its name, or any other, by its path. */
export async function readScenarioFile(
  word: string,
): Promise<Parsed<ScenarioFile>> {
  const shipped = await shippedScenarios();
  const found = shipped.find(({ name }) => name === word);
  const path = found?.path ?? word;
  const name = found?.name ?? nameOf(path);
  return readFile(path, "utf8").then(
    (text) => ({ ok: true, value: { name, path, text } }),
    (error: unknown) => ({
      ok: false,
      problem: `${word} is no scenario that ships, and no file that can be read (${String(error)})${suggestion(
        word,
        shipped.map((scenario) => scenario.name),
      )}`,
    }),
  );
}

function nameOf(path: string): string {
  return (path.split("/").at(-1) ?? path).replace(/\.ya?ml$/, "");
}

/** The logs that visitors of a file's scenario come from; a problem has the place where the file names the log. */
export async function readLogs(
  { path, text }: Pick<ScenarioFile, "path" | "text">,
  { customers }: Scenario,
): Promise<Parsed<Logs>> {
  const logs = new Map<string, TraceEntry[]>();
  for (const [index, { id, replay }] of customers.entries()) {
    if (replay === undefined) continue;
    const log = await readLog(replay);
    if (!log.ok)
      return placed(path, text, {
        path: ["customers", index, "replay", "file"],
        problem: log.problem,
      });
    logs.set(id, log.value);
  }
  return { ok: true, value: logs };
}
