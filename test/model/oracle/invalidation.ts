import type { Exchange } from "../exchange.ts";
import { isEven } from "../history.ts";
import type { Observation } from "../run.ts";
import type { Basis } from "./basis.ts";
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
    if (!done || !concerns || isOfAnotherIsolate(write, knowledge)) continue;
    const atOrigin = knowledge.run.exchanges.find(
      ({ request }) => request === write.number,
    );
    if (isBefore(validated, atOrigin?.arrivedAtMs ?? 0))
      return `request ${write.number} (${step.method}) was done ${seen.startedAtMs - headAtMs} ms before; ${named(validated)} is older`;
  }
  return null;
}

/** Another isolate that began while the write was under way may have read the PoP cache before it was done. */
function isOfAnotherIsolate(
  { startedAtMs, headAtMs }: Observation,
  { run }: Knowledge,
): boolean {
  return run.decisions.some(
    ({ kind, writtenAtMs }) =>
      kind === "restart" &&
      writtenAtMs >= startedAtMs &&
      writtenAtMs <= (headAtMs ?? startedAtMs),
  );
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
  if (
    isLast &&
    restored.effectiveAtMs !== null &&
    isBefore(validated, restored.effectiveAtMs)
  )
    return `restored after ${named(validated)}`;
  const began =
    knowledge.before("restart", seen.startedAtMs).at(-1)?.writtenAtMs ?? 0;
  const refused = knowledge.run.observations.find(
    ({ startedAtMs, headAtMs, status }) =>
      status === 403 &&
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
