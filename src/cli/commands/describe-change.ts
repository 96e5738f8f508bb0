import { formatInstant } from "../../parse/text.ts";
import type { Records } from "../../customer/apply-result.ts";
import type { Command } from "../../customer/command.ts";
import { decisionStatuses } from "../../customer/decide.ts";
import { siteKey, standingKey } from "../../customer/keys.ts";
import type { EdgeSettings } from "../../customer/settings.ts";
import type { Denial } from "../../customer/standing.ts";
import { denialOf, stateOf } from "../../customer/state.ts";
import { nameValueTable } from "../../node/table.ts";
import {
  refusalOf,
  formatClearing,
  formatMoment,
  formatScope,
  formatState,
  formatVerdict,
} from "./describe.ts";
import type { Session } from "./session.ts";

/** What KV keeps in a PoP, and what an isolate there may add to it. */
const defaultPropagationMs = 70_000;

/** What a command changes; `hosts` are the sites of its customer, null where they were not looked for. */
interface Change {
  before: Records;
  writes: Records;
  hosts: readonly string[] | null;
}

/** What a command will do, for whoever gives it. */
export function describeChange(
  command: Command,
  { before, writes, hosts }: Change,
  session: Session,
): string {
  const { colors } = session;
  switch (command.kind) {
    case "add":
    case "change": {
      const text = writes.get(siteKey(command.host)) ?? "";
      return `${command.kind} ${colors.bold(command.host)}\n${nameValueTable([["record", text], known(session)])}`;
    }
    case "remove":
      return `remove ${colors.bold(command.host)}\n${nameValueTable([["visitors get", `${decisionStatuses["unknown-host"]}: no such site here`], ["customer", "its entry stays"], known(session)])}`;
    case "purge":
      return `purge ${colors.bold(command.customer)}\n${nameValueTable([
        ["what", JSON.stringify(command.what)],
        [
          "how",
          command.how === "hard"
            ? "fetched anew"
            : "validated with the origin before it is used again",
        ],
        ["from", formatMoment(command.atMs ?? session.nowMs, session.nowMs)],
        known(session),
      ])}`;
    case "maintenance":
      return `maintenance\n${nameValueTable([["visitors get", command.maintenance === null ? "their sites, as far as each is served" : `${decisionStatuses.maintenance}, on every site of this edge`], ["until", maintenanceEnd(command.maintenance, session.nowMs)], known(session)])}`;
    case "deny":
    case "restore":
      return describeStandingChange(
        command.customer,
        { before, writes, hosts },
        session,
      );
  }
}

function maintenanceEnd(
  maintenance: EdgeSettings["maintenance"],
  nowMs: number,
): string {
  return maintenance === null
    ? ""
    : formatMoment(maintenance.untilMs, nowMs) || "it is switched off";
}

function describeStandingChange(
  customer: string,
  { before, writes, hosts }: Change,
  session: Session,
): string {
  const { colors, nowMs } = session;
  const [was, is] = [before, writes].map((records) =>
    stateOf(customer, records.get(standingKey(customer)) ?? null, nowMs),
  );
  if (was === undefined || is === undefined) return "";
  const denial = denialOf(is);
  const head = `${colors.bold(customer)}: ${formatState(was, colors)} -> ${formatState(is, colors)}`;
  if (denial === null) {
    return `${head}\n${nameValueTable([["visitors get", "the site"], ...siteRows(hosts, null), known(session)])}`;
  }
  return `${head}\n${nameValueTable([
    ["visitors get", formatVerdict(refusalOf(denial, nowMs))],
    ...textRows(denialOf(was), denial),
    ["scope", formatScope(denial.scope)],
    ...siteRows(hosts, denial.scope.hosts),
    ["from", formatMoment(denial.effectiveAtMs, nowMs)],
    ["until", formatMoment(denial.endsAtMs, nowMs) || "further notice"],
    ["clears", formatClearing(denial.clearSiteData)],
    known(session),
    ...late(denial, session),
  ])}`;
}

const maxNamed = 12;

/** Which sites are meant; those alone that a scope names, if it names any. */
function siteRows(
  hosts: readonly string[] | null,
  named: readonly string[] | null,
): [string, string][] {
  if (hosts === null || named !== null) return [];
  if (hosts.length === 0) return [["sites", "none in the list"]];
  const more = hosts.length - maxNamed;
  const first = hosts.slice(0, maxNamed).join(", ");
  return [["sites", more > 0 ? `${first} and ${more} more` : first]];
}

const texts = [
  ["ground", "ground"],
  ["reason", "reason"],
  ["reference", "reference"],
  ["notice", "noticeUrl"],
  ["appeal", "appealUrl"],
] as const;

/** What visitors read of the decision, and what they read before where that changes. */
function textRows(before: Denial | null, denial: Denial): [string, string][] {
  return texts.flatMap(([label, member]): [string, string][] => {
    const was = before?.[member] ?? null;
    const is = denial[member];
    if (was === null && is === null) return [];
    const text = is ?? "(none)";
    return [
      [label, was === null || was === is ? text : `${text} (was ${was})`],
    ];
  });
}

/** How long until the edge knows. */
function known({ store, nowMs }: Session): [string, string] {
  switch (store.kind) {
    case "local":
      return ["known", "within a second to an edge that runs on this store"];
    case "remote":
      return [
        "known",
        `to every PoP by ${formatInstant(nowMs + defaultPropagationMs)} as a rule; Cloudflare says "60 seconds or more"`,
      ];
  }
}

/** A denial that is to come, and may begin before all PoPs have heard of it. */
function late(
  { effectiveAtMs }: Denial,
  { store, nowMs }: Session,
): [string, string][] {
  const aheadMs = (effectiveAtMs ?? nowMs) - nowMs;
  return store.kind === "remote" &&
    aheadMs > 0 &&
    aheadMs < defaultPropagationMs
    ? [
        [
          "warning",
          "it begins before all PoPs can know of it: give it more time",
        ],
      ]
    : [];
}
