import { resource } from "../../cache/key.ts";
import type { Records } from "../../customer/apply-result.ts";
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
import { parseStanding } from "../../customer/standing.ts";
import { stateOf } from "../../customer/state.ts";
import { judge, type Verdict, type Visit } from "../../customer/verdict.ts";
import { hostCandidates } from "../../http/host.ts";
import { targetOnOrigin } from "../../http/target.ts";
import { formatInstant } from "../moment.ts";
import type { VisitedUrl } from "./visited-url.ts";
import { formatDenial, formatVerdict } from "./describe.ts";

type Step = readonly [step: string, finds: string];

/** The edge's steps for one visit, each with what it finds, and in a word what the visitor gets in the end. */
export function explanation(
  visited: VisitedUrl,
  records: Records,
  nowMs: number,
): { steps: Step[]; gets: string } {
  const { visit } = visited;
  const steps: Step[] = [
    ["moment", formatInstant(nowMs)],
    ["host", visit.host],
  ];
  const settings = settingsStep(records, steps);
  const { maintenance } = settings;
  if (maintenance !== null && nowMs < (maintenance.untilMs ?? Infinity)) {
    return ended(steps, "503", "maintenance, before any site is looked for");
  }
  const site = siteStep(visit.host, records, steps);
  switch (site.kind) {
    case "absent":
      return ended(steps, "421", "no such site here");
    case "malformed":
      return ended(
        steps,
        "500",
        `this host alone, unless the edge remembers an earlier record`,
      );
    case "site":
      break;
  }
  const verdict = standingStep(
    site.site,
    visit,
    records,
    settings,
    nowMs,
    steps,
  );
  steps.push(["verdict", formatVerdict(verdict)]);
  if (verdict.kind === "refuse")
    return ended(
      steps,
      String(verdict.status),
      "before any cache is looked at",
    );
  cacheSteps(visited, site.site, records, steps);
  return ended(steps, "the site", "");
}

function ended(steps: Step[], gets: string, why: string) {
  const shown = why === "" ? gets : `${gets} (${why})`;
  return { steps: [...steps, ["visitor gets", shown] as const], gets };
}

function settingsStep(records: Records, steps: Step[]): EdgeSettings {
  const text = records.get(edgeKey) ?? null;
  if (text === null) {
    steps.push([edgeKey, "no record: the usual settings"]);
    return defaultSettings;
  }
  const settings = parseEdgeSettings(edgeKey, text);
  steps.push([edgeKey, settings.ok ? text : `malformed: ${settings.problem}`]);
  return settings.ok ? settings.value : defaultSettings;
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

type Found =
  { kind: "site"; site: Site } | { kind: "absent" } | { kind: "malformed" };

/** The exact name's record beats the wildcard's, even when it is malformed. */
function siteStep(host: string, records: Records, steps: Step[]): Found {
  for (const key of hostCandidates(host).map(siteKey)) {
    const text = records.get(key) ?? null;
    if (text === null) {
      steps.push([key, "no record"]);
      continue;
    }
    const site = parseSite(key, text);
    if (!site.ok) {
      steps.push([key, `malformed: ${site.problem}`]);
      return { kind: "malformed" };
    }
    steps.push([
      key,
      `a site of ${site.value.customer}, from ${site.value.origins.join(", ")}${formatHost(site.value)}`,
    ]);
    return { kind: "site", site: site.value };
  }
  return { kind: "absent" };
}

function standingStep(
  { customer }: Site,
  visit: Visit,
  records: Records,
  { defaultVerdict }: EdgeSettings,
  nowMs: number,
  steps: Step[],
): Verdict {
  const key = standingKey(customer);
  const text = records.get(key) ?? null;
  const state = stateOf(customer, text, nowMs);
  const parsed = text === null ? null : parseStanding(key, text);
  const otherwise = `the default verdict, ${defaultVerdict}`;
  switch (state.kind) {
    case "absent":
      steps.push([key, `no record: ${otherwise}`]);
      break;
    case "malformed":
      steps.push([
        key,
        `malformed: ${state.problem}. What the edge last knew, else ${otherwise}`,
      ]);
      break;
    case "allowed":
      steps.push([key, `${state.kind}${formatProblem(state)}`]);
      break;
    case "noticed":
    case "dropped":
    case "suspended":
    case "withheld":
    case "ended":
      steps.push([
        key,
        `${state.kind}: ${formatDenial(state.denial)}${formatProblem(state)}`,
      ]);
  }
  return judge(
    parsed === null || parsed.kind === "malformed" ? null : parsed.standing,
    visit,
    defaultVerdict,
    nowMs,
  );
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
  const sent = targetOnOrigin(site.origins[0], visit.target);
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
      `${JSON.stringify(cacheRecord(cache))}, the rest as usual`,
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
