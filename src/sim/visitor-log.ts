import { readFileSync, statSync } from "node:fs";
import type { Parsed } from "../http/parsed.ts";
import { parseCombinedLine } from "./replay/combined.ts";
import { parseCsvLine } from "./replay/csv.ts";
import { parseHar } from "./replay/har.ts";
import { formatOf, type Format } from "./replay/trace-file.ts";
import {
  traceEntry,
  type LoggedRequest,
  type TraceEntry,
} from "./replay/trace.ts";

/** What visitors of one site asked for, as a log has it. */
export interface VisitorLog {
  /** In order of time; milliseconds since the first, path and query. */
  visits: readonly { afterMs: number; target: string }[];
  /** Bytes of what is under each target, as the log says first. */
  sizes: ReadonlyMap<string, number>;
}

/** Read in one piece: requests need not stand in order of time. */
const largestLogBytes = 64 * 2 ** 20;

/**
 * The requests of a log within that many milliseconds, those aside that no cache would keep. `speed` is how many times as fast
 * they come as they did. A problem names the file, and what can be told of line and field.
 */
export function readVisitorLog(
  given: { file: string; format?: Format | undefined; speed: number },
  lastsMs: number,
): Parsed<VisitorLog> {
  const { file, speed } = given;
  const format = given.format ?? formatOf(file);
  const problem = (said: string) => ({
    ok: false as const,
    problem: `${file}: ${said}`,
  });
  if (format === null)
    return problem("the name says no format; expected .har, .log or .csv");
  if (file.endsWith(".gz"))
    return problem("found a compressed log, expected one that is not");
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) return problem("there is no such file");
  if (found.size > largestLogBytes)
    return problem("found more than 64 MiB, expected less");
  const entries = entriesOf(readFileSync(file, "utf8"), format);
  if (!entries.ok) return problem(entries.problem);
  return entries.value.length === 0
    ? problem("found no GET answered 200, expected some")
    : { ok: true, value: logOf(entries.value, speed, lastsMs) };
}

function entriesOf(text: string, format: Format): Parsed<TraceEntry[]> {
  switch (format) {
    case "csv":
      return eachLine(text, parseCsvLine);
    case "combined":
      return kept(eachLine(text, parseCombinedLine));
    case "har":
      return kept(parseHar(text));
  }
}

function eachLine<Entry>(
  text: string,
  parse: (line: string) => Parsed<Entry | null>,
): Parsed<Entry[]> {
  const entries: Entry[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === "") continue;
    const parsed = parse(line);
    if (!parsed.ok)
      return { ok: false, problem: `line ${index + 1}: ${parsed.problem}` };
    if (parsed.value !== null) entries.push(parsed.value);
  }
  return { ok: true, value: entries };
}

/** Whatever host a request went to, here it goes to the customer's first. */
function kept(requests: Parsed<LoggedRequest[]>): Parsed<TraceEntry[]> {
  if (!requests.ok) return requests;
  const entries = requests.value
    .map((request) => traceEntry({ ...request, host: null }))
    .filter((entry) => entry !== null);
  return { ok: true, value: entries };
}

function logOf(
  entries: readonly TraceEntry[],
  speed: number,
  lastsMs: number,
): VisitorLog {
  // A server logs a request when it has answered it, which is not the order in which they came.
  const ordered = entries.toSorted((one, other) => one.atMs - other.atMs);
  const firstMs = ordered[0]?.atMs ?? 0;
  const visits = [];
  const sizes = new Map<string, number>();
  for (const { atMs, key, size } of ordered) {
    const afterMs = (atMs - firstMs) / speed;
    if (afterMs > lastsMs) break;
    const target = targetOf(String(key));
    if (!sizes.has(target)) sizes.set(target, size);
    visits.push({ afterMs, target });
  }
  return { visits, sizes };
}

/** As it reaches an origin: the edge's fetch normalises it. A trace's key need not be a path. */
function targetOf(key: string): string {
  const path = key.startsWith("/") ? key : `/${key}`;
  const { pathname, search } = new URL(
    `https://site.example${path.replaceAll("#", "%23")}`,
  );
  return `${pathname}${search}`;
}
