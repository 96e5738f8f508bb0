import type { PurgeFact } from "../cache/purge.ts";
import { siteState, type SiteState } from "../customer/decide.ts";
import { edgeKey, purgeKey, siteKey, standingKey } from "../customer/keys.ts";
import type { EdgeSettings } from "../customer/settings.ts";
import type { Standing } from "../customer/standing.ts";
import { hostCandidates } from "../http/host.ts";
import type { EdgeConfig } from "../config.ts";
import type { Edge } from "./edge.ts";
import { look, valueOf, type Found } from "./lookup.ts";
import type { Trust } from "./trust.ts";

// Reads of KV are billed by key, so each kind of record is trusted for as long as its changes can wait.

/** Decides who is served: behind a request at first, before it when twice as old. */
function trustBriefly({ recordMemoryMs }: EdgeConfig): Trust {
  return {
    renewedAfterMs: recordMemoryMs,
    renewedAfterUses: 0,
    endsAfterMs: 2 * recordMemoryMs,
  };
}

/** One in so many requests, at most, has a record read that is trusted for long. */
const usesPerRead = 20;

/**
 * Changes seldom. Much used, it is read again at a twentieth of the time, which by default is as long as KV itself goes on with
 * what a PoP has read; otherwise every twentieth request pays for a read.
 */
function trustLong({ siteMemoryMs }: EdgeConfig): Trust {
  return {
    renewedAfterMs: siteMemoryMs / usesPerRead,
    renewedAfterUses: usesPerRead,
    endsAfterMs: siteMemoryMs,
  };
}

/** What may begin to exist at any moment, because a customer moves in. */
function trustUntilUsed(config: EdgeConfig): Trust {
  return { ...trustLong(config), renewedAfterUses: 0 };
}

const always = () => true;

export function lookStanding(
  customer: string,
  edge: Edge,
): Promise<Found<Standing>> {
  return look(
    {
      memory: edge.isolate.standings,
      key: standingKey(customer),
      trustOf: () => trustBriefly(edge.config),
      popCopy: "last-resort",
      absence: "kept",
      mayRead: always,
    },
    edge,
  );
}

export function lookSettings(edge: Edge): Promise<Found<EdgeSettings>> {
  return look(
    {
      memory: edge.isolate.settings,
      key: edgeKey,
      trustOf: () => trustLong(edge.config),
      popCopy: "trusted",
      absence: "kept",
      mayRead: always,
    },
    edge,
  );
}

/** Whoever purges waits for it like for a drop; where nothing ever was purged, hardly anything is read. */
export async function lookPurges(
  customer: string,
  edge: Edge,
): Promise<readonly PurgeFact[]> {
  const found = await look(
    {
      memory: edge.isolate.purges,
      key: purgeKey(customer),
      trustOf: ({ kind }) =>
        kind === "absent" ? trustLong(edge.config) : trustBriefly(edge.config),
      popCopy: "trusted",
      absence: "kept",
      mayRead: always,
    },
    edge,
  );
  return valueOf(found) ?? [];
}

export interface Located {
  site: SiteState;
  /** Known from before the list became unreadable. */
  degraded: boolean;
}

/** Whose site a host is: by its own record, even when that is malformed, and only without one by the wildcard's. */
export async function locate(host: string, edge: Edge): Promise<Located> {
  const [exact = "", wildcard] = hostCandidates(host).map(siteKey);
  const parent = wildcard ?? "";
  const own = await lookSite({ key: exact, parent }, edge);
  if (own.site.kind !== "unknown-host" || wildcard === undefined) return own;
  const wild = await lookSite({ key: wildcard, parent }, edge);
  return { ...wild, degraded: wild.degraded || own.degraded };
}

async function lookSite(
  { key, parent }: { key: string; parent: string },
  edge: Edge,
): Promise<Located> {
  const { isolate, world, config } = edge;
  const isBelowSite = () =>
    key !== parent && isolate.sites.peek(parent)?.kind === "record";
  const found = await look(
    {
      memory: isolate.sites,
      key,
      trustOf: ({ kind }) =>
        kind === "absent" && !isBelowSite()
          ? trustUntilUsed(config)
          : trustLong(config),
      popCopy: "trusted",
      absence: isBelowSite() ? "kept" : "forgotten",
      mayRead: (known) =>
        (known !== null && known.kind !== "absent") ||
        isolate.newHosts.take(parent, world.nowMs()),
    },
    edge,
  );
  return found.kind === "known"
    ? { site: siteState(key, found.known), degraded: found.degraded }
    : { site: found, degraded: false };
}
