import { formatInstant } from "../../parse/text.ts";
import { formatCountry } from "../country.ts";
import type { Colors } from "../../node/terminal.ts";
import { stateOf, type State } from "../../customer/state.ts";
import type { Denial } from "../../customer/standing.ts";
import {
  decisionStatuses,
  verdictAt,
  type Decision,
  type Verdict,
} from "../../customer/decide.ts";
import { formatDistance } from "../moment.ts";

/** The word for a state, in the colour of what visitors get. */
export function formatState({ kind }: State, colors: Colors): string {
  switch (kind) {
    case "allowed":
    case "ended":
      return colors.green(kind);
    case "noticed":
    case "absent":
      return colors.yellow(kind);
    case "dropped":
    case "suspended":
    case "withheld":
      return colors.red(kind);
    case "malformed":
      return colors.magenta(kind);
  }
}

/** What is wrong with the entry of a state that has one. */
export function problemOf(state: State): string | null {
  return "problem" in state ? state.problem : null;
}

/** What a visitor in the scope of a denial gets while it holds. */
export function refusalOf(denial: Denial, nowMs: number): Verdict {
  const { hosts, countries } = denial.scope;
  const visit = {
    method: "GET",
    host: (hosts?.[0] ?? "any.example").replace(/^\*/, "any"),
    country: countries?.[0] ?? null,
    target: "/",
    upgrade: "none",
    content: "none",
  } as const;
  const atMs = Math.max(nowMs, denial.effectiveAtMs ?? nowMs);
  return verdictAt(denial, visit, "allow", atMs);
}

/** A verdict in a few words. */
export function formatVerdict(verdict: Verdict): string {
  switch (verdict.kind) {
    case "serve":
      return `served (${verdict.because})`;
    case "notice":
      return `served until ${formatInstant(verdict.sunsetAtMs)}, with a Sunset field`;
    case "offboard":
      return "passed on: a certificate challenge, which a customer who leaves may still answer";
    case "refuse":
      return verdict.retryAfterSeconds === null
        ? `${verdict.status}`
        : `${verdict.status} with Retry-After: ${verdict.retryAfterSeconds}`;
  }
}

/** What a visitor gets by a decision, in a word. */
export function formatDecision(decision: Decision): string {
  switch (decision.kind) {
    case "pass":
      return "the site";
    case "refused":
      return String(decision.refusal.status);
    case "maintenance":
    case "unknown-host":
    case "misconfigured":
    case "unavailable":
      return String(decisionStatuses[decision.kind]);
  }
}

/** A denial's terms in a line. */
export function formatDenial(denial: Denial): string {
  const { ground, effectiveAtMs, endsAtMs, scope, clearSiteData } = denial;
  return [
    ground ?? "no ground stated",
    effectiveAtMs === null ? "" : `from ${formatInstant(effectiveAtMs)}`,
    endsAtMs === null ? "" : `until ${formatInstant(endsAtMs)}`,
    formatScope(scope),
    clearSiteData === null ? "" : `clears ${formatClearing(clearSiteData)}`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}

export function formatMoment(ms: number | null, nowMs: number): string {
  return ms === null
    ? ""
    : `${formatInstant(ms)} (${formatDistance(ms, nowMs)})`;
}

/** What of a visitor's browser a refusal clears; empty for nothing. */
export function formatClearing(what: Denial["clearSiteData"]): string {
  switch (what) {
    case null:
      return "";
    case "cache":
      return "the browser's cache of the site";
    case "storage":
      return "the browser's cache and storage of the site (logins kept there, drafts, service workers)";
  }
}

export function formatScope({ hosts, countries }: Denial["scope"]): string {
  const where = hosts === null ? "all hosts" : hosts.join(", ");
  const audience =
    countries === null
      ? "all visitors"
      : `visitors in ${countries.map(formatCountry).join(", ")}`;
  return `${where}, ${audience}`;
}

/** What a denial does not say of itself, though it should. Who demands it by law, or that the customer asked for it, is a reason. */
export function unstatedOf({
  ground,
  reason,
  statement,
  authority,
}: Denial): string | null {
  const hasReason =
    reason !== null ||
    authority !== null ||
    ground === "request" ||
    Object.keys(statement).length > 0;
  if (ground === null) return hasReason ? "ground" : "ground and no reason";
  return hasReason ? null : "reason";
}

/** What becomes of a record, in a line. */
export function describeRecordChange(
  key: string,
  before: string | null,
  after: string | null,
  nowMs: number,
): string {
  const customer = key.replace(/^customer:/, "");
  const say = (text: string | null) =>
    customer === key
      ? (text ?? "(no such key)")
      : stateOf(customer, text, nowMs).kind;
  return `${say(before)} -> ${say(after)}`;
}
