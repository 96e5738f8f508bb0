import { mean } from "simple-statistics";
import type { Logs } from "../customers.ts";
import type { Result } from "../result.ts";
import { runAll, type ManyOptions } from "../run-many.ts";
import type { Scenario } from "../scenario/form.ts";
import { estimate, type Estimate } from "../statistics.ts";
import { comparedFigures, type Figure } from "../sweep/figure.ts";

/** One of the two that are compared, read and found to be in order. */
export interface Side {
  /** What it is called in the comparison. */
  label: string;
  name: string;
  scenario: Scenario;
  logs: Logs;
}

/** Two scenarios with the same seeds, so that chance strikes both alike where they do the same. */
export interface Comparison {
  labels: readonly [string, string];
  seeds: readonly number[];
  /** It was broken off: seeds are missing. */
  partial: boolean;
  rows: readonly ComparisonRow[];
}

/** One figure of both. */
export interface ComparisonRow {
  figure: string;
  /** "" for none. */
  unit: string;
  /** Of the seeds that came to it; null where none did. */
  means: readonly [number | null, number | null];
  /** Of the second over the first, seed by seed, with the 95 % confidence interval; null for fewer than two seeds. */
  difference: Estimate | null;
  /** "by chance": the interval holds zero. "one side": only one of them comes to it. */
  verdict: "same" | "changed" | "by chance" | "one side" | "one seed";
}

/** Runs both with each seed. Null when they are broken off before one seed has been run with both. */
export async function compare(
  sides: readonly [Side, Side],
  seeds: readonly number[],
  watching: ManyOptions,
): Promise<Comparison | null> {
  const [first, second] = sides;
  const figures = comparedFigures(first.scenario, second.scenario);
  const found = figures.map((figure) => new Found(figure));
  const jobs = seeds.flatMap((seed) =>
    sides.map(({ name, scenario, logs }) => ({ name, scenario, logs, seed })),
  );
  const results = new Map<number, Result>();
  const done: number[] = [];
  await runAll(jobs, watching, (index, result) => {
    // The two runs with a seed stand next to each other.
    const other = results.get(index ^ 1);
    if (other === undefined) return void results.set(index, result);
    results.delete(index ^ 1);
    const at = index >> 1;
    done.push(at);
    const pair =
      index % 2 === 1 ? ([other, result] as const) : ([result, other] as const);
    for (const each of found) each.take(at, pair);
  });
  if (done.length === 0) return null;
  return {
    labels: [first.label, second.label],
    seeds: seeds.filter((_, at) => done.includes(at)),
    partial: done.length < seeds.length,
    rows: found.flatMap((each) => each.row() ?? []),
  };
}

/** What the runs came to, of one figure. */
class Found {
  readonly #figure: Figure;
  #label = "";
  /** By the place of their seed. */
  readonly #values: [number | null, number | null][] = [];

  constructor(figure: Figure) {
    this.#figure = figure;
  }

  take(at: number, [one, other]: readonly [Result, Result]): void {
    const first = this.#figure.of(one);
    this.#label = first.label;
    this.#values[at] = [first.figure, this.#figure.of(other).figure];
  }

  /** Null where neither comes to it. */
  row(): ComparisonRow | null {
    const first = this.#values.flatMap(([value]) => value ?? []);
    const second = this.#values.flatMap(([, value]) => value ?? []);
    if (first.length + second.length === 0) return null;
    const differences = this.#values.flatMap(([one, other]) =>
      one === null || other === null ? [] : other - one,
    );
    const difference = estimate(differences);
    return {
      figure: this.#label,
      unit: this.#figure.unit,
      means: [meanOf(first), meanOf(second)],
      difference,
      verdict: verdictOf(differences, difference),
    };
  }
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : mean([...values]);
}

function verdictOf(
  differences: readonly number[],
  difference: Estimate | null,
): ComparisonRow["verdict"] {
  if (differences.length === 0) return "one side";
  if (differences.every((each) => each === 0)) return "same";
  if (difference === null) return "one seed";
  const { low, high } = difference;
  return low > 0 || high < 0 ? "changed" : "by chance";
}
