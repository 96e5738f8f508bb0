import { defaultCacheSettings, type CacheSettings } from "../cache/settings.ts";
import { formatOriginHost } from "./origin-host.ts";
import { defaultBodyTimeouts, type Site } from "./site.ts";
import type { Denial, Standing } from "./standing.ts";

/** The record's text, which `parseStanding` reads back. What is not stated is not written. */
export function formatStanding(standing: Standing): string {
  return written(
    standing.kind === "allow"
      ? {
          verdict: "allow",
          effectiveAt: instant(standing.effectiveAtMs),
          seq: standing.seq,
        }
      : denialRecord(standing),
  );
}

function denialRecord(denial: Denial) {
  const { scope } = denial;
  const isScoped = scope.hosts !== null || scope.countries !== null;
  return {
    verdict: "deny",
    ground: denial.ground,
    effectiveAt: instant(denial.effectiveAtMs),
    endsAt: instant(denial.endsAtMs),
    scope: isScoped ? scope : null,
    reason: denial.reason,
    statement: unlessEmpty(denial.statement),
    reference: denial.reference,
    noticeUrl: denial.noticeUrl,
    appealUrl: denial.appealUrl,
    authority: denial.authority,
    offboardUntil: instant(denial.offboardUntilMs),
    clearSiteData: denial.clearSiteData,
    seq: denial.seq,
  };
}

/** The record's text, which `parseSite` reads back. */
export function formatSite({
  customer,
  origins,
  originHost,
  timeoutSeconds,
  betweenBytesTimeoutSeconds,
  lastByteTimeoutSeconds,
  originFields,
  cache,
}: Site): string {
  return written({
    customer,
    origins,
    originHost: formatOriginHost(originHost),
    timeoutSeconds,
    ...unlessDefault(
      { betweenBytesTimeoutSeconds, lastByteTimeoutSeconds },
      defaultBodyTimeouts,
    ),
    originFields: unlessEmpty(Object.fromEntries(originFields)),
    cache: unlessEmpty(cacheRecord(cache)),
  });
}

/** The member `cache` of a site record: the settings that are not as usual. */
export function cacheRecord(cache: CacheSettings) {
  return unlessDefault(cacheMembers(cache), cacheMembers(defaultCacheSettings));
}

/** The members whose values are not those that an absent member means. */
function unlessDefault<Members extends object>(
  set: Members,
  defaults: Members,
) {
  const meant = new Map(Object.entries(defaults));
  return Object.fromEntries(
    Object.entries(set).filter(
      ([name, value]) =>
        JSON.stringify(value) !== JSON.stringify(meant.get(name)),
    ),
  );
}

function cacheMembers({ mode, ...settings }: CacheSettings) {
  const word =
    mode.kind === "force" ? { forceSeconds: mode.ttlSeconds } : mode.kind;
  return { mode: word, ...settings };
}

function unlessEmpty<T extends object>(map: T): T | null {
  return Object.keys(map).length > 0 ? map : null;
}

function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function written(record: object): string {
  return JSON.stringify(record, (_, value: unknown) => value ?? undefined);
}
