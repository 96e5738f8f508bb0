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

/** What `--vary`, `--seeds` and `--figure` say. */
export function parseSweepOptions(
  vary: string,
  seeds: number,
  figure: string | null,
): Parsed<SweepOptions> {
  if (seeds < 1) return wrong(`--seeds is "${seeds}"; expected 1 at least`);
  const variation = parseVariation(vary);
  if (!variation.ok) return variation;
  const values = sizeOf(variation.value);
  if (values * seeds > maxRuns)
    return wrong(
      `${values} values with ${seeds} seeds each are ${values * seeds} runs; expected at most ${maxRuns}`,
    );
  return { ok: true, value: { variation: variation.value, seeds, figure } };
}

function wrong(problem: string): { ok: false; problem: string } {
  return { ok: false, problem };
}
