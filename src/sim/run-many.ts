import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Result } from "./result.ts";
import { run } from "./run.ts";
import type { ProgressOptions } from "./run-with-progress.ts";
import type { FromWorker, Job, ToWorker } from "./run-worker.ts";

export interface ManyOptions extends ProgressOptions {
  /** How many runs are made at once, each on a core of its own; as many as there are cores, when left out or null. */
  threads?: number | null;
}

/** Called now and then with how far one run is, 0 to 1, and how many requests it has made. */
type Progress = (share: number, requests: number) => void;
type RunOne = (job: Job, onProgress: Progress) => Promise<Result>;

/**
 * Makes all runs, begun in their order, and hands each result over as soon as it is there. Those that are broken off, or not begun
 * by then, have none. A run comes to the same on any thread.
 */
export async function runAll(
  jobs: readonly Job[],
  { progress, signal, threads }: ManyOptions,
  take: (index: number, result: Result) => void,
): Promise<void> {
  const shares = jobs.map(() => 0);
  const requests = jobs.map(() => 0);
  const left = [...jobs.entries()];
  const work = async (runOne: RunOne) => {
    for (;;) {
      const next = signal.aborted ? undefined : left.shift();
      if (next === undefined) return;
      const [index, job] = next;
      const result = await runOne(job, (share, soFar) => {
        shares[index] = share;
        requests[index] = soFar;
        progress(sumOf(shares) / jobs.length, sumOf(requests));
      });
      if (!result.partial) take(index, result);
    }
  };
  // Each thread would have a copy of what visitors come from, which may be large.
  const isLarge = jobs.some(({ logs }) => logs !== undefined && logs.size > 0);
  const width = isLarge
    ? 1
    : Math.min(threads ?? availableParallelism(), jobs.length);
  if (width < 2)
    return work((job, onProgress) =>
      // A signal of its own, which goes with the run: a signal keeps what listens to it.
      run(job.scenario, {
        ...job,
        progress: onProgress,
        signal: AbortSignal.any([signal]),
      }),
    );
  const runners = Array.from({ length: width }, () => new Runner(signal));
  await Promise.all(
    runners.map((runner) =>
      work((job, onProgress) => runner.run(job, onProgress)),
    ),
  ).finally(() => Promise.all(runners.map((runner) => runner.end())));
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

/** A thread that makes one run after the other. */
class Runner {
  readonly #worker = new Worker(new URL("run-worker.ts", import.meta.url), {
    // As for the command itself (src/cli/portcullis.mjs).
    resourceLimits: { maxYoungGenerationSizeMb: 384 },
  });
  #onProgress: Progress = () => {};
  #ended: (result: Result) => void = () => {};
  #failed: (error: unknown) => void = () => {};

  constructor(signal: AbortSignal) {
    this.#worker.on("message", (message: FromWorker) => {
      if (message.kind === "progress")
        this.#onProgress(message.share, message.requests);
      else this.#ended(message.result);
    });
    this.#worker.on("error", (error) => this.#failed(error));
    signal.addEventListener("abort", () => this.#post({ kind: "abort" }));
  }

  run(job: Job, onProgress: Progress): Promise<Result> {
    this.#onProgress = onProgress;
    return new Promise((resolve, reject) => {
      this.#ended = resolve;
      this.#failed = reject;
      this.#post({ kind: "run", job });
    });
  }

  end(): Promise<number> {
    return this.#worker.terminate();
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message, []);
  }
}
