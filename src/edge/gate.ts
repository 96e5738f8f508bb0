import { defaultSettings, type EdgeSettings } from "../customer/settings.ts";
import type { Site } from "../customer/site.ts";
import type { Standing } from "../customer/standing.ts";
import { judge, type Verdict, type Visit } from "../customer/verdict.ts";
import type { Edge } from "./edge.ts";
import { valueOf, type Found } from "./lookup.ts";
import { locate, lookSettings, lookStanding } from "./records.ts";

type Refusal = Extract<Verdict, { kind: "refuse" }>;
type Passage = Exclude<Verdict, { kind: "refuse" }>;

/** Whom the gate lets pass, and on what terms. */
export interface Passed {
  kind: "pass";
  site: Site;
  passage: Passage;
}

export type Decision =
  | Passed
  | { kind: "refused"; site: Site; refusal: Refusal }
  | {
      kind: "maintenance";
      maintenance: NonNullable<EdgeSettings["maintenance"]>;
    }
  | { kind: "unknown-host" }
  | { kind: "misconfigured"; key: string }
  /** Nothing is known that would decide: the list cannot be read, or too many unknown hosts are being asked for. */
  | { kind: "unavailable"; because: "unreadable" | "withheld" };

/** What was decided, and what the log says of the records by which it was. */
export type Gate = Decision & {
  /** Some are from before the list became unreadable. */
  degraded: boolean;
  /** The `seq` of the customer's entry, where it has one. */
  recordSeq: number | null;
};

/** Steps 2 and 3: whose site is this, and may it be served at this moment? */
export async function gate(visit: Visit, edge: Edge): Promise<Gate> {
  const [settings, located] = await Promise.all([
    lookSettings(edge),
    locate(visit.host, edge),
  ]);
  const degraded = isDegraded(settings) || isDegraded(located);
  const logged = { degraded, recordSeq: null };
  const { maintenance } = settingsFrom(settings);
  const nowMs = edge.world.nowMs();
  if (maintenance !== null && nowMs < (maintenance.untilMs ?? Infinity))
    return { kind: "maintenance", maintenance, ...logged };
  switch (located.kind) {
    case "site": {
      const { site } = located;
      const gated = await gateSite(site, { visit, settings }, edge);
      return { ...gated, degraded: degraded || gated.degraded };
    }
    case "unknown-host":
    case "misconfigured":
      return { ...located, ...logged };
    case "unreadable":
    case "withheld":
      return { kind: "unavailable", because: located.kind, ...logged };
  }
}

/** What the customer's entry says of the visit. */
async function gateSite(
  site: Site,
  { visit, settings }: { visit: Visit; settings: Found<EdgeSettings> },
  edge: Edge,
): Promise<Gate> {
  const { failPolicy, defaultVerdict } = settingsFrom(settings);
  const found = await lookStanding(site.customer, edge);
  const standing = valueOf(found);
  const logged = {
    degraded: isDegraded(found),
    recordSeq: standing?.seq ?? null,
  };
  const isUndecided =
    found.kind !== "known" || (standing === null && settings.kind !== "known");
  if (isUndecided && failPolicy === "closed")
    return { kind: "unavailable", because: "unreadable", ...logged };
  const otherwise = isUndecided ? "allow" : defaultVerdict;
  const verdict = judgeNow(standing, { visit, otherwise }, edge);
  return verdict.kind === "refuse"
    ? { kind: "refused", site, refusal: verdict, ...logged }
    : { kind: "pass", site, passage: verdict, ...logged };
}

function settingsFrom(settings: Found<EdgeSettings>): EdgeSettings {
  return valueOf(settings) ?? defaultSettings;
}

function isDegraded(found: { kind: string; degraded?: boolean }): boolean {
  return found.degraded ?? false;
}

/** A denial that has begun here does not begin anew when the clock is set back. */
function judgeNow(
  standing: Standing | null,
  { visit, otherwise }: { visit: Visit; otherwise: "allow" | "deny" },
  { isolate, world }: Edge,
): Verdict {
  const verdict = judge(standing, visit, otherwise, world.nowMs());
  if (standing === null) return verdict;
  if (verdict.kind === "refuse") isolate.begunDenials.add(standing);
  return verdict.kind === "notice" && isolate.begunDenials.has(standing)
    ? judge(standing, visit, otherwise, verdict.sunsetAtMs)
    : verdict;
}
