import { parentPort } from "node:worker_threads";
import type { Result } from "./result.ts";
import { run } from "./run.ts";
import type { Logs } from "./customers.ts";
import type { Scenario } from "./scenario/form.ts";

// A thread for runs (run-many.ts).

/** One of the runs. */
export interface Job {
  name: string;
  scenario: Scenario;
  seed: number;
  logs?: Logs;
}

export type ToWorker = { kind: "run"; job: Job } | { kind: "abort" };

export type FromWorker =
  | { kind: "progress"; share: number; requests: number }
  | { kind: "ended"; result: Result };

const abort = new AbortController();

parentPort?.on("message", (message: ToWorker) => {
  if (message.kind === "abort") abort.abort();
  else void runJob(message.job);
});

async function runJob({ scenario, ...job }: Job): Promise<void> {
  const result = await run(scenario, {
    ...job,
    progress: (share, requests) => post({ kind: "progress", share, requests }),
    signal: AbortSignal.any([abort.signal]),
  });
  post({ kind: "ended", result });
}

function post(message: FromWorker): void {
  parentPort?.postMessage(message, []);
}
