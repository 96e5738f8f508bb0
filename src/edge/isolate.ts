import { parseEdgeSettings, type EdgeSettings } from "../customer/settings.ts";
import { parseSite, type Site } from "../customer/site.ts";
import { parseStanding, type Standing } from "../customer/standing.ts";
import { RecordMemory } from "./record-memory.ts";

/** What lives as long as the isolate does and is shared by the requests in it. */
export interface Isolate {
  sites: RecordMemory<Site>;
  standings: RecordMemory<Standing>;
  settings: RecordMemory<EdgeSettings>;
  /** Until then a list that just failed is asked only for what nothing is known of. */
  listRestsUntilMs: number;
}

export function newIsolate(): Isolate {
  return {
    sites: new RecordMemory(parseSite),
    standings: new RecordMemory(parseStanding),
    settings: new RecordMemory(parseEdgeSettings),
    listRestsUntilMs: 0,
  };
}
