import { decide, type Decision, type RecordState } from "../customer/decide.ts";
import type { Visit } from "../customer/visit.ts";
import type { Standing } from "../customer/standing.ts";
import type { Edge } from "./edge.ts";
import { freshenFeed, isFeedOld } from "./feed.ts";
import type { Found } from "./lookup.ts";
import { locate, lookSettings, lookStanding } from "./records.ts";

/** Whom the gate lets pass, and on what terms. */
export type Passed = Extract<Decision, { kind: "pass" }>;

/** What was decided, and what the log says of the records by which it was. */
export type Gate = Decision & {
  /** Some are from before the list became unreadable, or the registry did. */
  degraded: boolean;
  /** The `seq` of the customer's entry, where it has one. */
  recordSeq: number | null;
};

/** Reads what the list says of a visit, and decides. */
export async function gate(visit: Visit, edge: Edge): Promise<Gate> {
  const freshening = freshenFeed(edge);
  if (freshening !== null) await freshening;
  // Both are read at once where memory has neither.
  const settingsRead = lookSettings(edge);
  const located = await locate(visit.host, edge);
  const settings = await settingsRead;
  const { site } = located;
  const standing: Found<Standing> =
    site.kind === "site"
      ? await lookStanding(site.site.customer, edge)
      : { kind: "known", known: { kind: "absent" }, degraded: false };
  const records = {
    settings: stateOf(settings),
    site,
    standing: stateOf(standing),
  };
  const entry =
    records.standing.kind === "record" ? records.standing.value : null;
  return {
    ...keepStarted(decide(records, visit, edge.world.nowMs()), entry, {
      isolate: edge.isolate,
      atSunset: (sunsetAtMs) => decide(records, visit, sunsetAtMs),
    }),
    degraded:
      located.degraded ||
      isDegraded(settings) ||
      isDegraded(standing) ||
      isFeedOld(edge),
    recordSeq: entry?.seq ?? null,
  };
}

function stateOf<T>(found: Found<T>): RecordState<T> {
  return found.kind === "known" ? found.known : { kind: "unreadable" };
}

function isDegraded(found: Found<unknown>): boolean {
  return found.kind === "known" && found.degraded;
}

/** A denial that has begun in this isolate does not begin anew when the clock is set back. */
function keepStarted(
  decision: Decision,
  standing: Standing | null,
  {
    isolate,
    atSunset,
  }: Pick<Edge, "isolate"> & { atSunset: (sunsetAtMs: number) => Decision },
): Decision {
  if (standing === null) return decision;
  if (decision.kind === "refused") isolate.startedDenials.add(standing);
  return decision.kind === "pass" &&
    decision.passage.kind === "notice" &&
    isolate.startedDenials.has(standing)
    ? atSunset(decision.passage.sunsetAtMs)
    : decision;
}
