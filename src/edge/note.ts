import type { CacheStatus } from "../cache/status.ts";
import type { ProxyError } from "../http/proxy-status.ts";
import type {
  CacheOutcome,
  EdgeEvent,
  Inbound,
  Outcome,
  Reply,
} from "../world.ts";
import type { Edge } from "./edge.ts";

type RequestEvent = Extract<EdgeEvent, { kind: "request" }>;

/** What became of a request, as far as its steps got. */
export interface Account {
  outcome: Outcome;
  host?: string;
  customer?: string;
  error?: ProxyError;
  details?: string;
  traceId?: string;
  degraded?: boolean;
  recordSeq?: number | null;
  /** Null where the answer has nothing to do with the cache or an origin. */
  handled?: CacheStatus | null;
}

/** One event a request. It holds no visitor's address, on any site. */
export function note(
  request: Inbound,
  reply: Reply,
  account: Account,
  startedAtMs: number,
  edge: Edge,
): void {
  const handled = account.handled ?? null;
  edge.world.observe({
    kind: "request",
    host: account.host ?? null,
    customer: account.customer ?? null,
    method: request.method,
    outcome: account.outcome,
    status: reply.status,
    error: account.error ?? null,
    details: account.details ?? null,
    degraded: account.degraded ?? false,
    cache: handled === null ? null : cacheOutcome(handled),
    origin: handled === null ? null : originOf(handled),
    recordSeq: account.recordSeq ?? null,
    pop: request.pop,
    traceId: account.traceId ?? null,
    tookMs: edge.world.nowMs() - startedAtMs,
  });
}

function cacheOutcome(handled: CacheStatus): CacheOutcome {
  const { ttlSeconds = null, detail = null } = handled;
  switch (handled.kind) {
    case "hit":
      return { fwd: null, stored: false, collapsed: false, ttlSeconds, detail };
    case "forward": {
      const { because: fwd, stored = false, collapsed = false } = handled;
      return { fwd, stored, collapsed, ttlSeconds, detail };
    }
  }
}

/** Who waited for another's request asked nobody. */
function originOf(handled: CacheStatus): RequestEvent["origin"] {
  return handled.kind === "hit" || handled.collapsed === true
    ? null
    : { status: handled.status ?? null, tookMs: handled.originMs ?? null };
}
