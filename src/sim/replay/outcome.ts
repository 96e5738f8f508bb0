import { table } from "../../node/table.ts";
import { csvLine } from "../report/csv.ts";
import { byteSize, count, counted } from "../report/wording.ts";
import {
  byteHitRatio,
  hitRatio,
  type TraceFigures,
  type Unit,
} from "./measure.ts";
import type { Footprint } from "./capacity.ts";
import type { Skipped } from "./trace.ts";

/** All that a replay found out. */
export interface ReplayResult {
  file: string;
  unit: Unit;
  /** Broken off: the figures are of the requests read by then. */
  partial: boolean;
  /** Capacities as somebody asked for them, by what they come to. */
  names: ReadonlyMap<number, string>;
  /** Null when no capacity made it necessary to know. */
  footprint: Footprint | null;
  /** Requests whose answers no cache would keep, which count nowhere else. */
  passedOver: number;
  skipped: Skipped;
  figures: TraceFigures;
}

/** A cache's figures as they are shown and written. */
export interface Row {
  algorithm: string;
  /** The capacity as it was asked for. */
  size: string;
  capacity: number;
  hits: number;
  hitBytes: number;
  hitRatio: number;
  byteHitRatio: number;
}

/** Smallest caches first. */
export function rowsOf({ figures, names }: ReplayResult): Row[] {
  const caches = figures.caches.toSorted(
    (one, other) => one.capacity - other.capacity,
  );
  return caches.map((cache) => ({
    ...cache,
    size: names.get(cache.capacity) ?? "",
    hitRatio: hitRatio(figures, cache),
    byteHitRatio: byteHitRatio(figures, cache),
  }));
}

/** For a terminal, without a line break at the end. */
export function outcomeText(outcome: ReplayResult): string {
  const { unit, partial } = outcome;
  const rows = rowsOf(outcome).map((row) => [
    row.size,
    capacityText(row.capacity, unit),
    row.algorithm,
    percent(row.hitRatio),
    percent(row.byteHitRatio),
    count(row.hits),
  ]);
  const heads = [
    "size",
    "capacity",
    "algorithm",
    "hit ratio",
    "byte-hit ratio",
    "hits",
  ];
  return [
    ...(partial
      ? ["PARTIAL: broken off; the figures are of what was read by then."]
      : []),
    factsOf(outcome).join(" · "),
    "",
    table(heads, rows),
  ].join("\n");
}

/** What there is to know of the trace besides. */
export function factsOf({
  figures,
  footprint,
  passedOver,
  skipped: { notRequests, notUnderstood },
}: ReplayResult): string[] {
  const { requests, bytes, emptyRequests, warmUpRequests } = figures;
  return [
    `${counted(requests, "request")} for ${byteSize(bytes)}`,
    ...(footprint === null
      ? []
      : [
          `${counted(footprint.objects, "object")} of ${byteSize(footprint.bytes)}`,
        ]),
    ...unlessNone(warmUpRequests, "request", "before them to warm up"),
    ...unlessNone(emptyRequests, "request", "for nothing left out"),
    ...unlessNone(passedOver, "request", "that no cache keeps passed over"),
    ...unlessNone(notRequests, "line", "passed over that are no requests"),
    ...unlessNone(notUnderstood, "line", "passed over that are not understood"),
  ];
}

function unlessNone(found: number, unit: string, what: string): string[] {
  return found === 0 ? [] : [`${counted(found, unit)} ${what}`];
}

export function outcomeJson(outcome: ReplayResult): string {
  const { file, unit, partial, footprint, passedOver, skipped, figures } =
    outcome;
  const { requests, bytes, emptyRequests, warmUpRequests } = figures;
  return `${JSON.stringify(
    {
      trace: {
        file,
        requests,
        bytes,
        emptyRequests,
        warmUpRequests,
        passedOver,
        ...skipped,
        footprint,
      },
      partial,
      unit,
      caches: rowsOf(outcome),
    },
    null,
    2,
  )}\n`;
}

/** RFC 4180: a line for each cache. */
export function* outcomeCsv(outcome: ReplayResult): Generator<string> {
  const columns = [
    "algorithm",
    "size",
    "capacity",
    "hits",
    "hitBytes",
    "hitRatio",
    "byteHitRatio",
  ] as const;
  yield csvLine([...columns, "unit", "requests", "bytes", "partial"]);
  const { requests, bytes } = outcome.figures;
  for (const row of rowsOf(outcome))
    yield csvLine([
      ...columns.map((column) => row[column]),
      outcome.unit,
      requests,
      bytes,
      String(outcome.partial),
    ]);
}

export function capacityText(capacity: number, unit: Unit): string {
  return unit === "bytes" ? byteSize(capacity) : counted(capacity, "object");
}

/** To a hundredth, as published simulators print. */
export function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(2)} %`;
}
