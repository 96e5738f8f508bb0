import type { CacheStatus } from "../cache/status.ts";
import type { ProxyError } from "../http/proxy-status.ts";
import { continuedTrace } from "../http/trace.ts";
import type {
  CacheOutcome,
  EdgeEvent,
  Inbound,
  RequestOutcome,
  Reply,
} from "../ports.ts";
import type { Edge } from "./edge.ts";

type RequestEvent = Extract<EdgeEvent, { kind: "request" }>;

/** What the log says of a request, as far as its steps got. */
export interface RequestLog {
  outcome: RequestOutcome;
  host?: string;
  customer?: string;
  error?: ProxyError;
  details?: string;
  traceId?: string;
  degraded?: boolean;
  recordSeq?: number | null;
  /** Null where the reply has nothing to do with the cache or an origin. */
  cacheStatus?: CacheStatus | null;
}

/** A reply, and what the log says of it. */
export interface LoggedReply {
  reply: Reply;
  log: RequestLog;
}

/** Writes one event a request. It holds no visitor's address, on any site. */
export function logRequest(
  request: Inbound,
  { reply, log }: LoggedReply,
  { edge, startedAtMs }: { edge: Edge; startedAtMs: number },
): void {
  const cacheStatus = log.cacheStatus ?? null;
  edge.world.observe({
    kind: "request",
    host: log.host ?? null,
    customer: log.customer ?? null,
    method: request.method,
    outcome: log.outcome,
    status: reply.status,
    error: log.error ?? null,
    details: log.details ?? null,
    degraded: log.degraded ?? false,
    cache: cacheStatus === null ? null : cacheOutcome(cacheStatus),
    origin: cacheStatus === null ? null : originTiming(cacheStatus),
    recordSeq: log.recordSeq ?? null,
    pop: request.pop,
    traceId: log.traceId ?? continuedTrace(request.fields)?.trace ?? null,
    tookMs: edge.world.nowMs() - startedAtMs,
  });
}

function cacheOutcome(status: CacheStatus): CacheOutcome {
  const { ttlSeconds = null, detail = null } = status;
  switch (status.kind) {
    case "hit":
      return { fwd: null, stored: false, collapsed: false, ttlSeconds, detail };
    case "forward": {
      const { because: fwd, stored = false, collapsed = false } = status;
      return { fwd, stored, collapsed, ttlSeconds, detail };
    }
  }
}

/** A request that waited for another's sent none of its own. */
function originTiming(status: CacheStatus): RequestEvent["origin"] {
  return status.kind === "hit" || status.collapsed === true
    ? null
    : { status: status.status ?? null, tookMs: status.originMs ?? null };
}
