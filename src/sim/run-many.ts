import type { Logs } from "./customers.ts";
import type { Result } from "./result.ts";
import { run } from "./run.ts";
import type { ProgressOptions } from "./run-with-progress.ts";
import type { Scenario } from "./scenario/form.ts";

/** One of the runs. */
interface OneRun {
  name: string;
  seed: number;
  logs?: Logs;
}

/** Runs one scenario after the other, and tells of the progress of so many runs as of one. */
export function runnerOf(
  count: number,
  { progress, signal }: ProgressOptions,
): (scenario: Scenario, options: OneRun) => Promise<Result> {
  let runs = 0;
  let requests = 0;
  return async (scenario, options) => {
    let soFar = 0;
    const result = await run(scenario, {
      ...options,
      progress: (share, requestsOfRun) => {
        soFar = requestsOfRun;
        progress((runs + share) / count, requests + soFar);
      },
      // One of its own, which goes with the run: a signal keeps what listens to it.
      signal: AbortSignal.any([signal]),
    });
    runs += 1;
    requests += soFar;
    return result;
  };
}
