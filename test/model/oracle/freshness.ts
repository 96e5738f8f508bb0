import type { Exchange } from "../exchange.ts";
import type { Policy } from "../history.ts";
import type { Observation } from "../run.ts";
import { isFailure, named, type Knowledge } from "./knowledge.ts";

/** RFC 5861 §4. */
const staleIfErrorStatuses = new Set([500, 502, 503, 504]);

/** Why an answer that was good at this exchange is too old for this request (RFC 9111 §4.2, RFC 5861); null when it is not. */
export function staleness(
  seen: Observation,
  validated: Exchange,
  knowledge: Knowledge,
): string | null {
  const { slackMs } = knowledge.terms;
  const waitedMs = seen.startedAtMs - validated.arrivedAtMs - slackMs;
  if (waitedMs <= 0 || validated.request === seen.number) return null;
  // A clock that was set back between the two makes it look younger.
  const setBackMs = Math.min(
    0,
    knowledge.clockErrorMs(seen.headAtMs ?? seen.startedAtMs) -
      Math.max(
        knowledge.clockErrorMs(validated.arrivedAtMs),
        knowledge.clockErrorMs(validated.headAtMs ?? validated.arrivedAtMs),
      ),
  );
  const ageSeconds =
    (waitedMs + setBackMs) / 1000 + validated.upstreamAgeSeconds;
  const lifetime = lifetimeSeconds(validated);
  const failure = failureGrace(seen, validated.policy, knowledge);
  const asked = askedOf(seen);
  const { policy } = validated;
  const from = named(validated);
  const age = `${from} is ${ageSeconds} s old`;
  if (failure > 0 && ageSeconds < lifetime + failure) return null;
  if (policy.noCache) return `${from} said no-cache, and nobody asked it since`;
  if (asked.noCache) return `the visitor wants it validated; ${age}`;
  if (asked.maxAge !== null && ageSeconds > asked.maxAge + 1)
    return `the visitor wants at most ${asked.maxAge} s; ${age}`;
  if (asked.minFresh !== null && lifetime - ageSeconds < asked.minFresh - 1)
    return `the visitor wants ${asked.minFresh} s more; ${age}, good for ${lifetime} s`;
  const grace = forbidsStale(policy)
    ? 0
    : Math.max(policy.staleWhileRevalidate ?? 0, asked.maxStale);
  return ageSeconds < lifetime + grace
    ? null
    : `${age}, good for ${lifetime} s and ${grace} s more`;
}

/** RFC 9111 §4.2.1, with the guess of §4.2.2. */
function lifetimeSeconds({ policy, answer, arrivedAtMs }: Exchange): number {
  const stated = policy.sMaxage ?? policy.maxAge ?? policy.expires;
  if (stated !== null) return Math.max(stated, 0);
  const modified =
    "tags" in answer ? Date.parse(answer.tags.lastModified ?? "") : NaN;
  const guess = Math.floor((arrivedAtMs - modified) / 10_000);
  return Number.isNaN(guess) ? 0 : Math.min(Math.max(guess, 0), 86_400);
}

function forbidsStale(policy: Policy): boolean {
  return policy.mustRevalidate || policy.sMaxage !== null || policy.noCache;
}

/** For how long past its freshness an answer may stand in for the origin, which failed while this request waited. */
function failureGrace(
  seen: Observation,
  policy: Policy,
  knowledge: Knowledge,
): number {
  if (forbidsStale(policy)) return 0;
  const { serveStaleSeconds } = knowledge.run.history.site;
  const asked = askedOf(seen).staleIfError;
  const graces = knowledge
    .during(seen)
    .filter(isFailure)
    .map(({ answer }) => {
      const isStatus = answer.kind === "error";
      if (isStatus && !staleIfErrorStatuses.has(answer.status)) return 0;
      const unasked = isStatus ? 0 : serveStaleSeconds;
      return Math.max(policy.staleIfError ?? unasked, asked);
    });
  return Math.max(0, ...graces);
}

interface RequestDirectives {
  noCache: boolean;
  maxAge: number | null;
  minFresh: number | null;
  maxStale: number;
  staleIfError: number;
}

function askedOf({ fields }: Observation): RequestDirectives {
  const value = fields.get("cache-control") ?? "";
  const seconds = (name: string) => {
    const digits = new RegExp(`\\b${name}=(\\d+)`).exec(value)?.[1];
    return digits === undefined ? null : Number(digits);
  };
  const anyStale = /\bmax-stale\b(?!=)/.test(value);
  return {
    noCache: /\bno-cache\b/.test(value),
    maxAge: seconds("max-age"),
    minFresh: seconds("min-fresh"),
    // Both sides count whole seconds.
    maxStale: anyStale ? Infinity : (seconds("max-stale") ?? -1) + 1,
    staleIfError: seconds("stale-if-error") ?? 0,
  };
}

/** Why the answer's Age cannot be true (RFC 9111 §4.2.3); null when it can. */
export function plausibleAge(
  seen: Observation,
  validated: Exchange,
  knowledge: Knowledge,
): string | null {
  const { terms, run } = knowledge;
  const stated = seen.received.get("age");
  if (stated === undefined || seen.headAtMs === null) return null;
  if (!/^\d+$/.test(stated)) return `Age is ${stated}`;
  const { arrivedAtMs, headAtMs, upstreamAgeSeconds: before } = validated;
  // Times in fields are whole seconds, and both ends of an exchange may round.
  const clockErrorMs = run.decisions.reduce(
    (sum, one) => (one.kind === "clock" ? sum + Math.abs(one.byMs) : sum),
    0,
  );
  const most =
    (seen.headAtMs - arrivedAtMs + terms.slackMs + clockErrorMs) / 1000 +
    before +
    2;
  const waitMs =
    seen.startedAtMs - (headAtMs ?? arrivedAtMs) - terms.slackMs - clockErrorMs;
  const least = Math.max(0, waitMs / 1000) + before - 2;
  const age = Number(stated);
  return age <= most && age >= least
    ? null
    : `Age is ${age}, ${named(validated)} is ${least + 1} to ${most - 1} s old`;
}
