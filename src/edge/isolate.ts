import type { PurgeFact } from "../cache/purge.ts";
import { parsePurge } from "../customer/purge.ts";
import { parseEdgeSettings, type EdgeSettings } from "../customer/settings.ts";
import { parseSite, type Site } from "../customer/site.ts";
import {
  parseStanding,
  formatFlaw,
  type Standing,
} from "../customer/standing.ts";
import type { EdgeConfig } from "../config.ts";
import { BodyReaders } from "./body-readers.ts";
import { boundedMap, textBytes, type BoundedMap } from "./bounded-map.ts";
import { ByteBudget } from "./byte-budget.ts";
import { CollapsedFetches } from "./collapsed-fetch.ts";
import { FeedMemory } from "./feed-memory.ts";
import { Invalidations } from "./invalidations.ts";
import { IsolateCache } from "./isolate-cache.ts";
import { PinnedBodies } from "./pinned-bodies.ts";
import { memoryShares as shares } from "./memory-budget.ts";
import { NewHosts } from "./new-hosts.ts";
import { RecordMemory, recordShares, type Read } from "./record-memory.ts";
import { pageBytes, type RememberedPage } from "./page-memory.ts";
import { newSliceFetches, type SliceFetches } from "./slice-fetches.ts";
import type { ReplacedBody } from "./stored-body.ts";

/** Whom an answer of this resource is good for, as far as answers have told. */
export type Reach =
  /** Only who asked: it may not be stored, or is another one for who sends all fields. */
  | "uncacheable"
  /** Only who asked, when the request had a Cookie or Authorization. */
  | "uncacheable-with-credentials"
  /** It is stored, but has to be validated by everybody. */
  | "always-validated"
  /** Everybody, whatever their cookies: an answer to a request with some said so. */
  | "for-all";

/** What is known of a resource, and since when. */
interface KnownReach {
  reach: Reach;
  sinceMs: number;
}

/** Second askings that came to the same status, in a row, of a host's missing resources, and when the last one did. */
interface Confirmed {
  times: number;
  sinceMs: number;
}

/** What lives as long as the isolate does and is shared by the requests in it. */
export interface Isolate {
  sites: RecordMemory<Site>;
  standings: RecordMemory<Standing>;
  purges: RecordMemory<readonly PurgeFact[]>;
  settings: RecordMemory<EdgeSettings>;
  /** What the registry has decided lately. */
  feed: FeedMemory;
  /** How many more unknown hosts may be looked for in the list. */
  newHosts: NewHosts;
  /** Denials that somebody here was refused by. */
  startedDenials: WeakSet<Standing>;
  /** Why an origin's host may not be reached, null where it may: the answer never changes. */
  prohibited: BoundedMap<{ because: string | null }>;
  cache: IsolateCache;
  /** What bodies on their way into the cache take of memory. */
  arrivals: ByteBudget;
  /** What large requests that wait for their answer take of memory. */
  largeRequests: ByteBudget;
  /** Bodies that visitors read from memory. */
  pinned: PinnedBodies;
  /** Origin fetches that others may wait for. */
  fetches: CollapsedFetches;
  /** Who reads bodies that the PoP cache holds. */
  bodyReaders: BodyReaders;
  /** Bodies to be deleted at the next change, by cache key: updates of an index at the same time overwrite one another's. */
  replacedBodies: BoundedMap<readonly ReplacedBody[]>;
  /** Slices of stored bodies that are on their way. */
  sliceFetches: SliceFetches;
  /** What is known of resources whose answers are for one visitor each, by cache key. */
  hitForMiss: BoundedMap<KnownReach>;
  /** Errors that were the same for who sent all fields, by host. */
  confirmedErrors: BoundedMap<Confirmed>;
  invalidatedAtMs: Invalidations;
  /** Purges that responses themselves ordered (RFC 9875), by customer. */
  groupPurges: BoundedMap<readonly PurgeFact[]>;
  /** When a customer was last refused here, by customer. */
  refusedAtMs: BoundedMap<number>;
  /** Pages for refused visitors, by all that they depend on of a request. */
  pages: BoundedMap<RememberedPage>;
}

export function newIsolate(config: EdgeConfig): Isolate {
  const arrivals = new ByteBudget(shares.bodiesUnderWay);
  const pinned = new PinnedBodies(arrivals);
  return {
    sites: new RecordMemory(parseSite, recordShares.sites),
    standings: new RecordMemory(readStanding, recordShares.standings),
    purges: new RecordMemory<readonly PurgeFact[]>(
      parsePurge,
      recordShares.purges,
    ),
    settings: new RecordMemory(parseEdgeSettings, recordShares.settings),
    feed: new FeedMemory(shares.feed),
    newHosts: new NewHosts(config.newHostsPerSecond),
    startedDenials: new WeakSet(),
    prohibited: boundedMap(shares.prohibitedOrigins),
    cache: new IsolateCache(
      {
        stored: config.responseMemoryBytes,
        arriving: shares.arrivingResponses,
      },
      pinned,
    ),
    arrivals,
    largeRequests: new ByteBudget(shares.largeRequests),
    pinned,
    fetches: new CollapsedFetches(shares.collapsedFetches),
    bodyReaders: new BodyReaders(),
    replacedBodies: boundedMap(shares.replacedBodies, replacedBytes),
    sliceFetches: newSliceFetches(shares.sliceFetches),
    hitForMiss: boundedMap(shares.hitForMiss),
    confirmedErrors: boundedMap(shares.confirmedErrors),
    invalidatedAtMs: new Invalidations(shares.invalidations),
    groupPurges: boundedMap(shares.groupPurges, purgeBytes),
    refusedAtMs: boundedMap(shares.refusedCustomers),
    pages: boundedMap(shares.pages, pageBytes),
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

/** What the replaced bodies of one key take of memory, roughly. */
function replacedBytes(bodies: readonly ReplacedBody[]): number {
  return 128 * bodies.length;
}

/** What the facts of one customer take of memory. */
function purgeBytes(facts: readonly PurgeFact[]): number {
  return facts.reduce(
    (sum, { what }) => sum + factBytes + textBytesOf(what),
    0,
  );
}

/** The objects around one fact. */
const factBytes = 256;

function textBytesOf(what: PurgeFact["what"]): number {
  switch (what.kind) {
    case "all":
      return 0;
    case "host":
      return textBytes(what.host);
    case "prefix":
    case "url":
      return textBytes(what.host) + textBytes(what.target);
    case "group":
      return textBytes(what.host ?? "") + textBytes(what.group);
  }
}
