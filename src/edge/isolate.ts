import { LRUCache } from "lru-cache";
import type { PurgeFact } from "../cache/purge.ts";
import { parsePurge } from "../customer/purge.ts";
import { parseEdgeSettings, type EdgeSettings } from "../customer/settings.ts";
import { parseSite, type Site } from "../customer/site.ts";
import {
  parseStanding,
  formatFlaw,
  type Standing,
} from "../customer/standing.ts";
import type { EdgeConfig } from "./config.ts";
import type { ArrivalBudget } from "./arriving-body.ts";
import { BodyReaders } from "./body-readers.ts";
import type { ReplacedBody } from "./cache-index.ts";
import { CollapsedFetches } from "./collapsed-fetch.ts";
import { IsolateCache } from "./isolate-cache.ts";
import type { ListLanding } from "./lookup.ts";
import { RecordMemory, type Read } from "./record-memory.ts";
import type { Confirmed, Known as KnownReach } from "./hit-for-miss.ts";
import type { SharedResult } from "./shared-result.ts";
import type { SliceFetches } from "./slice-fetch.ts";

/** What lives as long as the isolate does and is shared by the requests in it. */
export interface Isolate {
  sites: RecordMemory<Site>;
  standings: RecordMemory<Standing>;
  purges: RecordMemory<readonly PurgeFact[]>;
  settings: RecordMemory<EdgeSettings>;
  /** Until then a list that just failed is asked only for what nothing is known of. */
  listRestsUntilMs: number;
  /** Reads of the list under way, by key. */
  listReads: Map<string, SharedResult<ListLanding>>;
  /** Why an origin's host may not be reached, null where it may: the answer never changes. */
  prohibited: Map<string, string | null>;
  cache: IsolateCache;
  /** What bodies on their way into the cache take of memory. */
  arrivals: ArrivalBudget;
  /** Origin fetches that others may wait for. */
  fetches: CollapsedFetches;
  /** Who reads bodies that the PoP cache holds. */
  bodyReaders: BodyReaders;
  /** Bodies to be deleted at the next change, by cache key: updates of an index at the same time overwrite one another's. */
  replacedBodies: LRUCache<string, readonly ReplacedBody[]>;
  /** Slices of stored bodies that are on their way. */
  sliceFetches: SliceFetches;
  /** What is known of resources whose answers are for one visitor each, by cache key. */
  hitForMiss: Map<string, KnownReach>;
  /** Errors that were the same for who sent all fields, by host. */
  confirmedErrors: Map<string, Confirmed>;
  /** When what is stored under a cache key was last made unusable by a write, by key. */
  invalidatedAtMs: Map<string, number>;
  /** Purges that responses themselves ordered (RFC 9875), by customer. */
  groupPurges: Map<string, readonly PurgeFact[]>;
  /** When a customer was last refused here, by customer. */
  refusedAtMs: Map<string, number>;
}

/** With the memory for stored responses this leaves most of an isolate's 128 MB to all else. */
const arrivalBytes = 32 * 2 ** 20;

/** Of how many keys an isolate remembers replaced bodies; the PoP cache has those of the others. */
const maxReplacedBodies = 1_000;

export function newIsolate(config: EdgeConfig): Isolate {
  return {
    sites: new RecordMemory(parseSite),
    standings: new RecordMemory(readStanding),
    purges: new RecordMemory<readonly PurgeFact[]>(parsePurge),
    settings: new RecordMemory(parseEdgeSettings),
    listRestsUntilMs: 0,
    listReads: new Map(),
    prohibited: new Map(),
    cache: new IsolateCache(config.responseMemoryBytes),
    arrivals: { bytes: 0, maxBytes: arrivalBytes },
    fetches: new CollapsedFetches(),
    bodyReaders: new BodyReaders(),
    replacedBodies: new LRUCache({ max: maxReplacedBodies }),
    sliceFetches: new Map(),
    hitForMiss: new Map(),
    confirmedErrors: new Map(),
    invalidatedAtMs: new Map(),
    groupPurges: new Map(),
    refusedAtMs: new Map(),
  };
}

/** A drop with a slip in what it says of itself still drops. */
function readStanding(key: string, text: string): Read<Standing> {
  const parsed = parseStanding(key, text);
  switch (parsed.kind) {
    case "whole":
      return { ok: true, value: parsed.standing };
    case "flawed":
      return {
        ok: true,
        value: parsed.standing,
        problem: formatFlaw(parsed),
      };
    case "malformed":
      return { ok: false, problem: parsed.problem };
  }
}
