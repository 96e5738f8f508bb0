import type { Parsed } from "../../parse/parsed.ts";
import type { Logs } from "../customers.ts";
import type { Sweep } from "../report/sweep.ts";
import { runAll, type ManyOptions } from "../run-many.ts";
import { parseScenario } from "../scenario.ts";
import { type Scenario } from "../scenario/form.ts";
import { readYaml } from "../../node/yaml.ts";
import { parseFigure, type Figure } from "./figure.ts";
import { memberOf } from "./members.ts";
import { unitOf, valuesOf, type Variation } from "./variation.ts";

/** All that a sweep will run, read and found to be in order. */
export interface Plan {
  /** As the file has it. */
  original: Scenario;
  scenario: { name: string; title: string };
  parameter: string;
  figure: Figure;
  seeds: readonly number[];
  points: readonly { value: number; scenario: Scenario }[];
}

/** A problem names the file's member, what was found there and what was expected. */
export function planSweep(
  file: { name: string; path: string; text: string },
  variation: Variation,
  options: { figure: string | null; seed: number | null; seeds: number },
): Parsed<Plan> {
  const original = parseScenario(file.path, file.text);
  if (!original.ok) return original;
  const member = memberOf(readYaml(file.text).value, variation.name);
  if (!member.ok)
    return { ok: false, problem: `--vary: ${file.path}: ${member.problem}` };
  const figure = parseFigure(options.figure, original.value);
  if (!figure.ok) return figure;

  const { name, form } = member.value;
  const unit = unitOf(variation, form);
  const points = [];
  for (const value of valuesOf(variation, form)) {
    const written = unit === "" ? value : `${value}${unit}`;
    const scenario = parseScenario(file.path, file.text, [
      {
        path: name.split("."),
        value: written,
      },
    ]);
    if (!scenario.ok)
      return {
        ok: false,
        problem: `--vary ${name}=${written}: ${scenario.problem}`,
      };
    points.push({ value, scenario: scenario.value });
  }
  const seed = options.seed ?? original.value.seed;
  return {
    ok: true,
    value: {
      original: original.value,
      scenario: { name: file.name, title: original.value.title },
      parameter: unit === "" ? name : `${name} (${unit})`,
      figure: figure.value,
      seeds: Array.from({ length: options.seeds }, (_, index) => seed + index),
      points,
    },
  };
}

/**
 * Runs each value with each seed, all values with one seed before the next, so that a sweep that is broken off has something
 * of every value. A run that is broken off does not count. Null when there is none that does.
 */
export async function sweep(
  { scenario, parameter, figure, seeds, points }: Plan,
  { logs, ...watching }: ManyOptions & { logs?: Logs },
): Promise<Sweep | null> {
  const runs = seeds.flatMap((seed) =>
    points.map((point) => ({ seed, ...point })),
  );
  const jobs = runs.map(({ seed, scenario: varied }) => ({
    name: scenario.name,
    scenario: varied,
    seed,
    ...(logs !== undefined && { logs }),
  }));
  const read = new Map<number, ReturnType<Figure["of"]>>();
  await runAll(jobs, watching, (index, result) => {
    read.set(index, figure.of(result));
  });
  const [any] = read.values();
  if (any === undefined) return null;
  const { label } = any;
  const done = points.map(({ value }) => ({
    value,
    runs: runs.flatMap((one, index) => {
      const of = one.value === value ? read.get(index) : undefined;
      return of === undefined ? [] : [{ seed: one.seed, figure: of.figure }];
    }),
  }));
  return {
    scenario,
    partial: done.some((point) => point.runs.length < seeds.length),
    parameter,
    figure: label,
    unit: figure.unit,
    points: done.filter((point) => point.runs.length > 0),
  };
}
