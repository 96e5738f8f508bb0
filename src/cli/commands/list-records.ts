import { edgeKey, isCustomerId, standingKey } from "../../customer/keys.ts";
import {
  parseEdgeSettings,
  defaultSettings,
  type EdgeSettings,
} from "../../customer/settings.ts";
import type { Command } from "../../customer/command.ts";
import { parseSite, type Site } from "../../customer/site.ts";
import { denialOf, stateOf, type State } from "../../customer/state.ts";
import type { Records } from "../../customer/apply-result.ts";
import type { Parsed } from "../../parse/parsed.ts";
import type { Store } from "../store.ts";

const idAt = "customer:".length;

/** The whole list as it stands at one moment. */
export interface Listed {
  records: Records;
  /** By id, in order; those that only a site names are absent. */
  customers: ReadonlyMap<string, { state: State; hosts: readonly string[] }>;
  sites: ReadonlyMap<string, Parsed<Site>>;
  settings: Parsed<EdgeSettings>;
}

export async function readList(
  store: Store,
  nowMs: number,
): Promise<Parsed<Listed>> {
  const keys = await store.keys("");
  if (!keys.ok) return keys;
  const records = await store.read(keys.value);
  if (!records.ok) return records;
  return { ok: true, value: assessList(records.value, nowMs) };
}

/** When denials that name no moment began, by customer: a registry knows when they were entered, or found. */
export async function readSince(
  { customers }: Pick<Listed, "customers">,
  { ledger }: Store,
): Promise<Parsed<ReadonlyMap<string, number>>> {
  if (ledger === null) return { ok: true, value: new Map() };
  const ids = [...customers].flatMap(([id, { state }]) =>
    denialOf(state)?.effectiveAtMs === null ? [id] : [],
  );
  const found = await ledger.sinceOf(ids.map(standingKey));
  if (!found.ok) return found;
  const since = ids.flatMap((id) => {
    const ms = found.value.get(standingKey(id));
    return ms === undefined ? [] : [[id, ms] as const];
  });
  return { ok: true, value: new Map(since) };
}

/** A list with more sites is not read to the end for one command. */
const maxSitesRead = 1000;

/** The sites that a command denies or restores, in order; null where they are not looked for. */
export async function sitesOf(
  command: Command,
  store: Store,
): Promise<Parsed<readonly string[] | null>> {
  if (command.kind !== "deny" && command.kind !== "restore")
    return { ok: true, value: null };
  const keys = await store.keys("host:");
  if (!keys.ok) return keys;
  if (keys.value.length > maxSitesRead) return { ok: true, value: null };
  const records = await store.read(keys.value);
  if (!records.ok) return records;
  const hosts = [...records.value].flatMap(([key, text]) => {
    const site = text === null ? null : parseSite(key, text);
    return site?.ok && site.value.customer === command.customer
      ? [key.slice("host:".length)]
      : [];
  });
  return { ok: true, value: hosts.toSorted() };
}

function assessList(records: Records, nowMs: number): Listed {
  const sites = new Map(
    [...records].flatMap(([key, text]) =>
      key.startsWith("host:") && text !== null
        ? [[key.slice("host:".length), parseSite(key, text)] as const]
        : [],
    ),
  );
  const entries = new Map(
    [...records].flatMap(([key, text]) =>
      key.startsWith("customer:") && isCustomerId(key.slice(idAt))
        ? [[key.slice(idAt), text] as const]
        : [],
    ),
  );
  const hostsOf = Map.groupBy(
    [...sites].flatMap(([host, site]) =>
      site.ok ? [{ host, customer: site.value.customer }] : [],
    ),
    ({ customer }) => customer,
  );
  const ids = [...new Set([...entries.keys(), ...hostsOf.keys()])].toSorted(
    (one, other) => one.localeCompare(other),
  );
  const customers = new Map(
    ids.map((id) => [
      id,
      {
        state: stateOf(id, entries.get(id) ?? null, nowMs),
        hosts: (hostsOf.get(id) ?? []).map(({ host }) => host),
      },
    ]),
  );
  const text = records.get(edgeKey) ?? null;
  return {
    records,
    customers,
    sites,
    settings:
      text === null
        ? { ok: true, value: defaultSettings }
        : parseEdgeSettings(edgeKey, text),
  };
}
