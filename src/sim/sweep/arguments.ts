import type { Parsed } from "../../parse/parsed.ts";
import { parseVariation, sizeOf, type Variation } from "./variation.ts";

export interface SweepOptions {
  variation: Variation;
  /** So many, from the first one on. */
  seeds: number;
  /** Null: the one that the scenario is about. */
  figure: string | null;
}

/** What people still wait for. */
export const maxRuns = 200;

/** Of each value, or of each side of a comparison. */
export const defaultSeeds = 10;

type Values = Readonly<Record<string, string | boolean | undefined>>;

/** Null without `--vary`: then it is one run. */
export function parseSweepOptions(input: Values): Parsed<SweepOptions | null> {
  const { vary, seeds, figure } = input;
  if (vary === undefined) {
    const stray = ["seeds", "figure"].find((name) => input[name] !== undefined);
    return stray === undefined
      ? { ok: true, value: null }
      : wrong(
          stray === "seeds"
            ? "--seeds is of --vary or --compare, and both are missing"
            : `--${stray} is of --vary, which is missing`,
        );
  }
  for (const other of ["real", "scale", "pops"])
    if (input[other] !== undefined)
      return wrong(`--${other} and --vary exclude one another`);
  if (figure === true) return wrong("--figure has no name");
  if (seeds !== undefined && !/^[1-9]\d{0,3}$/.test(String(seeds)))
    return wrong(`--seeds is "${seeds}"; expected a whole number from 1 on`);
  const variation = parseVariation(vary === true ? "" : String(vary));
  if (!variation.ok) return variation;
  const count = Number(seeds ?? defaultSeeds);
  const values = sizeOf(variation.value);
  if (values * count > maxRuns)
    return wrong(
      `${values} values with ${count} seeds each are ${values * count} runs; expected at most ${maxRuns}`,
    );
  return {
    ok: true,
    value: {
      variation: variation.value,
      seeds: count,
      figure: figure === undefined ? null : String(figure),
    },
  };
}

function wrong(problem: string): { ok: false; problem: string } {
  return { ok: false, problem };
}
