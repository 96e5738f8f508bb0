import type { Parsed } from "../../parse/parsed.ts";
import { unreadable, type TraceEntry } from "./trace.ts";

const header = /^time(stamp)?,/i;
const decimal = /^\d+(\.\d+)?$/;
const whole = /^(0|[1-9]\d{0,14})$/;

/**
 * A line "time,key,size": seconds, anything without a comma, bytes; further columns are passed over. A line of column
 * names, which begins with "time", is null.
 */
export function parseCsvLine(line: string): Parsed<TraceEntry | null> {
  if (header.test(line)) return { ok: true, value: null };
  const [time, key, size] = line.split(",", 3).map((field) => field.trim());
  if (time === undefined || !decimal.test(time))
    return unreadable("time", time, "seconds, such as 12 or 12.5");
  if (key === undefined || key === "")
    return unreadable("key", key, "the object's name");
  if (size === undefined || !whole.test(size))
    return unreadable("size", size, "a whole number of bytes");
  return {
    ok: true,
    value: {
      atMs: Number(time) * 1_000,
      // A number in its usual spelling is found faster than the string, and no other spelling means the same key.
      key: whole.test(key) ? Number(key) : key,
      size: Number(size),
    },
  };
}
