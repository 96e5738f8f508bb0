import type { Observation } from "../run.ts";
import type { Finding, Knowledge } from "./knowledge.ts";

const refusals = new Set([402, 403, 410, 451, 503]);

/** Holds an answer against the customer's standing. What was refused has no content to be judged. */
export function gateFindings(
  seen: Observation,
  knowledge: Knowledge,
): { kind: "refused" | "passed"; findings: Finding[] } {
  const { status, headAtMs, startedAtMs, received } = seen;
  const finding = (reason: string): Finding => ({
    request: seen.number,
    rule: "dropped",
    reason,
  });
  if (status === null || headAtMs === null)
    return { kind: "passed", findings: [] };
  const sinceMs = knowledge.droppedSinceMs(headAtMs);
  const isSteady = !knowledge.standingChanges(startedAtMs, headAtMs);
  const isRefusal =
    status === 403 || (refusals.has(status) && sinceMs !== null);
  if (isRefusal && !received.has("x-exchange"))
    return {
      kind: "refused",
      findings:
        isSteady && sinceMs === null
          ? [finding(`${status} for a customer who is not dropped`)]
          : [],
    };
  const isLate =
    sinceMs !== null &&
    (isSteady || headAtMs > Math.max(sinceMs, startedAtMs) + lateMs(knowledge));
  const late = isLate
    ? [finding(`${status} although the customer was dropped`)]
    : [];
  return {
    kind: "passed",
    findings: [...late, ...lateBytes(seen, knowledge, finding)],
  };
}

/** A look at the list, and what was already read. */
const lookMs = 50;

/** After a drop, what is under way ends within the watch. */
function lateBytes(
  { chunks }: Observation,
  knowledge: Knowledge,
  finding: (reason: string) => Finding,
): Finding[] {
  const late = chunks.find(({ atMs }) => {
    const sinceMs = knowledge.droppedSinceMs(atMs);
    return sinceMs !== null && atMs > sinceMs + lateMs(knowledge) + lookMs;
  });
  return late === undefined
    ? []
    : [finding("bytes were sent on long after the customer was dropped")];
}

/** What a drop may take: the watch, and what a busy machine adds to it. */
function lateMs({ terms }: Knowledge): number {
  const { watchMs, slackMs, slowness } = terms;
  return watchMs + slackMs + 1000 * (slowness - 1);
}
