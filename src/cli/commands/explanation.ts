import { formatInstant } from "../../parse/text.ts";
import { resource } from "../../cache/key.ts";
import type { Records } from "../../customer/apply-result.ts";
import {
  decide,
  siteState,
  type Decision,
  type DecisionRecords,
  type RecordState,
  type SiteState,
} from "../../customer/decide.ts";
import type { Visit } from "../../customer/visit.ts";
import { cacheRecord } from "../../customer/format.ts";
import {
  edgeKey,
  purgeKey,
  siteKey,
  standingKey,
} from "../../customer/keys.ts";
import { parsePurge } from "../../customer/purge.ts";
import {
  parseEdgeSettings,
  defaultSettings,
  type EdgeSettings,
} from "../../customer/settings.ts";
import { parseSite, type Site } from "../../customer/site.ts";
import { parseStanding, type Standing } from "../../customer/standing.ts";
import { stateOf, type State } from "../../customer/state.ts";
import { hostCandidates } from "../../http/host.ts";
import { normalisedTarget } from "../../http/target.ts";
import { formatCountry } from "../country.ts";
import type { VisitedUrl } from "./visited-url.ts";
import { formatDecision, formatDenial, formatVerdict } from "./describe.ts";

type Step = readonly [step: string, finds: string];

/** The edge's steps for one visit, each with what it finds, and in a word what the visitor gets in the end. */
export function explanation(
  visited: VisitedUrl,
  records: Records,
  nowMs: number,
): { steps: Step[]; gets: string } {
  const { visit } = visited;
  const settings = readSettings(records);
  const located = readSite(visit.host, records);
  const standing = readEntry(located.site, settings, { records, nowMs });
  const known: DecisionRecords = {
    settings: settings.state,
    site: located.site,
    standing: standing.state,
  };
  const decision = decide(known, visit, nowMs);
  const steps: Step[] = [
    ["moment", formatInstant(nowMs)],
    ["host", visit.host],
    ...(visit.country === null
      ? []
      : [["country", formatCountry(visit.country)] as const]),
    settings.step,
  ];
  if (decision.kind !== "maintenance")
    steps.push(...located.steps, ...standing.steps);
  switch (decision.kind) {
    case "maintenance":
      return ended(steps, decision, "before any site is looked for");
    case "unknown-host":
      return ended(steps, decision, "no such site here");
    case "misconfigured":
      return ended(
        steps,
        decision,
        "this host alone, unless the edge remembers an earlier record",
      );
    case "unavailable":
      return ended(steps, decision, "nothing is known that would decide");
    case "refused":
      steps.push(["verdict", formatVerdict(decision.refusal)]);
      return ended(steps, decision, "before any cache is looked at");
    case "pass":
      break;
  }
  steps.push(["verdict", formatVerdict(decision.passage)]);
  steps.push(["if KV fails", withoutList(known, visit, nowMs)]);
  cacheSteps(visited, decision.site, records, steps);
  return ended(steps, decision, "");
}

/** What a PoP does that cannot read the list and remembers nothing of the customer. */
function withoutList(
  { settings, site }: DecisionRecords,
  visit: Visit,
  nowMs: number,
): string {
  const records = { settings, site, standing: { kind: "unreadable" } } as const;
  const gets = formatDecision(decide(records, visit, nowMs));
  return `what a PoP last knew of the customer; ${gets} where it knows nothing`;
}

function ended(steps: Step[], decision: Decision, why: string) {
  const gets = formatDecision(decision);
  const summary = why === "" ? gets : `${gets} (${why})`;
  return { steps: [...steps, ["visitor gets", summary] as const], gets };
}

function readSettings(records: Records): {
  state: RecordState<EdgeSettings>;
  step: Step;
} {
  const text = records.get(edgeKey) ?? null;
  if (text === null)
    return {
      state: { kind: "absent" },
      step: [edgeKey, "no record: the default settings"],
    };
  const settings = parseEdgeSettings(edgeKey, text);
  return settings.ok
    ? {
        state: { kind: "record", value: settings.value },
        step: [edgeKey, text],
      }
    : {
        state: { kind: "malformed" },
        step: [edgeKey, `malformed: ${settings.problem}`],
      };
}

function formatHost({ originHost }: Site): string {
  switch (originHost.kind) {
    case "origin":
      return "";
    case "visitor":
      return ", asked with the visitor's Host";
    case "name":
      return `, asked with Host: ${originHost.host}`;
  }
}

/** The exact name's record beats the wildcard's, even when it is malformed. */
function readSite(
  host: string,
  records: Records,
): { site: SiteState; steps: Step[] } {
  const steps: Step[] = [];
  for (const key of hostCandidates(host).map(siteKey)) {
    const text = records.get(key) ?? null;
    if (text === null) {
      steps.push([key, "no record"]);
      continue;
    }
    const parsed = parseSite(key, text);
    if (!parsed.ok) {
      steps.push([key, `malformed: ${parsed.problem}`]);
      return { site: siteState(key, { kind: "malformed" }), steps };
    }
    const site = parsed.value;
    steps.push([
      key,
      `a site of ${site.customer}, from ${site.origins.join(", ")}${formatHost(site)}`,
    ]);
    return { site: { kind: "site", site }, steps };
  }
  return { site: { kind: "unknown-host" }, steps };
}

function readEntry(
  site: SiteState,
  settings: { state: RecordState<EdgeSettings> },
  { records, nowMs }: { records: Records; nowMs: number },
): { state: RecordState<Standing>; steps: Step[] } {
  if (site.kind !== "site") return { state: { kind: "absent" }, steps: [] };
  const { customer } = site.site;
  const key = standingKey(customer);
  const text = records.get(key) ?? null;
  const parsed = text === null ? null : parseStanding(key, text);
  const { defaultVerdict } =
    settings.state.kind === "record" ? settings.state.value : defaultSettings;
  const finds = formatEntry(
    stateOf(customer, text, nowMs),
    `the default verdict, ${defaultVerdict}`,
  );
  return { state: entryState(parsed), steps: [[key, finds]] };
}

function entryState(
  parsed: ReturnType<typeof parseStanding> | null,
): RecordState<Standing> {
  switch (parsed?.kind) {
    case undefined:
      return { kind: "absent" };
    case "malformed":
      return { kind: "malformed" };
    case "whole":
    case "flawed":
      return { kind: "record", value: parsed.standing };
  }
}

function formatEntry(state: State, otherwise: string): string {
  switch (state.kind) {
    case "absent":
      return `no record: ${otherwise}`;
    case "malformed":
      return `malformed: ${state.problem}. What the edge last knew, else ${otherwise}`;
    case "allowed":
      return `${state.kind}${formatProblem(state)}`;
    case "noticed":
    case "dropped":
    case "suspended":
    case "withheld":
    case "ended":
      return `${state.kind}: ${formatDenial(state.denial)}${formatProblem(state)}`;
  }
}

function formatProblem({ problem }: { problem: string | null }): string {
  return problem === null ? "" : `. Malformed: ${problem}`;
}

function cacheSteps(
  { visit, scheme, authority }: VisitedUrl,
  site: Site,
  records: Records,
  steps: Step[],
): void {
  const sent = normalisedTarget(site.origins[0], visit.target);
  if (!sent.ok) {
    steps.push(["target", sent.problem]);
    return;
  }
  const { cache, customer } = site;
  const keyAuthority = { scheme, authority };
  const { key, target } = resource(customer, keyAuthority, sent.value, cache);
  const purges = purgeKey(customer);
  const facts = parsePurge(purges, records.get(purges) ?? "[]");
  const isBypassed = cache.mode.kind === "bypass";
  steps.push(
    [
      "cache settings",
      `${JSON.stringify(cacheRecord(cache))}, the rest by default`,
    ],
    ["cache key", isBypassed ? "none: goes round the cache" : key],
    [
      purges,
      facts.ok
        ? `${facts.value.length} in the record`
        : `malformed: ${facts.problem}`,
    ],
    ["asked of origin", site.origins[0] + target],
  );
}
