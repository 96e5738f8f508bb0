import { hostCandidates } from "../http/host.ts";
import { isChallenge } from "./challenge.ts";
import type { Visit } from "./visit.ts";
import { defaultSettings, type EdgeSettings } from "./settings.ts";
import type { Site } from "./site.ts";
import {
  bareDenial,
  type Denial,
  type Ground,
  type Standing,
} from "./standing.ts";

export type Verdict =
  | {
      kind: "serve";
      because: "allowed" | "default" | "out-of-scope" | "ended";
      /** Since when it has been served again, after a denial. */
      restoredAtMs: number | null;
    }
  /** Served, and told when that will end. */
  | { kind: "notice"; denial: Denial; sunsetAtMs: number }
  /** Refused but for this request, which helps the customer to leave; `otherwise` where its answer is none to a challenge. */
  | { kind: "offboard"; denial: Denial; otherwise: Refusal }
  | {
      kind: "refuse";
      denial: Denial;
      status: 402 | 403 | 410 | 451 | 503;
      retryAfterSeconds: number | null;
    };

type Refusal = Extract<Verdict, { kind: "refuse" }>;
type Passage = Exclude<Verdict, Refusal>;

/** What is known of one key of the list. */
export type RecordState<Value> =
  | { kind: "record"; value: Value }
  | { kind: "absent" }
  /** Never held a value that parses. */
  | { kind: "malformed" }
  /** The list cannot be read, and nothing is remembered. */
  | { kind: "unreadable" };

/** Whose site a host is, as far as is known. */
export type SiteState =
  | { kind: "site"; site: Site }
  | { kind: "unknown-host" }
  | { kind: "misconfigured"; key: string }
  | { kind: "unreadable" }
  /** Too many unknown hosts are being asked for. */
  | { kind: "withheld" };

/** All that a decision depends on, beside the visit and the moment. */
export interface DecisionRecords {
  settings: RecordState<EdgeSettings>;
  site: SiteState;
  /** Of the site's customer; not looked at where there is no site. */
  standing: RecordState<Standing>;
}

export type Decision =
  | { kind: "pass"; site: Site; passage: Passage }
  | { kind: "refused"; site: Site; refusal: Refusal }
  | {
      kind: "maintenance";
      maintenance: NonNullable<EdgeSettings["maintenance"]>;
    }
  | { kind: "unknown-host" }
  | { kind: "misconfigured"; key: string }
  /** Nothing is known that would decide. */
  | { kind: "unavailable"; because: "unreadable" | "withheld" };

/** What visitors get who are not let pass, by what was decided. A refusal has a status of its own. */
export const decisionStatuses = {
  maintenance: 503,
  "unknown-host": 421,
  misconfigured: 500,
  unavailable: 503,
} as const;

/** Who gets what: maintenance first, then whose site it is, then the customer's standing and, without one, the fail policy. */
export function decide(
  { settings, site, standing }: DecisionRecords,
  visit: Visit,
  nowMs: number,
): Decision {
  const { maintenance, failPolicy, defaultVerdict } =
    settings.kind === "record" ? settings.value : defaultSettings;
  if (maintenance !== null && nowMs < (maintenance.untilMs ?? Infinity))
    return { kind: "maintenance", maintenance };
  switch (site.kind) {
    case "unknown-host":
    case "misconfigured":
      return site;
    case "unreadable":
    case "withheld":
      return { kind: "unavailable", because: site.kind };
    case "site":
      break;
  }
  const known = standing.kind === "record" ? standing.value : null;
  const isUndecided =
    standing.kind === "unreadable" ||
    (known === null && settings.kind === "unreadable");
  if (isUndecided && failPolicy === "closed")
    return { kind: "unavailable", because: "unreadable" };
  const otherwise = isUndecided ? "allow" : defaultVerdict;
  const verdict = verdictAt(known, visit, otherwise, nowMs);
  return verdict.kind === "refuse"
    ? { kind: "refused", site: site.site, refusal: verdict }
    : { kind: "pass", site: site.site, passage: verdict };
}

/** What the record of a host, or of the wildcard above it, says of whose site that is. */
export function siteState(key: string, record: RecordState<Site>): SiteState {
  switch (record.kind) {
    case "record":
      return { kind: "site", site: record.value };
    case "malformed":
      return { kind: "misconfigured", key };
    case "absent":
      return { kind: "unknown-host" };
    case "unreadable":
      return record;
  }
}

/** 503 keeps a place in search results for a customer who will be back; 402 and 451 say more than that. */
const statuses: Readonly<
  Record<Ground, { lasting: Refusal["status"]; ending: Refusal["status"] }>
> = {
  policy: { lasting: 403, ending: 503 },
  security: { lasting: 403, ending: 503 },
  billing: { lasting: 402, ending: 402 },
  legal: { lasting: 451, ending: 451 },
  maintenance: { lasting: 503, ending: 503 },
  request: { lasting: 410, ending: 503 },
};

/**
 * What a visit gets at a moment: refused from `effectiveAt` exactly, served again from `endsAt` exactly. A customer without
 * an entry gets `defaultVerdict`; one with an entry never does.
 */
export function verdictAt(
  standing: Standing | null,
  visit: Visit,
  defaultVerdict: "allow" | "deny",
  nowMs: number,
): Verdict {
  if (standing === null) {
    return defaultVerdict === "allow"
      ? { kind: "serve", because: "default", restoredAtMs: null }
      : refusal(bareDenial, nowMs);
  }
  if (standing.kind === "allow")
    return {
      kind: "serve",
      because: "allowed",
      restoredAtMs: standing.effectiveAtMs,
    };

  const { effectiveAtMs, endsAtMs, offboardUntilMs } = standing;
  if (endsAtMs !== null && nowMs >= endsAtMs)
    return { kind: "serve", because: "ended", restoredAtMs: endsAtMs };
  if (!inScope(standing, visit))
    return { kind: "serve", because: "out-of-scope", restoredAtMs: null };
  if (effectiveAtMs !== null && nowMs < effectiveAtMs) {
    return { kind: "notice", denial: standing, sunsetAtMs: effectiveAtMs };
  }
  if (
    offboardUntilMs !== null &&
    nowMs < offboardUntilMs &&
    isChallenge(visit)
  ) {
    const otherwise = refusal(standing, nowMs);
    return { kind: "offboard", denial: standing, otherwise };
  }
  return refusal(standing, nowMs);
}

function inScope({ scope }: Denial, visit: Visit): boolean {
  const { hosts, countries } = scope;
  return (
    (hosts === null ||
      hostCandidates(visit.host).some((host) => hosts.includes(host))) &&
    (countries === null || countries.includes(visit.country ?? "XX"))
  );
}

/** A denial without a ground is treated like one for `policy`. A legal one never invites to try again: its end is not ours to promise. */
function refusal(denial: Denial, nowMs: number): Refusal {
  const { lasting, ending } = statuses[denial.ground ?? "policy"];
  if (denial.endsAtMs === null) {
    return { kind: "refuse", denial, status: lasting, retryAfterSeconds: null };
  }
  const retryAfterSeconds =
    denial.ground === "legal"
      ? null
      : Math.ceil((denial.endsAtMs - nowMs) / 1000);
  return { kind: "refuse", denial, status: ending, retryAfterSeconds };
}
