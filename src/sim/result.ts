/** What one request of a visitor came to, as the visitor would tell. */
export const outcomes = [
  "served",
  "cached",
  "stale",
  "refused",
  "error",
  "other-provider",
  "unreachable",
] as const;

export type VisitOutcome = (typeof outcomes)[number];

/** Did the visitor get the site's own content? */
export function isContent(outcome: VisitOutcome): boolean {
  return outcome === "served" || outcome === "cached" || outcome === "stale";
}

/** All that a run found out, the same for the same scenario and seed to the last byte. Instants are milliseconds since the epoch of the simulated clock. */
export interface Result {
  scenario: { name: string; title: string; description: string };
  runtime: "virtual" | "real";
  seed: number;
  /** The run was broken off; the figures hold until `endedAtMs`. */
  partial: boolean;
  startedAtMs: number;
  endedAtMs: number;
  pops: readonly {
    code: string;
    city: string;
    country: string;
    latitude: number;
    longitude: number;
    provider: string;
  }[];
  customers: readonly { id: string; hosts: readonly string[] }[];
  providers: readonly { id: string; name: string; supplier: string | null }[];
  /** Commands, faults and other turns of events, in the order of time. */
  events: readonly {
    atMs: number;
    kind: "command" | "fault" | "announcement" | "note";
    customer: string | null;
    text: string;
    /** An instant or figure that the scenario assumes without a source. */
    assumed: boolean;
  }[];
  bucketSeconds: number;
  /** Requests per bucket since `startedAtMs`; rows without any are left out. */
  series: readonly {
    pop: string;
    customer: string;
    outcome: VisitOutcome;
    counts: readonly number[];
  }[];
  /** Propagation of a decision: for each PoP the time from when it should hold to the last contrary answer given there, and to the first after it that obeyed. */
  propagations: readonly {
    customer: string;
    decidedAtMs: number;
    /** Everywhere refused, everywhere served again, or, for a purge, nowhere answered with what it is about. */
    towards: "dark" | "light" | "fresh";
    /** It held there after `seconds` at the earliest, and `upToSeconds` at the latest; null where nobody saw it hold. */
    pops: readonly {
      pop: string;
      seconds: number;
      upToSeconds: number | null;
    }[];
    p50Seconds: number;
    p95Seconds: number;
    p100Seconds: number;
    /** The same of `upToSeconds` over all PoPs; null where too few saw it hold. */
    upTo: {
      p50Seconds: number | null;
      p95Seconds: number | null;
      p100Seconds: number | null;
    };
    /** At how many of this edge's PoPs it was seen to hold, and how many there are. */
    seenAt: number;
    of: number;
    /** Requests of visitors, without those that look for the sake of the figures, whose answers contradicted it: served, refused, or outdated. */
    contradictions: number;
  }[];
  cache: readonly {
    pop: string;
    requests: number;
    hits: number;
    bytes: number;
    hitBytes: number;
  }[];
  origins: readonly {
    origin: string;
    customer: string;
    requests: number;
    failures: number;
    /** Requests that it refused because it had too much to do; failures, too. */
    overloads: number;
    /** Of the bodies that it sent. */
    bytes: number;
    /** Requests a second, in 95 and 99 of a hundred seconds or fewer, and in the busiest one. */
    p95PerSecond: number;
    p99PerSecond: number;
    peakPerSecond: number;
  }[];
  list: {
    reads: number;
    failedReads: number;
    writes: number;
    refusedWrites: number;
    /** Values read that no parser takes. */
    malformed: number;
  };
  /** What commands went through and edges asked; null where there is none. */
  registry: {
    /** Where its object lives. */
    place: string;
    /** Commands that it carried out, and entries of its ledger. */
    orders: number;
    entries: number;
    /** How often edges asked for its feed. */
    reads: number;
    failedReads: number;
    peakPerSecond: number;
    /** Keys that were found changed past it, and writes that had not come to the list at the end. */
    drifted: number;
    backlog: number;
  } | null;
  /** What this edge did that is billed, and what that comes to by the scenario's prices; null without any. */
  cost: {
    requests: number;
    bytes: number;
    listReads: number;
    listWrites: number;
    registryReads: number;
    originRequests: number;
    amount: { currency: string; total: number } | null;
  };
  latency: readonly {
    customer: string;
    p50Ms: number;
    p95Ms: number;
    p99Ms: number;
  }[];
  assertions: readonly {
    text: string;
    passed: boolean;
    /** The figure as found, for a person to read. */
    found: string;
  }[];
}
