import type { History } from "./history.ts";
import { memoryWatchMs, playInMemory } from "./memory.ts";
import type { Terms } from "./oracle/knowledge.ts";
import { judge } from "./oracle/oracle.ts";
import { slownessOfMachine } from "./real-time.ts";
import type { Run } from "./run.ts";
import { playOnWorkerd, workerdWatchMs, type WorkerdEdge } from "./workerd.ts";

/** For how long a request may wait for others before it goes past them, and then some. */
const memoryTerms: Terms = {
  slackMs: 0,
  slowness: 1,
  waitMs: 2000,
  watchMs: memoryWatchMs,
  resets: "keep-heads",
};

function workerdTerms(): Terms {
  const slowness = slownessOfMachine();
  return {
    slackMs: 150,
    slowness,
    waitMs: 2800 * slowness,
    watchMs: workerdWatchMs,
    resets: "lose-heads",
  };
}

type Observe = (run: Run) => void;

/** What is wrong with the answers that a history gets in memory, a line each. */
export async function complaintsInMemory(
  history: History,
  observe: Observe = () => undefined,
): Promise<string[]> {
  const run = await playInMemory(history);
  observe(run);
  return [...judged(run, memoryTerms), ...run.problems];
}

/** The same on workerd, over sockets. */
export async function complaintsOnWorkerd(
  history: History,
  edge: WorkerdEdge,
  observe: Observe = () => undefined,
): Promise<string[]> {
  const run = await playOnWorkerd(history, edge);
  observe(run);
  return judged(run, workerdTerms());
}

function judged(run: Run, terms: Terms): string[] {
  return judge(run, terms).map(
    ({ rule, request, reason }) =>
      `${rule}: request ${request ?? "-"}: ${reason}`,
  );
}
