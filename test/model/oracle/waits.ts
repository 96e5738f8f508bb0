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
  const ownMs = knowsToGoAlone(seen, knowledge)
    ? ownAnswerMs(seen, knowledge)
    : null;
  if (ownMs !== null && waitedMs > ownMs)
    found.push(
      finding(
        "wait",
        `the head came after ${waitedMs} ms, though answers are known to be for one visitor each and the own one took at most ${ownMs}`,
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

/** For how long the edge remembers that answers of a resource are for one visitor each; a little less. */
const rememberedMs = 9000;

/** Did this isolate see, not long ago, that answers of this resource are of no use to others? Then nobody waits for one. */
function knowsToGoAlone(seen: Observation, knowledge: Knowledge): boolean {
  const { run, terms } = knowledge;
  const { policies } = knowledge.resource(seen.step.resource);
  const isForOne = policies.every(
    ({ noStore, noCache, private: isPrivate }) =>
      noStore || noCache || isPrivate,
  );
  const isQuiet = run.history.steps.every(({ kind }) => kind === "request");
  return (
    isForOne &&
    isQuiet &&
    isPlain(seen) &&
    knowledge.about(seen.step.resource).some((one) => {
      const cause = run.observations[one.request ?? -1];
      const headAtMs = (one.headAtMs ?? Infinity) + terms.slackMs;
      return (
        one.answer.kind === "full" &&
        cause !== undefined &&
        cause.isolate === seen.isolate &&
        isPlain(cause) &&
        headAtMs + nearbyMs < seen.startedAtMs &&
        headAtMs + rememberedMs > seen.startedAtMs
      );
    })
  );
}

/** Nothing in the request makes its answer another than everybody's. */
function isPlain({ step, fields }: Observation): boolean {
  return (
    step.method === "GET" &&
    [...fields.keys()].every(
      (name) => name === "traceparent" || name === "accept-encoding",
    )
  );
}

/** Looks at the list and at the PoP cache, and the way to the origin. */
const nearbyMs = 50;

function ownAnswerMs(
  { number }: Observation,
  { run, terms }: Knowledge,
): number {
  const { slackMs, slowness } = terms;
  const tookMs = run.exchanges
    .filter(({ request }) => request === number)
    .map((one) => (one.headAtMs ?? one.arrivedAtMs) - one.arrivedAtMs);
  // Real time is not exact to a few milliseconds, and a busy machine's less so.
  const lateMs = slackMs === 0 ? 0 : 1000 * slowness;
  return tookMs.reduce((sum, ms) => sum + ms, nearbyMs + lateMs);
}
