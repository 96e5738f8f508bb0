import { table } from "../../node/table.ts";
import { bundleWorker } from "../../node/bundle.ts";
import type { Parsed } from "../../parse/parsed.ts";
import type { Result } from "../result.ts";
import { run, type RunOptions } from "../run.ts";
import type { Scenario } from "../scenario/form.ts";
import {
  compare,
  toleranceOf,
  type Disagreement,
  type Tolerance,
} from "./compare.ts";
import { comparable, runReal } from "./run-real.ts";

/** What came of a scenario on the real runtime, and where virtual time says otherwise. */
export interface Compared {
  real: Result;
  tolerance: Tolerance;
  /** None of a run that was broken off: there is nothing to hold it against. */
  disagreements: readonly Disagreement[];
}

/** Builds the Worker, runs the scenario in virtual time and on the real runtime, and compares. A problem says what is in the way. */
export async function runBoth(
  scenario: Scenario,
  options: RunOptions & { scale: number },
): Promise<Parsed<Compared>> {
  const bundle = await bundleWorker();
  if (!bundle.ok) return bundle;
  const same = comparable(scenario, options.scale);
  const real = await runReal(same, { ...options, bundle: bundle.value });
  if (!real.ok) return real;
  const { result, lateMs } = real.value;
  const tolerance = toleranceOf(same, { scale: options.scale, lateMs });
  const disagreements = result.partial
    ? []
    : compare(
        await run(same, { ...options, progress: () => {} }),
        result,
        tolerance,
      );
  return { ok: true, value: { real: result, tolerance, disagreements } };
}

/** For a terminal, without a line break at the end. */
export function comparison(compared: Compared): string {
  const { real, tolerance, disagreements } = compared;
  const within = `Times within ${Number(tolerance.seconds.toFixed(2))} s of one another count as the same.`;
  if (real.partial) return "Broken off: not compared with virtual time.";
  if (disagreements.length === 0)
    return `Virtual time and the real runtime agree. ${within}`;
  const rows = disagreements.map(({ about, virtual, real: found }) => [
    about,
    virtual,
    found,
  ]);
  return `Virtual time and the real runtime disagree. ${within}\n${table(["", "virtual", "real"], rows)}`;
}
