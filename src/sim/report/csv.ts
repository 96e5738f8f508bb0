import type { Result } from "../result.ts";

/** Requests per bucket, PoP, customer and outcome, as pieces of text; buckets without any are left out. RFC 4180, times in RFC 3339. */
export function* seriesCsv(result: Result): Generator<string> {
  yield csvLine(["time", "pop", "customer", "outcome", "count"]);
  const bucketMs = result.bucketSeconds * 1000;
  for (const { pop, customer, outcome, counts } of result.series) {
    let lines = "";
    counts.forEach((count, bucket) => {
      const time = new Date(result.startedAtMs + bucket * bucketMs);
      if (count > 0)
        lines += csvLine([time.toISOString(), pop, customer, outcome, count]);
    });
    yield lines;
  }
}

/** For each decision and PoP the seconds until it held there: at the earliest, and at the latest, empty where nobody saw it hold. */
export function* propagationCsv(result: Result): Generator<string> {
  yield csvLine([
    "decided",
    "customer",
    "towards",
    "pop",
    "seconds",
    "up_to_seconds",
  ]);
  for (const { decidedAtMs, customer, towards, pops } of result.propagations) {
    const decided = new Date(decidedAtMs).toISOString();
    for (const { pop, seconds, upToSeconds } of pops)
      yield csvLine([
        decided,
        customer,
        towards,
        pop,
        seconds,
        upToSeconds ?? "",
      ]);
  }
}

/** RFC 4180 §2. A text that a spreadsheet would take for a formula is led by an apostrophe, which shows it as it is. */
export function csvLine(values: readonly (string | number)[]): string {
  return `${values.map(field).join(",")}\r\n`;
}

function field(value: string | number): string {
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
