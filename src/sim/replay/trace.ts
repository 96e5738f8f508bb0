import type { Parsed } from "../../parse/parsed.ts";
import type { Key } from "../cache/eviction.ts";

/** One request of a trace of a cache. */
export interface TraceEntry {
  /** Since the trace's own beginning of time. */
  atMs: number;
  key: Key;
  /** Of the object, in bytes. */
  size: number;
}

/** One request as a server or a browser recorded it. */
export interface LoggedRequest {
  /** Milliseconds since the epoch. */
  atMs: number;
  method: string;
  /** Null when the record does not say: most server logs are of one site. */
  host: string | null;
  /** Path and query, as asked for. */
  target: string;
  status: number;
  /** Of the body, in bytes. */
  size: number;
}

/** What cache algorithms are shown of a logged request; null when no cache would keep its answer. */
export function traceEntry(request: LoggedRequest): TraceEntry | null {
  const { atMs, method, host, target, status, size } = request;
  return method === "GET" && status === 200
    ? { atMs, key: `${host ?? ""}${target}`, size }
    : null;
}

/** Why a field cannot be read. */
export function unreadable(
  field: string,
  found: string | undefined,
  expected: string,
): { ok: false; problem: string } {
  const foundText =
    found === undefined ? "nothing" : JSON.stringify(found.slice(0, 80));
  return {
    ok: false,
    problem: `${field}: found ${foundText}, expected ${expected}`,
  };
}

/**
 * Reads batches of lines with a parser of one line; a null entry is one to pass over. Yields what was read up to the first
 * problem, then that problem, with its line.
 */
export async function* readEntries<Entry>(
  batches: AsyncIterable<readonly string[]>,
  parse: (line: string) => Parsed<Entry | null>,
): AsyncGenerator<Parsed<Entry[]>> {
  let read = 0;
  for await (const lines of batches) {
    const entries: Entry[] = [];
    for (const line of lines) {
      read += 1;
      if (line === "") continue;
      const parsed = parse(line);
      if (!parsed.ok) {
        yield { ok: true, value: entries };
        yield { ok: false, problem: `line ${read}: ${parsed.problem}` };
        return;
      }
      if (parsed.value !== null) entries.push(parsed.value);
    }
    yield { ok: true, value: entries };
  }
}

/** What of a log was passed over, in lines or entries. */
export interface Skipped {
  /** What a server or a browser records that is no request. */
  notRequests: number;
  notUnderstood: number;
}

/**
 * Reads batches of lines of a server's log, which always has some that are no requests. They are counted in `skipped`, and so are
 * those that are not understood. When these are more than the others, the log has another form: then yields the problem of the
 * first, and ends.
 */
export async function* readLog(
  batches: AsyncIterable<readonly string[]>,
  parse: (line: string) => Parsed<LoggedRequest | null>,
  skipped: Skipped,
): AsyncGenerator<Parsed<LoggedRequest[]>> {
  let read = 0;
  let understood = 0;
  let problem: string | null = null;
  for await (const lines of batches) {
    const requests: LoggedRequest[] = [];
    for (const line of lines) {
      read += 1;
      if (line === "") continue;
      const parsed = parse(line);
      if (!parsed.ok) {
        skipped.notUnderstood += 1;
        problem ??= `line ${read}: ${parsed.problem}`;
        continue;
      }
      understood += 1;
      if (parsed.value === null) skipped.notRequests += 1;
      else requests.push(parsed.value);
    }
    yield problem !== null && skipped.notUnderstood > understood
      ? { ok: false, problem }
      : { ok: true, value: requests };
    if (skipped.notUnderstood > understood) return;
  }
}
