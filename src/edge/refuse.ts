import type { Decision } from "../customer/decide.ts";
import { statusOfError, type ProxyError } from "../http/proxy-status.ts";
import type { PageReason } from "../page/reason.ts";
import type { Inbound } from "../ports.ts";
import type { RequestContext } from "./context.ts";
import type { Edge } from "./edge.ts";
import type { LoggedReply, RequestLog } from "./log.ts";
import { renderOwnReply, traceIdOf } from "./own-reply.ts";

/** Who gets a page of ours, and what the log knows of the request by then. */
export interface Recipient {
  request: Inbound;
  edge: Edge;
  known: Pick<RequestLog, "host" | "customer" | "traceId" | "details">;
}

/** The visitor of a request whose site is known. */
export function recipientOf(
  { asReceived, admitted, site, traceIds, edge }: RequestContext,
  details?: string,
): Recipient {
  return {
    request: asReceived,
    edge,
    known: {
      host: admitted.host,
      customer: site.customer,
      traceId: traceIds.trace,
      ...(details !== undefined && { details }),
    },
  };
}

/** How long a visitor is asked to wait when the list cannot be read. */
const unavailableRetrySeconds = 30;

const whyUnavailable = {
  unreadable: "the list cannot be read, and nothing is remembered",
  withheld: "too many unknown hosts are being asked for",
};

/** The page for a decision that lets nobody pass. */
export function refuse(
  decision: Exclude<Decision, { kind: "pass" }>,
  recipient: Recipient,
): LoggedReply {
  const { host = "" } = recipient.known;
  switch (decision.kind) {
    case "maintenance":
      return page({ ...decision.maintenance, kind: "maintenance" }, recipient, {
        outcome: "maintenance",
      });
    case "unknown-host":
      return page({ kind: "unknown-host", host }, recipient, {
        outcome: "unknown-host",
      });
    case "misconfigured":
      return unreachable(recipient, {
        error: "proxy_configuration_error",
        details: `${decision.key} holds no record that parses`,
      });
    case "unavailable":
      return page(
        {
          kind: "unavailable",
          host,
          retryAfterSeconds: unavailableRetrySeconds,
        },
        recipient,
        { outcome: "unavailable", details: whyUnavailable[decision.because] },
      );
    case "refused": {
      const { isolate, world } = recipient.edge;
      const { customer } = decision.site;
      isolate.refusedAtMs.set(customer, world.nowMs());
      return page({ ...decision.refusal, kind: "dropped", host }, recipient, {
        outcome: "refused",
        customer,
      });
    }
  }
}

/** A request that the edge cannot act on. */
export function malformed(
  recipient: Recipient,
  refusal: Pick<
    Extract<PageReason, { kind: "malformed" }>,
    "status" | "problem"
  >,
): LoggedReply {
  const { status } = refusal;
  const problem = clipped(refusal.problem);
  return page({ kind: "malformed", status, problem }, recipient, {
    outcome: "malformed",
    details: problem,
  });
}

/** In characters. A request may hold kilobytes of what is wrong with it, which nobody reads, in a page or in the log. */
const maxProblem = 400;

function clipped(problem: string): string {
  return problem.length > maxProblem
    ? `${problem.slice(0, maxProblem)}…`
    : problem;
}

/** The visitor's fault, and told to the visitor if the connection still takes an answer. */
export function brokenUpload(
  recipient: Recipient,
  details: string,
): LoggedReply {
  const problem = "the content of the request is incomplete or malformed";
  return page({ kind: "malformed", status: 400, problem }, recipient, {
    outcome: "upload-broken",
    error: "http_request_error",
    details,
  });
}

/** `status`: the one that the error recommends (RFC 9209 §2.3), unless the origin gave another. */
export function unreachable(
  recipient: Recipient,
  {
    error,
    status = statusOfError(error),
    details,
  }: { error: ProxyError; status?: number; details?: string },
): LoggedReply {
  const { host = "" } = recipient.known;
  return page({ kind: "unreachable", host, status, error }, recipient, {
    outcome: "unreachable",
    error,
    ...(details !== undefined && { details }),
  });
}

/** RFC 9111 §5.2.1.7: only-if-cached, and nothing stored to answer with. */
export function notCached(recipient: Recipient): LoggedReply {
  const { host = "" } = recipient.known;
  const error = "proxy_internal_response";
  return page({ kind: "unreachable", host, status: 504, error }, recipient, {
    outcome: "not-cached",
  });
}

function page(
  reason: PageReason,
  { request, edge, known }: Recipient,
  log: RequestLog,
): LoggedReply {
  const traceId = known.traceId ?? traceIdOf(request, edge);
  return {
    reply: renderOwnReply(reason, { request, traceId }, edge),
    log: { ...log, ...known, traceId },
  };
}
