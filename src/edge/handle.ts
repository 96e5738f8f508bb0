import type { Visit } from "../customer/verdict.ts";
import { httpDate } from "../http/date.ts";
import type { FieldLine } from "../http/fields.ts";
import { maxForwards } from "../http/forwarding.ts";
import { handshakeProblem } from "../http/handshake.ts";
import { statusOfError, type ProxyError } from "../http/proxy-status.ts";
import type { Inbound, Reply } from "../world.ts";
import { admit, allowedMethods } from "./admit.ts";
import { answer } from "./answer.ts";
import { forwardChallenge } from "./challenge.ts";
import { buildContext } from "./context.ts";
import type { Edge } from "./edge.ts";
import { upgradeOf } from "./forward.ts";
import { gate, type Gate, type Passed } from "./gate.ts";
import { note, type Account } from "./note.ts";
import { pastCache } from "./past-cache.ts";
import { discardBody } from "./received.ts";
import { throughCache } from "./through-cache.ts";

/** How long a visitor is asked to wait when the list cannot be read. */
const unavailableRetrySeconds = 30;

/** The life of one request: admit, locate, gate, reuse or send, respond, observe. */
export async function handle(request: Inbound, edge: Edge): Promise<Reply> {
  const startedAtMs = edge.world.nowMs();
  const { reply, account } = await respond(request, edge);
  note(request, reply, account, startedAtMs, edge);
  return reply;
}

interface Outcome {
  reply: Reply;
  account: Account;
}

async function respond(request: Inbound, edge: Edge): Promise<Outcome> {
  const admission = admit(request, edge.config.name);
  switch (admission.kind) {
    case "malformed":
      return {
        reply: answer(admission, request, edge),
        account: { outcome: "malformed", details: admission.problem },
      };
    case "loop":
      return unreachable(request, edge, {
        host: admission.host,
        error: "proxy_loop_detected",
      });
    case "admitted":
      break;
  }

  const { host, target } = admission;
  const { method, country } = request;
  const visit: Visit = {
    method,
    host,
    country,
    target,
    upgrade: upgradeOf(request),
    content: request.body === null ? "none" : "some",
  };
  const gated = await gate(visit, edge);
  if (gated.kind !== "pass") return turnedAway(gated, host, request, edge);

  const { customer } = gated.site;
  const hops = maxForwards(method, request.fields, target);
  if (hops.kind === "final")
    return {
      reply: finalRecipient(edge),
      account: { outcome: "served", host, customer },
    };
  const handshake =
    upgradeOf(request) === "websocket"
      ? handshakeProblem(request.fields)
      : null;
  if (handshake !== null)
    return {
      reply: answer({ kind: "malformed", ...handshake }, request, edge),
      account: {
        outcome: "malformed",
        host,
        customer,
        details: handshake.problem,
      },
    };
  const context = buildContext(
    request,
    admission,
    gated,
    hops.value,
    visit,
    edge,
  );
  if (!context.ok)
    return {
      reply: answer(
        { kind: "malformed", status: 400, problem: context.problem },
        request,
        edge,
      ),
      account: {
        outcome: "malformed",
        host,
        customer,
        details: context.problem,
      },
    };
  if (gated.passage.kind === "offboard") {
    const challenge = await forwardChallenge(context.value, edge);
    if (challenge.kind === "reply")
      return {
        reply: challenge.reply,
        account: { outcome: "offboarding", host, customer },
      };
    const refusal = gated.passage.otherwise;
    return turnedAway(
      { kind: "refused", site: gated.site, refusal },
      host,
      request,
      edge,
      challenge.because,
    );
  }
  const askedAtMs = edge.world.nowMs();
  const answered = usesCache(request)
    ? await throughCache(context.value, edge)
    : await pastCache(context.value, edge);
  const waitedMs = edge.world.nowMs() - askedAtMs;
  if (waitedMs >= context.value.watch.firstInMs) {
    // An origin may take longer than a drop.
    const since = await gate(visit, edge);
    if (since.kind === "refused" || since.kind === "maintenance") {
      if (answered.kind === "reply") abandon(answered.reply);
      return turnedAway(since, host, request, edge);
    }
  }
  switch (answered.kind) {
    case "failed":
      return unreachable(request, edge, { ...answered, host, customer });
    case "error-status":
      return {
        reply: answer(
          {
            kind: "unreachable",
            host,
            status: answered.status,
            error: "proxy_internal_response",
          },
          request,
          edge,
        ),
        account: {
          outcome: "unreachable",
          host,
          customer,
          error: "proxy_internal_response",
          details: `the origin answered another visitor with ${answered.status}`,
        },
      };
    case "gateway-timeout":
      return {
        reply: answer(
          {
            kind: "unreachable",
            host,
            status: 504,
            error: "proxy_internal_response",
          },
          request,
          edge,
        ),
        account: { outcome: "served", host, customer },
      };
    case "reply":
      return {
        reply: withNotice(answered.reply, gated.passage),
        account: { outcome: outcomeOf(gated.passage), host, customer },
      };
  }
}

/** Nobody gets this reply. */
function abandon({ body }: Reply): void {
  if (body.kind === "stream") discardBody(body.stream);
  if (body.kind === "channel") body.channel.discard();
}

/** What may be stored is not for upgrades and bodies in requests. */
function usesCache(request: Inbound): boolean {
  const { method, body } = request;
  return (
    (method === "GET" || method === "HEAD") &&
    body === null &&
    upgradeOf(request) === "none"
  );
}

function outcomeOf({ kind }: Passed["passage"]): Account["outcome"] {
  switch (kind) {
    case "serve":
      return "served";
    case "notice":
      return "noticed";
    case "offboard":
      return "offboarding";
  }
}

/** What the gate does not let pass, each with its page. */
function turnedAway(
  gated: Exclude<Gate, { kind: "pass" }>,
  host: string,
  request: Inbound,
  edge: Edge,
  details?: string,
): Outcome {
  switch (gated.kind) {
    case "maintenance":
      return {
        reply: answer(
          { ...gated.maintenance, kind: "maintenance" },
          request,
          edge,
        ),
        account: { outcome: "maintenance", host },
      };
    case "unknown-host":
      return {
        reply: answer({ kind: "unknown-host", host }, request, edge),
        account: { outcome: "unknown-host", host },
      };
    case "misconfigured":
      return unreachable(request, edge, {
        host,
        error: "proxy_configuration_error",
        details: `${gated.key} holds no record that parses`,
      });
    case "unavailable":
      return {
        reply: answer(
          {
            kind: "unavailable",
            host,
            retryAfterSeconds: unavailableRetrySeconds,
          },
          request,
          edge,
        ),
        account: { outcome: "unavailable", host },
      };
    case "refused":
      edge.isolate.refusedAtMs.set(gated.site.customer, edge.world.nowMs());
      return {
        reply: answer(
          { ...gated.refusal, kind: "dropped", host },
          request,
          edge,
        ),
        account: {
          outcome: "refused",
          host,
          customer: gated.site.customer,
          ...(details !== undefined && { details }),
        },
      };
  }
}

function unreachable(
  request: Inbound,
  edge: Edge,
  failure: {
    host: string;
    error: ProxyError;
    customer?: string;
    details?: string;
  },
): Outcome {
  const { host, error } = failure;
  const status = statusOfError(error);
  return {
    reply: answer({ kind: "unreachable", host, status, error }, request, edge),
    account: { outcome: "unreachable", ...failure },
  };
}

/** RFC 9110 §7.6.2: with no hops left, OPTIONS is ours to answer. */
function finalRecipient({ world }: Edge): Reply {
  return {
    status: 204,
    fields: [
      ["Allow", allowedMethods],
      ["Date", httpDate(world.nowMs())],
    ],
    body: { kind: "none" },
  };
}

/** RFC 8594: the moment from which the site is no longer served, and where that is announced. */
function withNotice(reply: Reply, passage: Passed["passage"]): Reply {
  if (passage.kind !== "notice") return reply;
  const { denial, sunsetAtMs } = passage;
  const fields: FieldLine[] = [
    ...reply.fields,
    ["Sunset", httpDate(sunsetAtMs)],
  ];
  if (denial.noticeUrl !== null)
    fields.push(["Link", `<${denial.noticeUrl}>; rel="sunset"`]);
  return { ...reply, fields };
}
