import type { Exchange } from "../exchange.ts";
import type { Policy, Resource } from "../history.ts";
import { named, type Finding, type Knowledge } from "./knowledge.ts";

/** One leader, and one more in a race or after a failure. */
const mostAtOnce = 2;

/** Where answers may be shared, the origin is not asked the same by many at once. */
export function crowdFindings(knowledge: Knowledge): Finding[] {
  const { resources } = knowledge.run.history;
  return resources.flatMap((resource, index) => {
    const { audience, policies, setCookie, vary } = resource;
    const forAll = policies.every(
      ({ public: isPublic, sMaxage }) => isPublic || sMaxage !== null,
    );
    const isShareable =
      audience === "all" &&
      policies.every((policy) => isShared(policy, resource)) &&
      (!setCookie || forAll);
    if (!isShareable) return [];
    // Visitors who ask for different parts do not ask the same.
    const rangeOf = ({ request }: Exchange) =>
      knowledge.run.observations[request ?? -1]?.fields.get("range") ?? "";
    const groups = Map.groupBy(
      knowledge
        .about(index)
        .filter(
          (exchange) =>
            isPlain(exchange, vary, forAll) && !isOffClock(exchange, knowledge),
        ),
      (exchange) =>
        JSON.stringify([
          knowledge.isolateOf(exchange),
          rangeOf(exchange),
          ...vary.map((name) => exchange.fields.get(name) ?? ""),
        ]),
    );
    return [...groups.values()].flatMap((group) => [
      ...crowded(group, knowledge),
      ...needless(group, knowledge),
    ]);
  });
}

/** What is stale when it arrives, for Date has whole seconds only, is for one visitor. */
const marginSeconds = 2;

function isShared(
  policy: Policy,
  { upstreamAgeSeconds, headMs }: Resource,
): boolean {
  const seconds = policy.sMaxage ?? policy.maxAge ?? policy.expires ?? 0;
  const onArrival = seconds - upstreamAgeSeconds - headMs / 1000;
  return (
    onArrival >= marginSeconds &&
    !policy.noStore &&
    !policy.private &&
    !policy.noCache
  );
}

/** What comes from an origin with another clock may be stale when it arrives. */
function isOffClock({ arrivedAtMs }: Exchange, { run }: Knowledge): boolean {
  return run.decisions.some(
    ({ kind, writtenAtMs }) => kind === "clock" && writtenAtMs <= arrivedAtMs,
  );
}

/** Nothing in this request makes its answer one for itself. */
function isPlain(
  { method, fields }: Exchange,
  vary: readonly string[],
  forAll: boolean,
): boolean {
  const own = ["authorization", "range", "cache-control", "if-match"];
  return (
    method === "GET" &&
    !own.some((name) => fields.has(name)) &&
    (!fields.has("cookie") || forAll) &&
    ["origin", "x-variant"].every(
      (name) => !fields.has(name) || vary.includes(name),
    )
  );
}

function crowded(group: readonly Exchange[], knowledge: Knowledge): Finding[] {
  const untilMs = (one: Exchange) =>
    one.headAtMs ?? one.endedAtMs ?? Number.POSITIVE_INFINITY;
  for (const one of group) {
    const atOnce = group.filter(
      (other) =>
        other.arrivedAtMs <= one.arrivedAtMs &&
        untilMs(other) > one.arrivedAtMs,
    );
    const fromMs = Math.min(...atOnce.map(({ arrivedAtMs }) => arrivedAtMs));
    const most = mostAtOnce + disturbances(fromMs, one.arrivedAtMs, knowledge);
    if (atOnce.length > most)
      return [
        {
          request: one.request,
          rule: "stampede",
          reason: `${atOnce.length} exchanges at once for the same, ${named(one)} the last of them`,
        },
      ];
  }
  return [];
}

/** What may send a request past those that are under way. */
function disturbances(
  fromMs: number,
  toMs: number,
  { run }: Knowledge,
): number {
  const isWithin = (ms: number) => ms >= fromMs - 5000 && ms <= toMs;
  const writes = run.observations.filter(
    ({ step, startedAtMs }) => step.kind === "write" && isWithin(startedAtMs),
  );
  const decisions = run.decisions.filter(({ writtenAtMs }) =>
    isWithin(writtenAtMs),
  );
  return writes.length + decisions.length;
}

/** What is fresh and stored is not asked for again, where nothing happens but plain requests. */
function needless(group: readonly Exchange[], knowledge: Knowledge): Finding[] {
  const { run, terms } = knowledge;
  const isQuiet = run.history.steps.every(
    ({ kind }) => kind === "request" || kind === "change",
  );
  if (!isQuiet) return [];
  const plain = group.filter((one) => isAskedPlainly(one, knowledge));
  const again = plain.find((one) =>
    plain.some(
      (before) =>
        (before.headAtMs ?? Infinity) + terms.slackMs < one.arrivedAtMs &&
        isFreshAt(before, one.arrivedAtMs),
    ),
  );
  return again === undefined
    ? []
    : [
        {
          request: again.request,
          rule: "stampede",
          reason: `${named(again)} asks again for what is fresh`,
        },
      ];
}

function isAskedPlainly({ request }: Exchange, { run }: Knowledge): boolean {
  const step = run.observations[request ?? -1]?.step;
  return (
    step?.kind === "request" &&
    step.range === null &&
    step.condition === null &&
    step.cacheControl === null
  );
}

function isFreshAt(
  {
    arrivedAtMs,
    answer,
    body,
    cancelled,
    policy,
    upstreamAgeSeconds,
  }: Exchange,
  atMs: number,
): boolean {
  const lifetime = policy.sMaxage ?? policy.maxAge ?? policy.expires ?? 0;
  const ageSeconds = (atMs - arrivedAtMs) / 1000 + upstreamAgeSeconds;
  return (
    answer.kind === "full" &&
    body === "sound" &&
    !cancelled &&
    ageSeconds + marginSeconds < lifetime
  );
}
