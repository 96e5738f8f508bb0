import { canonicalPattern } from "./names.ts";
import { formatSite, formatStanding } from "./format.ts";
import { edgeKey, isCustomerId, siteKey, standingKey } from "./keys.ts";
import {
  defaultSettings,
  parseEdgeSettings,
  settingsText,
  type EdgeSettings,
} from "./settings.ts";
import { parseSite, type Site } from "./site.ts";
import { formatFlaw, parseStanding, type Standing } from "./standing.ts";

/** A whole list as somebody wants it to be. */
export interface DesiredList {
  sites: ReadonlyMap<string, Site>;
  customers: ReadonlyMap<string, Standing>;
  /** Null where nothing is said of them. */
  settings: EdgeSettings | null;
}

export type ParsedList =
  | { ok: true; value: DesiredList }
  /** `path` leads to what the problem is about. */
  | { ok: false; path: readonly string[]; problem: string };

const parts = ["edge", "sites", "customers"] as const;

/**
 * A list as YAML or JSON have it: `sites` by host and `customers` by id, each with its record, and `edge`. Records are as in KV
 * (src/customer/README.md). Never throws; a problem names the member, what was found and what was expected.
 */
export function parseDesiredList(value: unknown): ParsedList {
  if (!isObject(value))
    return wrong(
      [],
      `the list is ${formatKind(value)}; expected sites, customers and edge`,
    );
  const stray = Object.keys(value).find(
    (name) => !parts.some((part) => part === name),
  );
  if (stray !== undefined)
    return wrong(
      [stray],
      `"${stray}" is no part of a list; expected one of ${parts.join(", ")}`,
    );
  const { sites = {}, customers = {}, edge } = value;
  if (!isObject(sites))
    return wrong(
      ["sites"],
      `"sites" is ${formatKind(sites)}; expected an object`,
    );
  if (!isObject(customers))
    return wrong(
      ["customers"],
      `"customers" is ${formatKind(customers)}; expected an object`,
    );
  const list = {
    sites: new Map<string, Site>(),
    customers: new Map<string, Standing>(),
  };
  for (const [host, record] of Object.entries(sites)) {
    const path = ["sites", host];
    if (canonicalPattern(host) !== host)
      return wrong(
        path,
        `"${host}" is no host as the list spells it; expected one such as ${canonicalPattern(host) ?? "forum.example or *.forum.example"}`,
      );
    const site = parseSite(siteKey(host), JSON.stringify(record));
    if (!site.ok) return wrong(path, site.problem);
    list.sites.set(host, site.value);
  }
  for (const [id, record] of Object.entries(customers)) {
    const path = ["customers", id];
    if (!isCustomerId(id))
      return wrong(
        path,
        `"${id}" is no customer id; expected 1 to 63 of a-z, 0-9 and -`,
      );
    const text = typeof record === "string" ? record : JSON.stringify(record);
    const standing = parseStanding(standingKey(id), text);
    // Who writes a file can mend it: nothing is left out without a word.
    if (standing.kind !== "whole")
      return wrong(
        path,
        standing.kind === "flawed" ? formatFlaw(standing) : standing.problem,
      );
    list.customers.set(id, standing.standing);
  }
  if (edge === undefined || edge === null)
    return { ok: true, value: { ...list, settings: null } };
  const settings = parseEdgeSettings(edgeKey, JSON.stringify(edge));
  return settings.ok
    ? { ok: true, value: { ...list, settings: settings.value } }
    : wrong(["edge"], settings.problem);
}

/** The same, as a file has it: what `parseDesiredList` reads back. What a record counts by itself is left out. */
export function formatDesiredList({
  sites,
  customers,
  settings,
}: DesiredList): object {
  return {
    ...(settings !== null && { edge: readJson(settingsText(settings)) }),
    sites: Object.fromEntries(
      [...sites].map(([host, site]) => [host, readJson(formatSite(site))]),
    ),
    customers: Object.fromEntries(
      [...customers].map(([id, standing]) => [id, standingRecord(standing)]),
    ),
  };
}

function standingRecord(standing: Standing): unknown {
  return standing.kind === "allow" ? "allow" : recordOf(standing);
}

/** A command that brings a list nearer to what it is to be, as `parseCommand` reads it. */
export interface Step {
  command: { kind: string } & Readonly<Record<string, unknown>>;
  /** The key that it is about. */
  key: string;
  /** What becomes different, in a few words. */
  what: string;
}

/** How a list is now; what cannot be read is absent. */
export interface PresentList extends DesiredList {
  settings: EdgeSettings;
}

/**
 * What has to be ordered for a list to become another. Who is to be dark goes dark first, before anything is added; what a
 * denial does not mention stays as the list says it, as with any command. Sites that are not desired go only where `removal` says
 * so; customers never do.
 */
export function stepsTo(
  desired: DesiredList,
  present: PresentList,
  { nowMs, removal }: { nowMs: number; removal: "none" | "sites" },
): Step[] {
  return [
    ...[...desired.customers].flatMap(([id, standing]) =>
      standingSteps(id, standing, present.customers.get(id), nowMs),
    ),
    ...[...desired.sites].flatMap(([host, site]) =>
      siteSteps(host, site, present.sites.get(host)),
    ),
    ...(removal === "none"
      ? []
      : [...present.sites.keys()]
          .filter((host) => !desired.sites.has(host))
          .map((host) => ({
            command: { kind: "remove", host },
            key: siteKey(host),
            what: "removed",
          }))),
    ...settingsSteps(desired.settings, present.settings),
  ];
}

function standingSteps(
  customer: string,
  desired: Standing,
  present: Standing | undefined,
  nowMs: number,
): Step[] {
  const key = standingKey(customer);
  // The list knows no such customer yet, and need not.
  const force = present === undefined;
  if (desired.kind === "allow")
    return present?.kind === "allow"
      ? []
      : [
          {
            command: { kind: "restore", customer, ...(force && { force }) },
            key,
            what: `${present?.kind ?? "new"} -> allow`,
          },
        ];
  const { verdict: _, ...members } = recordOf(desired);
  const before = present?.kind === "deny" ? recordOf(present) : {};
  // These a command replaces also where it does not mention them.
  const named = [...Object.keys(members), "endsAt", "scope"];
  const changed = differing(named, members, before);
  if (present?.kind === "deny" && changed.length === 0) return [];
  const { effectiveAt, ...others } = members;
  const kind = verbOf(desired, nowMs);
  return [
    {
      command: {
        kind,
        customer,
        ...others,
        // Since when it holds is kept, and would be refused as a moment that has passed.
        ...(effectiveAt !== undefined &&
          (force || changed.includes("effectiveAt")) && { effectiveAt }),
        ...(force && { force }),
      },
      key,
      what:
        present?.kind === "deny"
          ? `deny: ${changed.join(", ")}`
          : `${present?.kind ?? "new"} -> deny${desired.ground === null ? "" : `, ${desired.ground}`}`,
    },
  ];
}

type Members = Readonly<Record<string, unknown>>;

/** Those of the members that are not alike in both, each once. */
function differing(
  names: readonly string[],
  one: Members,
  other: Members,
): string[] {
  return [...new Set(names)].filter(
    (name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]),
  );
}

function recordOf(standing: Standing): Record<string, unknown> {
  return readJson(formatStanding({ ...standing, seq: null }));
}

function verbOf(
  { ground, effectiveAtMs, endsAtMs }: Extract<Standing, { kind: "deny" }>,
  nowMs: number,
): string {
  if (ground === "legal") return "withhold";
  if (effectiveAtMs !== null && effectiveAtMs > nowMs) return "notice";
  return endsAtMs === null ? "drop" : "suspend";
}

function siteSteps(host: string, desired: Site, present?: Site): Step[] {
  const key = siteKey(host);
  const site = readJson(formatSite(desired));
  if (present === undefined)
    return [
      {
        command: { kind: "add", host, site },
        key,
        what: `new site of ${desired.customer}`,
      },
    ];
  const before = readJson(formatSite(present));
  const names = [...Object.keys(before), ...Object.keys(site)];
  const changed = differing(names, site, before);
  return changed.length === 0
    ? []
    : [
        {
          command: {
            kind: "change",
            host,
            changes: Object.fromEntries(
              changed.map((name) => [name, site[name] ?? null]),
            ),
          },
          key,
          what: changed.join(", "),
        },
      ];
}

function settingsSteps(
  desired: EdgeSettings | null,
  { maintenance }: EdgeSettings,
): Step[] {
  if (desired === null) return [];
  const wanted = desired.maintenance;
  if (JSON.stringify(wanted) === JSON.stringify(maintenance)) return [];
  const record = readJson(
    settingsText({ ...defaultSettings, maintenance: wanted }),
  );
  return [
    {
      command: {
        kind: "maintenance",
        maintenance: record["maintenance"] ?? false,
      },
      key: edgeKey,
      what: wanted === null ? "maintenance ends" : "maintenance",
    },
  ];
}

/** What differs between settings and no command changes. */
export function settingsBeyondCommands(
  desired: EdgeSettings | null,
  present: EdgeSettings,
): string[] {
  if (desired === null) return [];
  return [
    ...(desired.defaultVerdict === present.defaultVerdict ? [] : ["default"]),
    ...(desired.failPolicy === present.failPolicy ? [] : ["failPolicy"]),
  ];
}

/** A record that was formatted here. */
function readJson(text: string): Record<string, unknown> {
  const record: Record<string, unknown> = JSON.parse(text);
  return record;
}

function wrong(path: readonly string[], problem: string): ParsedList {
  return { ok: false, path, problem };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function formatKind(value: unknown): string {
  return Array.isArray(value)
    ? "a list"
    : JSON.stringify(value ?? null).slice(0, 60);
}
