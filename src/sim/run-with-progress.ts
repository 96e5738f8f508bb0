import { interruptible } from "./interruptible.ts";
import { progressBar } from "./progress-bar.ts";
import { count } from "./report/wording.ts";
import type { RunOptions } from "./run.ts";

export interface ProgressOptions extends Pick<RunOptions, "progress"> {
  signal: AbortSignal;
}

/** Runs with a progress bar on a terminal; Ctrl-C breaks the run off, and what there is by then is the result. */
export async function runWithProgress<Found>(
  title: string,
  play: (watching: ProgressOptions) => Promise<Found>,
): Promise<Found> {
  const startedAt = performance.now();
  const rate = (requests: number) =>
    count(Math.round((requests * 1_000) / (performance.now() - startedAt)));
  const bar = progressBar({ before: "" });
  let requests = 0;
  const found = await interruptible((signal) => {
    process.stderr.write(`${title}\n`);
    bar.start(1, 0, { requests: "0", rate: "0" });
    return play({
      signal,
      progress: (done, soFar) => {
        requests = soFar;
        bar.update(done, { requests: count(soFar), rate: rate(soFar) });
      },
    });
  });
  bar.stop();
  process.stderr.write(
    `${count(requests)} requests in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s: ${rate(requests)} a second\n`,
  );
  return found;
}
