import type { ProxyError } from "../http/proxy-status.ts";
import type { Inbound, Outcome, Reply } from "../world.ts";
import type { Edge } from "./edge.ts";
import { isDegraded } from "./lookup.ts";

/** What became of a request, as far as its steps got. */
export interface Account {
  outcome: Outcome;
  host?: string;
  customer?: string;
  error?: ProxyError;
  details?: string;
}

/** Step 9: one event a request. It holds no visitor's address, on any site. */
export function note(
  request: Inbound,
  reply: Reply,
  account: Account,
  startedAtMs: number,
  edge: Edge,
): void {
  edge.world.observe({
    kind: "request",
    host: account.host ?? null,
    customer: account.customer ?? null,
    method: request.method,
    outcome: account.outcome,
    status: reply.status,
    error: account.error ?? null,
    details: account.details ?? null,
    degraded: isDegraded(edge),
    tookMs: edge.world.nowMs() - startedAtMs,
  });
}
