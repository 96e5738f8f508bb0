import type { History } from "./history.ts";
import { memoryWatchMs, playInMemory } from "./memory.ts";
import type { Terms } from "./oracle/knowledge.ts";
import { judge } from "./oracle/oracle.ts";
import type { Run } from "./run.ts";

/** Virtual time is exact; a request may wait for others as long as the edge lets it. */
const terms: Terms = { slackMs: 0, waitMs: 2000, watchMs: memoryWatchMs };

/** What is wrong with the answers that a history gets in memory, a line each. */
export async function complaints(
  history: History,
  observe: (run: Run) => void = () => undefined,
): Promise<string[]> {
  const run = await playInMemory(history);
  observe(run);
  return [
    ...judge(run, terms).map(
      ({ rule, request, reason }) =>
        `${rule}: request ${request ?? "-"}: ${reason}`,
    ),
    ...run.problems,
  ];
}
