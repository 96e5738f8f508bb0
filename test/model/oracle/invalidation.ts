import type { Exchange } from "../exchange.ts";
import { isEven } from "../history.ts";
import type { Observation } from "../run.ts";
import type { Basis } from "./knowledge.ts";
import { isAbout, named, type Knowledge } from "./knowledge.ts";

/** Why what is answered with was made unusable before the request began; null when it was not. */
export function invalidation(
  seen: Observation,
  basis: Basis,
  knowledge: Knowledge,
): string | null {
  return (
    overwritten(seen, basis, knowledge) ??
    purged(seen, basis, knowledge) ??
    restoredOver(seen, basis, knowledge)
  );
}

/** RFC 9111 §4.4, RFC 9875 §3: a write that the visitor saw succeed before this request began. */
function overwritten(
  seen: Observation,
  { validated }: Basis,
  knowledge: Knowledge,
): string | null {
  for (const write of knowledge.run.observations) {
    const { step, headAtMs, status } = write;
    if (step.kind !== "write" || headAtMs === null) continue;
    if (headAtMs + knowledge.terms.slackMs >= seen.startedAtMs) continue;
    const done = status !== null && status >= 200 && status < 400;
    const concerns =
      step.resource === seen.step.resource ||
      (step.invalidatesGroup && isEven(seen.step.resource));
    if (!done || !concerns) continue;
    if (isUnknownTo(seen, write, knowledge)) continue;
    const atOrigin = knowledge.run.exchanges.find(
      ({ request }) => request === write.number,
    );
    if (isBefore(validated, atOrigin?.arrivedAtMs ?? 0))
      return `request ${write.number} (${step.method}) was done ${seen.startedAtMs - headAtMs} ms before; ${named(validated)} is older`;
  }
  return null;
}

/** How long it takes at most until what an isolate writes down is in the PoP cache. */
const writingDownMs = 20;

/**
 * A known gap: an invalidation reaches the isolate that passed it on and its PoP's cache, not what other isolates hold in
 * memory. They may hold whatever was there when they last looked before it was written down.
 */
function isUnknownTo(
  seen: Observation,
  write: Observation,
  { run, terms }: Knowledge,
): boolean {
  const knownAtMs =
    (write.headAtMs ?? Infinity) + writingDownMs + terms.slackMs;
  const restarts = run.decisions.filter(({ kind }) => kind === "restart");
  const beganAfter = (atMs: number) =>
    restarts.some(
      ({ writtenAtMs }) =>
        writtenAtMs >= atMs && writtenAtMs <= seen.startedAtMs,
    );
  const isSame =
    seen.isolate === write.isolate && !beganAfter(write.startedAtMs);
  const looked = run.observations.some(
    ({ isolate, step, startedAtMs }) =>
      isolate === seen.isolate &&
      step.resource === seen.step.resource &&
      startedAtMs <= knownAtMs &&
      !beganAfter(startedAtMs),
  );
  return !isSame && looked;
}

function purged(
  seen: Observation,
  { body, validated }: Basis,
  knowledge: Knowledge,
): string | null {
  for (const purge of knowledge.before("purge", seen.startedAtMs)) {
    const { what, how, atMs } = purge;
    if (!isAbout(what, seen.step.resource)) continue;
    const judged = how === "hard" ? body : validated;
    if (atMs + knowledge.terms.slackMs >= seen.startedAtMs) continue;
    if (isBefore(judged, atMs))
      return `purged (${how}, ${what.kind}) after ${named(judged)}`;
  }
  return null;
}

/** A dated restore speaks of everything stored before it; any restore does in an isolate that refused somebody. */
function restoredOver(
  seen: Observation,
  { validated }: Basis,
  knowledge: Knowledge,
): string | null {
  const restored = knowledge.before("restore", seen.startedAtMs).at(-1);
  const dropped = knowledge.before("drop", seen.startedAtMs).at(-1);
  const isLast =
    restored !== undefined &&
    (dropped === undefined || dropped.writtenAtMs <= restored.writtenAtMs);
  const restoredAtMs = isLast
    ? restored.effectiveAtMs
    : (dropped?.endsAtMs ?? null);
  if (
    restoredAtMs !== null &&
    restoredAtMs + knowledge.terms.slackMs < seen.startedAtMs &&
    isBefore(validated, restoredAtMs)
  )
    return `restored after ${named(validated)}`;
  const began =
    knowledge.before("restart", seen.startedAtMs).at(-1)?.writtenAtMs ?? 0;
  const refused = knowledge.run.observations.find(
    ({ isolate, startedAtMs, headAtMs, status }) =>
      status === 403 &&
      isolate === seen.isolate &&
      startedAtMs > began &&
      (headAtMs ?? Infinity) + knowledge.terms.slackMs < seen.startedAtMs &&
      isBefore(validated, startedAtMs),
  );
  return refused === undefined
    ? null
    : `request ${refused.number} was refused after ${named(validated)}`;
}

/** Both are times of the origin's machine, which is where decisions are written too. */
function isBefore({ arrivedAtMs }: Exchange, atMs: number): boolean {
  return arrivedAtMs < atMs;
}
