import type { Visit } from "../customer/verdict.ts";
import { httpDate } from "../http/date.ts";
import type { FieldLine } from "../http/fields.ts";
import { maxForwards } from "../http/forwarding.ts";
import { statusOfError, type ProxyError } from "../http/proxy-status.ts";
import type { Inbound, Reply, RequestBody } from "../world.ts";
import { admit, allowedMethods } from "./admit.ts";
import { answer } from "./answer.ts";
import { aroundCache } from "./around-cache.ts";
import { askedFrom } from "./asked.ts";
import { contentOf, type Content } from "./content.ts";
import type { Edge } from "./edge.ts";
import { upgradeOf } from "./forward.ts";
import { gate, type Gate, type Passed } from "./gate.ts";
import { note, type Account } from "./note.ts";
import { discardBody } from "./received.ts";
import { throughCache, type Answered } from "./through-cache.ts";

/** How long a visitor is asked to wait when the list cannot be read. */
const unavailableRetrySeconds = 30;

/** The life of one request: admit, locate, gate, reuse or send, respond, observe. */
export async function handle(request: Inbound, edge: Edge): Promise<Reply> {
  const handled = respondAndNote(request, edge);
  // A visitor who resets the connection ends the request; what became of the upload is logged nevertheless.
  if (request.body !== null) edge.world.later(handled);
  return handled;
}

async function respondAndNote(request: Inbound, edge: Edge): Promise<Reply> {
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
  const visit: Visit = { method, host, country, target };
  const gated = await gate(visit, edge);
  if (gated.kind !== "pass") return turnedAway(gated, host, request, edge);

  const { customer } = gated.site;
  const hops = maxForwards(method, request.fields);
  if (hops.kind === "final")
    return {
      reply: finalRecipient(edge),
      account: { outcome: "served", host, customer },
    };
  const asked = askedFrom(request, admission, gated, hops.value, visit, edge);
  if (!asked.ok)
    return malformed(request, edge, { host, customer, details: asked.problem });
  const content = await contentOf(request);
  switch (content.kind) {
    case "none":
    case "upload":
      break;
    case "unsendable":
      return malformed(request, edge, {
        host,
        customer,
        details: content.problem,
      });
    case "broken":
      return brokenUpload(request, edge, { host, customer, ...content });
  }
  const { watch } = asked.value;
  const answering =
    content.kind === "none" && usesCache(request, gated.passage)
      ? throughCache(asked.value, edge)
      : aroundCache(asked.value, bodyOf(content), edge);
  const outcome = await watch.unlessCut<Answered>(answering);
  if (outcome.kind === "cut") {
    // Others may wait for what it brings; this visitor does not get it.
    edge.world.later(answering.then(abandon));
    return turnedAway(outcome.gate, host, request, edge);
  }
  const answered = outcome.value;
  switch (answered.kind) {
    case "failed":
      return answered.error === "http_request_error"
        ? brokenUpload(request, edge, { host, customer, ...answered })
        : unreachable(request, edge, { ...answered, host, customer });
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

function bodyOf(content: Content): RequestBody | null {
  return content.kind === "upload" ? content.body : null;
}

/** Nobody gets this reply. */
function abandon(answered: Answered): void {
  if (answered.kind === "reply" && answered.reply.body.kind === "stream")
    discardBody(answered.reply.body.stream);
}

/** What may be stored is not for upgrades, or the challenges of a customer who moves out. */
function usesCache(request: Inbound, passage: Passed["passage"]): boolean {
  const { method } = request;
  return (
    (method === "GET" || method === "HEAD") &&
    upgradeOf(request) === "none" &&
    passage.kind !== "offboard"
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
        account: { outcome: "refused", host, customer: gated.site.customer },
      };
  }
}

interface Trouble {
  host: string;
  customer: string;
  details: string;
}

function malformed(request: Inbound, edge: Edge, trouble: Trouble): Outcome {
  const problem = trouble.details;
  return {
    reply: answer({ kind: "malformed", status: 400, problem }, request, edge),
    account: { outcome: "malformed", ...trouble },
  };
}

/** The visitor's fault, and told to the visitor if the connection still takes an answer. */
function brokenUpload(
  request: Inbound,
  edge: Edge,
  { host, customer, details }: Trouble,
): Outcome {
  const problem = "the content of the request is incomplete or malformed";
  return {
    reply: answer({ kind: "malformed", status: 400, problem }, request, edge),
    account: {
      outcome: "upload-broken",
      error: "http_request_error",
      host,
      customer,
      details,
    },
  };
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
