import type { Parsed } from "../parse/parsed.ts";
import type { Key } from "./cache/eviction.ts";
import {
  formatOf,
  readable,
  TraceFile,
  type Format,
} from "./replay/trace-file.ts";
import type { TraceEntry } from "./replay/trace.ts";

/** What visitors of one site ask for during a run, as a log has it. */
export interface VisitorLog {
  /** In order of time; milliseconds since the first, path and query. */
  visits: readonly { afterMs: number; target: string }[];
  /** Bytes of what is under each target, as the log says first. */
  sizes: ReadonlyMap<string, number>;
}

/** Held in memory, since a log need not be in order of time. */
const maxRequests = 5_000_000;

/**
 * The requests of a log in order of time, those aside that no cache would keep, and without the hosts that they went to. A
 * problem names the file, and what can be told of line and field.
 */
export async function readLog(options: {
  file: string;
  format?: Format | undefined;
}): Promise<Parsed<TraceEntry[]>> {
  const { file } = options;
  const format = options.format ?? formatOf(file);
  if (format === null)
    return {
      ok: false,
      problem: `${file}: the name says no format; expected .har, .log or .csv, maybe with .gz`,
    };
  const trace = await TraceFile.open(file, {
    format,
    sizes: "kept",
    hosts: "ignored",
  });
  return trace.ok ? readable(file, requestsOf(trace.value)) : trace;
}

async function requestsOf(trace: TraceFile): Promise<Parsed<TraceEntry[]>> {
  const requests: TraceEntry[] = [];
  const keys = new Map<Key, Key>();
  for await (const batch of trace.entries()) {
    if (!batch.ok) return batch;
    for (const { key, ...request } of batch.value) {
      const known = keys.get(key) ?? key;
      keys.set(known, known);
      requests.push({ ...request, key: known });
    }
    if (requests.length > maxRequests)
      return {
        ok: false,
        problem: `found more than ${maxRequests} requests, expected at most that many`,
      };
  }
  if (requests.length === 0)
    return { ok: false, problem: "found no GET answered 200, expected some" };
  // A server logs a request when it has answered it, which is not the order in which they came.
  return {
    ok: true,
    value: requests.toSorted((one, other) => one.atMs - other.atMs),
  };
}

/** What of a log in order of time comes within so many milliseconds, so many times as fast as it did. */
export function visitorLog(
  requests: readonly TraceEntry[],
  speed: number,
  lastsMs: number,
): VisitorLog {
  const firstMs = requests[0]?.atMs ?? 0;
  const visits = [];
  const targets = new Map<Key, string>();
  const sizes = new Map<string, number>();
  for (const { atMs, key, size } of requests) {
    const afterMs = (atMs - firstMs) / speed;
    if (afterMs > lastsMs) break;
    const target = targets.get(key) ?? targetOf(String(key));
    targets.set(key, target);
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
