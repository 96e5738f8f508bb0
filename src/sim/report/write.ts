import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Result } from "../result.ts";
import { seriesCsv, propagationCsv } from "./csv.ts";
import { reportHtml } from "./html.ts";
import { resultJson } from "./json.ts";
import { summaryMarkdown } from "./markdown.ts";
import { junit } from "./junit.ts";
import { sweepHtml } from "./html/sweep.ts";
import { sweepCsv, type Sweep } from "./sweep.ts";

/**
 * Writes every form of the result into a folder, which is made where there is none, and returns the files' paths, the one for
 * people first. Each is written beside its place and then put there, so that an earlier run's file is whole until it is
 * replaced. Rejects with Node's error where the folder cannot be written.
 */
export async function writeReports(
  result: Result,
  dir: string,
): Promise<string[]> {
  return writeFiles(dir, {
    "report.html": [reportHtml(result)],
    "result.json": resultJson(result),
    "series.csv": seriesCsv(result),
    "propagation.csv": propagationCsv(result),
    "junit.xml": [junit(result)],
    "summary.md": [summaryMarkdown(result)],
  });
}

/** Writes `sweep.html` and `sweep.csv` in the same manner. */
export async function writeSweep(sweep: Sweep, dir: string): Promise<string[]> {
  return writeFiles(dir, {
    "sweep.html": [sweepHtml(sweep)],
    "sweep.csv": sweepCsv(sweep),
  });
}

/** Files by name, their texts in pieces. */
export async function writeFiles(
  dir: string,
  files: Readonly<Record<string, Iterable<string>>>,
): Promise<string[]> {
  await mkdir(dir, { recursive: true });
  const paths = [];
  for (const [name, pieces] of Object.entries(files)) {
    const path = join(dir, name);
    await writeFile(`${path}.part`, pieces);
    paths.push(path);
  }
  for (const path of paths) await rename(`${path}.part`, path);
  return paths;
}
