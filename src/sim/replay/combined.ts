import type { Parsed } from "../../parse/parsed.ts";
import { unreadable, type LoggedRequest } from "./trace.ts";

const form =
  /^\S+ \S+ .*? \[([^\]]*)\] "((?:[^"\\]|\\.)*)" (\S+) (\S+)(?: "(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*")?\s*$/;

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/**
 * A line of the common or combined log format (Apache HTTP Server, mod_log_config):
 * `host ident user [time] "request" status bytes "referer" "user-agent"`. The visitor's address is not taken over. Null for what a
 * server logs that was no request: TLS on a plain port, a connection that timed out, a malformed request line.
 */
export function parseCombinedLine(line: string): Parsed<LoggedRequest | null> {
  const found = form.exec(line);
  if (found === null)
    return unreadable(
      "line",
      line,
      'host ident user [time] "request" status bytes, and maybe "referer" "user-agent"',
    );
  const [, time = "", request = "", status = "", bytes = ""] = found;
  const atMs = parseTime(time);
  if (atMs === null)
    return unreadable("time", time, "the form 10/Oct/2000:13:55:36 -0700");
  const [, method, target] =
    /^([A-Z-]+) (\S+)(?: HTTP\/[\d.]+)?$/.exec(request) ?? [];
  if (!/^\d{3}$/.test(status))
    return unreadable("status", status, "three digits");
  if (!/^(-|\d{1,15})$/.test(bytes))
    return unreadable("bytes", bytes, "a whole number, or -");
  if (method === undefined || target === undefined)
    return { ok: true, value: null };
  return {
    ok: true,
    value: {
      atMs,
      method,
      host: null,
      target,
      status: Number(status),
      size: bytes === "-" ? 0 : Number(bytes),
    },
  };
}

function parseTime(text: string): number | null {
  const [, day, name = "", year, time, hours, minutes] =
    /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/.exec(
      text,
    ) ?? [];
  const month = String(months.indexOf(name) + 1).padStart(2, "0");
  const atMs = Date.parse(`${year}-${month}-${day}T${time}${hours}:${minutes}`);
  return Number.isNaN(atMs) ? null : atMs;
}
