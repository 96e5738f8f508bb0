import type { Observation } from "../run.ts";
import type { Finding, Knowledge, Rule } from "./knowledge.ts";

/** Nobody waits for ever, nor much longer than the origin takes, whoever else asks or reads meanwhile. */
export function waitFindings(
  seen: Observation,
  knowledge: Knowledge,
): Finding[] {
  const { step, startedAtMs, headAtMs, endedAtMs, outcome } = seen;
  const { waitMs, slackMs } = knowledge.terms;
  const finding = (rule: Rule, reason: string): Finding => ({
    request: seen.number,
    rule,
    reason,
  });
  if (outcome === "unfinished")
    return [
      finding(
        "hang",
        headAtMs === null ? "no answer ever came" : "the body never ended",
      ),
    ];
  if (headAtMs === null) return [];
  const found: Finding[] = [];
  const exchanges = knowledge.during(seen);
  const timeoutMs = knowledge.run.history.site.timeoutSeconds * 1000;
  const headsMs = exchanges.map(({ answer, arrivedAtMs, headAtMs: atMs }) =>
    answer.kind === "silent" ? timeoutMs : (atMs ?? arrivedAtMs) - arrivedAtMs,
  );
  const mostHeadMs = 3 * Math.max(0, ...headsMs) + waitMs + slackMs;
  const waitedMs = headAtMs - startedAtMs;
  if (waitedMs > mostHeadMs)
    found.push(
      finding(
        "wait",
        `the head came after ${waitedMs} ms, at most ${mostHeadMs} are due`,
      ),
    );
  if (endedAtMs === null) return found;
  const pauseMs =
    step.kind === "request" && step.reader.kind === "pausing"
      ? step.reader.pauseMs
      : 0;
  const bodiesMs = exchanges.map(({ bodyMs }) => bodyMs);
  // Who has fallen behind may have to ask the origin once more for the rest.
  const originMs = 2 * Math.max(0, ...bodiesMs) + Math.max(0, ...headsMs);
  const mostBodyMs =
    originMs + pauseMs + dawdlingMs(knowledge) + waitMs + slackMs;
  const readMs = endedAtMs - headAtMs;
  if (readMs > mostBodyMs)
    found.push(
      finding(
        "wait",
        `the body took ${readMs} ms, at most ${mostBodyMs} are due`,
      ),
    );
  return found;
}

/** A PoP cache is given up when it takes longer than this over a slice. */
const mostDawdlingMs = 5000;

function dawdlingMs({ run }: Knowledge): number {
  return run.history.steps.some(
    (step) => step.kind === "pop-cache" && step.state === "dawdles",
  )
    ? mostDawdlingMs
    : 0;
}
