import { mean } from "simple-statistics";
import { estimate, type Estimate } from "../statistics.ts";
import { table, wrapped } from "./columns.ts";
import type { Colors } from "../../node/terminal.ts";
import { csvLine } from "./csv.ts";
import { measured, none } from "./wording.ts";

/** One figure of a scenario while one parameter varies, each value tried with several seeds. */
export interface Sweep {
  scenario: { name: string; title: string };
  /** It was broken off: runs are missing. */
  partial: boolean;
  /** As given: "edge.LIST_CACHE_SECONDS". */
  parameter: string;
  /** What was looked at, and its unit ("" for none): "time to dark of forum, p100", "s". */
  figure: string;
  unit: string;
  points: readonly {
    value: number;
    /** Null where a run did not come to the figure. */
    runs: readonly { seed: number; figure: number | null }[];
  }[];
}

/** What the runs with one value of the parameter say together. */
export interface SweepRow {
  value: number;
  runs: number;
  figures: readonly number[];
  mean: number | null;
  /** The 95 % confidence interval of the mean; null for fewer than two figures. */
  interval: Estimate | null;
}

export function sweepRows({ points }: Sweep): SweepRow[] {
  return points.map(({ value, runs }) => {
    const figures = runs
      .map(({ figure }) => figure)
      .filter((figure) => figure !== null);
    return {
      value,
      runs: runs.length,
      figures,
      mean: figures.length === 0 ? null : mean(figures),
      interval: estimate(figures),
    };
  });
}

/** For a terminal of 80 columns; ends without a line break. */
export function sweepTable(sweep: Sweep, colors: Colors): string {
  const { figure, unit, parameter } = sweep;
  const title = `${figure}${unit === "" ? "" : ` (${unit})`} by ${parameter}`;
  const rows = sweepRows(sweep).map((row) => sweepCells(row));
  const partial = sweep.partial
    ? `${colors.yellow(wrapped(`PARTIAL: ${brokenOff}`))}\n`
    : "";
  return `${colors.bold(wrapped(title))}\n${partial}${table([parameter, ...sweepColumns], rows, [24, 12, 12, 26], colors)}`;
}

export const brokenOff =
  "the sweep was broken off; runs that had not ended are missing.";

export const sweepColumns = ["runs", "mean", "95 % confidence interval"];

export function sweepCells(row: SweepRow): string[] {
  const { value, runs, figures, interval } = row;
  return [
    String(value),
    figures.length === runs ? String(runs) : `${figures.length} of ${runs}`,
    row.mean === null ? none : measured(row.mean, interval),
    interval === null
      ? none
      : `${measured(interval.low, interval)} to ${measured(interval.high, interval)}`,
  ];
}

/** Every run, a line each; the figure is empty where a run did not come to it. */
export function* sweepCsv(sweep: Sweep): Generator<string> {
  yield csvLine([sweep.parameter, "seed", sweep.figure]);
  for (const { value, runs } of sweep.points)
    for (const { seed, figure: found } of runs)
      yield csvLine([value, seed, found ?? ""]);
}
