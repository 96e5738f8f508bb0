import { edgeKey, purgeKey, siteKey, standingKey } from "../customer/keys.ts";
import { defaultSettings, type EdgeSettings } from "../customer/settings.ts";
import type { Site } from "../customer/site.ts";
import { judge, type Verdict, type Visit } from "../customer/verdict.ts";
import { hostCandidates } from "../http/host.ts";
import type { Edge } from "./edge.ts";
import type { Isolate } from "./isolate.ts";
import { refresh, type Wanted } from "./lookup.ts";
import type { Known } from "./record-memory.ts";

type Refusal = Extract<Verdict, { kind: "refuse" }>;
type Passage = Exclude<Verdict, { kind: "refuse" }>;

/** Whom the gate lets pass, and on what terms. */
export interface Passed {
  kind: "pass";
  site: Site;
  passage: Passage;
}

export type Gate =
  | Passed
  | { kind: "refused"; site: Site; refusal: Refusal }
  | {
      kind: "maintenance";
      maintenance: NonNullable<EdgeSettings["maintenance"]>;
    }
  | { kind: "unknown-host" }
  | { kind: "misconfigured"; key: string }
  /** The list cannot be read and nothing is remembered that would decide. */
  | { kind: "unavailable" };

/** Steps 2 and 3: whose site is this, and may it be served at this moment? */
export async function gate(visit: Visit, edge: Edge): Promise<Gate> {
  const { isolate, world } = edge;
  const keys = hostCandidates(visit.host).map(siteKey);
  const wanted: Wanted[] = keys.map((key) => ({
    memory: isolate.sites,
    key,
    absence: "forgotten",
  }));
  wanted.push({ memory: isolate.settings, key: edgeKey, absence: "kept" });
  await refresh(wanted, edge);

  const settings = isolate.settings.find(edgeKey);
  const known = settingsFrom(settings);
  const { maintenance } = known;
  if (maintenance !== null && world.nowMs() < (maintenance.untilMs ?? Infinity))
    return { kind: "maintenance", maintenance };
  const located = locate(keys, isolate);
  if (located.kind !== "site") return located;

  const { site } = located;
  const key = standingKey(site.customer);
  await refresh(
    [
      { memory: isolate.standings, key, absence: "kept" },
      {
        memory: isolate.purges,
        key: purgeKey(site.customer),
        absence: "forgotten",
      },
    ],
    edge,
  );
  const standing = isolate.standings.find(key);
  const undecided =
    standing === null || (standing.kind !== "record" && settings === null);
  if (undecided && known.failPolicy === "closed")
    return { kind: "unavailable" };
  const verdict = judge(
    standing?.kind === "record" ? standing.value : null,
    visit,
    undecided ? "allow" : known.defaultVerdict,
    world.nowMs(),
  );
  return verdict.kind === "refuse"
    ? { kind: "refused", site, refusal: verdict }
    : { kind: "pass", site, passage: verdict };
}

function settingsFrom(settings: Known<EdgeSettings> | null): EdgeSettings {
  return settings?.kind === "record" ? settings.value : defaultSettings;
}

type Located =
  | { kind: "site"; site: Site }
  | Extract<Gate, { kind: "unknown-host" | "misconfigured" | "unavailable" }>;

/** The exact name's record beats the wildcard's, even when it is malformed. */
function locate(keys: readonly string[], isolate: Isolate): Located {
  for (const key of keys) {
    const known = isolate.sites.find(key);
    if (known === null) return { kind: "unavailable" };
    switch (known.kind) {
      case "record":
        return { kind: "site", site: known.value };
      case "malformed":
        return { kind: "misconfigured", key };
      case "absent":
        break;
    }
  }
  return { kind: "unknown-host" };
}
