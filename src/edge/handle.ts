import type { Decision, Visit } from "../customer/decide.ts";
import { httpDate } from "../http/date.ts";
import type { FieldLine } from "../http/fields.ts";
import { maxForwards } from "../http/forwarding.ts";
import { handshakeProblem } from "../http/handshake.ts";
import { statusOfError, type ProxyError } from "../http/proxy-status.ts";
import type { PageReason } from "../page/render.ts";
import type { Inbound, Reply } from "../world.ts";
import { admit, allowedMethods, type Admitted } from "./admit.ts";
import { answer } from "./answer.ts";
import { forwardChallenge } from "./challenge.ts";
import { contentOf, mayHaveContent } from "./content.ts";
import { buildContext, type RequestContext } from "./context.ts";
import type { Edge } from "./edge.ts";
import { bodyLimits, upgradeOf } from "./forward.ts";
import { gate, type Passed } from "./gate.ts";
import { withinMemory } from "./large-requests.ts";
import { note, type Account } from "./note.ts";
import { pastCache } from "./past-cache.ts";
import { lookPurges } from "./records.ts";
import { discardBody } from "./bytes.ts";
import { throughCache, type Answered } from "./through-cache.ts";

/** How long a visitor is asked to wait when the list cannot be read. */
const unavailableRetrySeconds = 30;

/** The life of one request: admit, gate, plan, fetch, store, respond, log. */
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
  const outcome = await withinMemory(
    admission.bytes,
    () => respondToAdmitted(request, admission, edge),
    edge,
  );
  if (outcome !== null) return outcome;
  const problem = "no requests as large as this are served at the moment";
  const { host } = admission;
  return malformed({ status: 431, problem }, { host }, request, edge);
}

async function respondToAdmitted(
  request: Inbound,
  admitted: Admitted,
  edge: Edge,
): Promise<Outcome> {
  const { host, target } = admitted;
  const visit: Visit = {
    method: request.method,
    host,
    country: request.country,
    target,
    upgrade: upgradeOf(request),
    content: mayHaveContent(request) ? "some" : "none",
  };
  const gated = await gate(visit, edge);
  const { degraded, recordSeq } = gated;
  const { reply, account } =
    gated.kind === "pass"
      ? await respondForSite(request, { admitted, gated, visit }, edge)
      : turnedAway(gated, { host }, request, edge);
  return { reply, account: { ...account, degraded, recordSeq } };
}

/** A request that the gate let pass. */
async function respondForSite(
  request: Inbound,
  {
    admitted,
    gated,
    visit,
  }: { admitted: Admitted; gated: Passed; visit: Visit },
  edge: Edge,
): Promise<Outcome> {
  const whose = { host: admitted.host, customer: gated.site.customer };
  const hops = maxForwards(request.method, request.fields, admitted.target);
  if (hops.kind === "final")
    return {
      reply: finalRecipient(edge),
      account: { outcome: "served", ...whose },
    };
  const handshake =
    visit.upgrade === "websocket" ? handshakeProblem(request.fields) : null;
  if (handshake !== null) return malformed(handshake, whose, request, edge);
  const limits = bodyLimits(gated.site);
  const content = await contentOf(request, limits, edge.world);
  switch (content.kind) {
    case "none":
    case "upload":
      break;
    case "unsendable":
      return malformed(
        { status: 400, problem: content.problem },
        whose,
        request,
        edge,
      );
    case "broken":
      return brokenUpload(
        { ...whose, details: content.details },
        request,
        edge,
      );
  }
  const context = buildContext(
    request,
    {
      admitted,
      passed: gated,
      purges: usesCache(request)
        ? await lookPurges(gated.site.customer, edge)
        : [],
      hopsLeft: hops.value,
      body: content.kind === "upload" ? content.body : null,
      visit,
    },
    edge,
  );
  if (!context.ok)
    return malformed(
      { status: 400, problem: context.problem },
      whose,
      request,
      edge,
    );
  return gated.passage.kind === "offboard"
    ? respondToChallenge(context.value, gated.passage)
    : respondFromSite(context.value, gated.passage);
}

/** RFC 8555 §8.3: a customer who is dropped and moves out may still get a certificate. */
async function respondToChallenge(
  context: RequestContext,
  passage: Extract<Passed["passage"], { kind: "offboard" }>,
): Promise<Outcome> {
  const { edge } = context;
  const { request, admitted, site } = context;
  const whose = { host: admitted.host, customer: site.customer };
  const challenge = await forwardChallenge(context);
  switch (challenge.kind) {
    case "reply":
      return {
        reply: challenge.reply,
        account: { outcome: "offboarding", ...whose },
      };
    case "refused":
      return turnedAway(
        { kind: "refused", site, refusal: passage.otherwise },
        { ...whose, details: challenge.because },
        request,
        edge,
      );
  }
}

/** From the cache, or from the site's origins. A drop that comes meanwhile ends it. */
async function respondFromSite(
  context: RequestContext,
  passage: Exclude<Passed["passage"], { kind: "offboard" }>,
): Promise<Outcome> {
  const { edge } = context;
  const { request, admitted, site, watch } = context;
  const whose: Whose = {
    host: admitted.host,
    customer: site.customer,
    traceId: context.traceIds.trace,
  };
  const answering = usesCache(request)
    ? throughCache(context)
    : pastCache(context);
  const outcome = await watch.unlessCut<Answered>(answering);
  if (outcome.kind === "cut") {
    // Others may wait for what it brings; this visitor does not get it.
    edge.world.later(answering.then(abandon));
    return turnedAway(outcome.gate, whose, request, edge);
  }
  const answered = outcome.value;
  switch (answered.kind) {
    case "failed":
      return answered.error === "http_request_error"
        ? brokenUpload({ ...whose, details: answered.details }, request, edge)
        : unreachable(request, edge, { ...answered, ...whose });
    case "error-status":
      return unreachable(request, edge, {
        ...whose,
        error: "proxy_internal_response",
        status: answered.status,
        details: `the origin answered another visitor with ${answered.status}`,
      });
    case "gateway-timeout": {
      const { host } = whose;
      const error = "proxy_internal_response";
      return {
        reply: answer(
          { kind: "unreachable", host, status: 504, error },
          request,
          edge,
        ),
        account: { outcome: "not-cached", ...whose },
      };
    }
    case "reply":
      return {
        reply: withNotice(answered.reply, passage),
        account: {
          outcome: passage.kind === "notice" ? "noticed" : "served",
          handled: answered.handled,
          ...whose,
        },
      };
  }
}

/** Nobody gets this answer. */
function abandon(answered: Answered): void {
  if (answered.kind !== "reply") return;
  const { body } = answered.reply;
  if (body.kind === "stream") discardBody(body.stream);
  if (body.kind === "channel") body.channel.discard();
}

/** What may be stored is not for upgrades. */
function usesCache(request: Inbound): boolean {
  const { method } = request;
  return (
    (method === "GET" || method === "HEAD") && upgradeOf(request) === "none"
  );
}

interface Whose {
  host: string;
  customer?: string;
  details?: string;
  traceId?: string;
}

const whyUnavailable = {
  unreadable: "the list cannot be read, and nothing is remembered",
  withheld: "too many unknown hosts are being asked for",
};

/** What the gate does not let pass, each with its page. */
function turnedAway(
  gated: Exclude<Decision, Passed>,
  whose: Whose,
  request: Inbound,
  edge: Edge,
): Outcome {
  const { host } = whose;
  const page = (occasion: PageReason, account: Account): Outcome => ({
    reply: answer(occasion, request, edge),
    account: { ...account, ...whose },
  });
  switch (gated.kind) {
    case "maintenance":
      return page(
        { ...gated.maintenance, kind: "maintenance" },
        { outcome: "maintenance" },
      );
    case "unknown-host":
      return page({ kind: "unknown-host", host }, { outcome: "unknown-host" });
    case "misconfigured":
      return unreachable(request, edge, {
        host,
        error: "proxy_configuration_error",
        details: `${gated.key} holds no record that parses`,
      });
    case "unavailable":
      return page(
        {
          kind: "unavailable",
          host,
          retryAfterSeconds: unavailableRetrySeconds,
        },
        { outcome: "unavailable", details: whyUnavailable[gated.because] },
      );
    case "refused": {
      const { customer } = gated.site;
      edge.isolate.refusedAtMs.set(customer, edge.world.nowMs());
      return page(
        { ...gated.refusal, kind: "dropped", host },
        { outcome: "refused", customer },
      );
    }
  }
}

function malformed(
  refusal: Pick<
    Extract<PageReason, { kind: "malformed" }>,
    "status" | "problem"
  >,
  whose: Whose,
  request: Inbound,
  edge: Edge,
): Outcome {
  return {
    reply: answer({ kind: "malformed", ...refusal }, request, edge),
    account: { outcome: "malformed", details: refusal.problem, ...whose },
  };
}

/** The visitor's fault, and told to the visitor if the connection still takes an answer. */
function brokenUpload(whose: Whose, request: Inbound, edge: Edge): Outcome {
  const problem = "the content of the request is incomplete or malformed";
  return {
    reply: answer({ kind: "malformed", status: 400, problem }, request, edge),
    account: {
      outcome: "upload-broken",
      error: "http_request_error",
      ...whose,
    },
  };
}

/** `status`: the one that the error recommends, unless the origin gave another. */
function unreachable(
  request: Inbound,
  edge: Edge,
  { status, ...failure }: Whose & { error: ProxyError; status?: number },
): Outcome {
  const { host, error } = failure;
  const page: PageReason = {
    kind: "unreachable",
    host,
    status: status ?? statusOfError(error),
    error,
  };
  return {
    reply: answer(page, request, edge),
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
