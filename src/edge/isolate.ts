import type { PurgeFact } from "../cache/purge.ts";
import { parsePurge } from "../customer/purge.ts";
import { parseEdgeSettings, type EdgeSettings } from "../customer/settings.ts";
import { parseSite, type Site } from "../customer/site.ts";
import {
  parseStanding,
  shownFlaw,
  type Standing,
} from "../customer/standing.ts";
import type { EdgeConfig } from "./config.ts";
import type { Flight } from "./flight.ts";
import type { ListLanding } from "./lookup.ts";
import type { OriginFlight } from "./origin-flight.ts";
import { RecordMemory, type Read } from "./record-memory.ts";
import { ResponseMemory } from "./response-memory.ts";

/** What lives as long as the isolate does and is shared by the requests in it. */
export interface Isolate {
  sites: RecordMemory<Site>;
  standings: RecordMemory<Standing>;
  purges: RecordMemory<readonly PurgeFact[]>;
  settings: RecordMemory<EdgeSettings>;
  /** Until then a list that just failed is asked only for what nothing is known of. */
  listRestsUntilMs: number;
  /** Reads of the list under way, by key. */
  listReads: Map<string, Flight<ListLanding>>;
  /** Why an origin's host may not be reached, null where it may: the answer never changes. */
  prohibited: Map<string, string | null>;
  responses: ResponseMemory;
  /** Exchanges under way, by what they are about. */
  flights: Map<string, OriginFlight>;
  /** Until when the answers of a cache key are taken to be for one visitor each, by key. */
  unshareableUntilMs: Map<string, number>;
  /** Purges that responses themselves ordered (RFC 9875), by customer. */
  groupPurges: Map<string, readonly PurgeFact[]>;
  /** When a customer was last refused here, by customer. */
  refusedAtMs: Map<string, number>;
}

export function newIsolate(config: EdgeConfig): Isolate {
  return {
    sites: new RecordMemory(parseSite),
    standings: new RecordMemory(readStanding),
    purges: new RecordMemory<readonly PurgeFact[]>(parsePurge),
    settings: new RecordMemory(parseEdgeSettings),
    listRestsUntilMs: 0,
    listReads: new Map(),
    prohibited: new Map(),
    responses: new ResponseMemory(config.responseMemoryBytes),
    flights: new Map(),
    unshareableUntilMs: new Map(),
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
        problem: shownFlaw(parsed),
      };
    case "malformed":
      return { ok: false, problem: parsed.problem };
  }
}
