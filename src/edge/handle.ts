import { httpDate } from "../http/date.ts";
import type { FieldLine } from "../http/fields.ts";
import type { CacheStatus, ForwardReason } from "../cache/status.ts";
import type { Inbound, Reply } from "../ports.ts";
import { admit, allowedMethods, type Admitted } from "./admit.ts";
import { discardBody } from "./bytes.ts";
import { findEntries } from "./cache-store.ts";
import { forwardChallenge } from "./challenge.ts";
import {
  fetchAlone,
  fetchCollapsed,
  refresh,
  type CollapsedResult,
} from "./collapse.ts";
import { prepare, usesCache, type RequestContext } from "./context.ts";
import type { Edge } from "./edge.ts";
import { gate, type Passed } from "./gate.ts";
import { withinMemory } from "./large-requests.ts";
import { logRequest, type LoggedReply } from "./log.ts";
import { inChosenLanguage } from "./own-reply.ts";
import { passThrough, type PassedThrough } from "./pass-through.ts";
import { planRequest, servingOf, type Serving } from "./plan.ts";
import {
  brokenUpload,
  malformed,
  notCached,
  recipientOf,
  refuse,
  unreachable,
  type Recipient,
} from "./refuse.ts";
import { respondFromEntry, respondFromOrigin } from "./respond.ts";

/**
 * The life of one request, which this file alone moves from step to step:
 *
 * - admit: is it a request that the edge can act on? (`admit.ts`)
 * - decide: whose site is it, and is that served? (`gate.ts`; its context: `context.ts`)
 * - plan: may a stored response answer it? (`plan.ts`)
 * - fetch: else the origin does, once for all who ask the same. (`collapse.ts`, `fetch.ts`, `pass-through.ts`)
 * - store: what may be stored is, while it arrives. (`store.ts`, called by the fetch)
 * - respond: status, fields and body for this visitor. (`respond.ts`, `refuse.ts`)
 * - log: one event. (`log.ts`)
 */
export function handle(request: Inbound, edge: Edge): Promise<Reply> {
  const handled = handleAndLog(request, edge, handlePassed);
  // A visitor who resets the connection ends the request; what became of the upload is logged nevertheless.
  if (request.body !== null) edge.world.later(handled);
  return handled;
}

/**
 * What every request for a host is answered with while its site is not served, under our own path, in the language that the URL
 * names. Where it is served, it leads to the site.
 */
export function handleDecision(request: Inbound, edge: Edge): Promise<Reply> {
  return handleAndLog(inChosenLanguage(request), edge, leadToSite);
}

/** What becomes of a request whose site is served. */
type OnPass = (
  admitted: Admitted,
  passed: Passed,
  edge: Edge,
) => LoggedReply | Promise<LoggedReply>;

async function handleAndLog(
  request: Inbound,
  edge: Edge,
  onPass: OnPass,
): Promise<Reply> {
  const startedAtMs = edge.world.nowMs();
  const outcome = await handleRequest(request, edge, onPass);
  logRequest(request, outcome, { edge, startedAtMs });
  return outcome.reply;
}

async function handleRequest(
  request: Inbound,
  edge: Edge,
  onPass: OnPass,
): Promise<LoggedReply> {
  const admission = admit(request, edge.config.name);
  switch (admission.kind) {
    case "malformed":
      return malformed({ request, edge, known: {} }, admission);
    case "loop":
      return unreachable(
        { request, edge, known: { host: admission.host } },
        { error: "proxy_loop_detected" },
      );
    case "admitted":
      break;
  }
  const outcome = await withinMemory(
    admission.bytes,
    () => handleAdmitted(admission, edge, onPass),
    edge,
  );
  return (
    outcome ??
    malformed(
      { request, edge, known: { host: admission.host } },
      {
        status: 431,
        problem: "no requests as large as this are served at the moment",
      },
    )
  );
}

async function handleAdmitted(
  admitted: Admitted,
  edge: Edge,
  onPass: OnPass,
): Promise<LoggedReply> {
  const decision = await gate(admitted.visit, edge);
  const { degraded, recordSeq } = decision;
  const { request, host } = admitted;
  const { reply, log } =
    decision.kind === "pass"
      ? await onPass(admitted, decision, edge)
      : refuse(decision, { request, edge, known: { host } });
  return { reply, log: { ...log, degraded, recordSeq } };
}

function leadToSite(
  { host }: Admitted,
  _passed: Passed,
  { world }: Edge,
): LoggedReply {
  return {
    reply: {
      status: 303,
      fields: [
        ["Location", "/"],
        ["Cache-Control", "no-store"],
        ["Date", httpDate(world.nowMs())],
      ],
      body: { kind: "none" },
    },
    log: { outcome: "served", host },
  };
}

async function handlePassed(
  admitted: Admitted,
  passed: Passed,
  edge: Edge,
): Promise<LoggedReply> {
  const prepared = await prepare(admitted, passed, edge);
  const known = { host: admitted.host, customer: passed.site.customer };
  const recipient: Recipient = { request: admitted.request, edge, known };
  switch (prepared.kind) {
    case "final-recipient":
      return { reply: finalReply(edge), log: { outcome: "served", ...known } };
    case "malformed":
      return malformed(recipient, prepared);
    case "broken-upload":
      return brokenUpload(recipient, prepared.details);
    case "ready":
      break;
  }
  const { context } = prepared;
  const { passage } = passed;
  if (passage.kind === "offboard") return handleChallenge(context, passage);
  const work = usesCache(admitted.visit)
    ? handleCacheable(context)
    : handleUncacheable(context);
  const first = await context.watch.unlessCut(work);
  if (first.kind === "cut") {
    // Others may wait for what it brings; this visitor does not get it.
    edge.world.later(work.then(({ reply }) => discardReply(reply)));
    return refuse(first.gate, recipientOf(context));
  }
  return passage.kind === "notice"
    ? withNotice(first.value, passage)
    : first.value;
}

/** RFC 8555 §8.3: a customer who is dropped and moves out may still get a certificate. */
async function handleChallenge(
  context: RequestContext,
  { otherwise }: Extract<Passed["passage"], { kind: "offboard" }>,
): Promise<LoggedReply> {
  const { site } = context;
  const challenge = await forwardChallenge(context);
  switch (challenge.kind) {
    case "reply":
      return {
        reply: challenge.reply,
        log: { outcome: "offboarding", ...recipientOf(context).known },
      };
    case "refused":
      return refuse(
        { kind: "refused", site, refusal: otherwise },
        recipientOf(context, challenge.because),
      );
  }
}

/** So often a request plans again after it waited for another's fetch, or found that a body is gone. Then it goes alone. */
const maxRounds = 4;

async function handleCacheable(context: RequestContext): Promise<LoggedReply> {
  const { watch, edge } = context;
  let waitedFor: ForwardReason | null = null;
  for (let round = 0; ; round += 1) {
    const isLast = round >= maxRounds;
    const entries = isLast ? [] : await findEntries(context);
    const plan = planRequest(context, entries, waitedFor);
    switch (plan.kind) {
      case "gateway-timeout":
        return notCached(recipientOf(context));
      case "serve": {
        if (plan.refresh !== null)
          edge.world.later(refresh(context, plan.refresh));
        const outcome = await serve(context, plan.serving);
        if (outcome !== null) return outcome;
        break;
      }
      case "fetch": {
        const { task } = plan;
        const fetched = await watch.during(
          isLast ? fetchAlone(context, task) : fetchCollapsed(context, task),
        );
        const outcome = await respond(context, fetched);
        if (outcome !== null) return outcome;
        waitedFor = task.plan.because;
      }
    }
  }
}

/** Null when the body of the entry is gone. */
async function serve(
  context: RequestContext,
  serving: Serving,
): Promise<LoggedReply | null> {
  const reply = await respondFromEntry(context, serving);
  return reply === null ? null : served(context, reply, serving.cacheStatus);
}

/** Null when the request has to be planned again. */
async function respond(
  context: RequestContext,
  fetched: CollapsedResult,
): Promise<LoggedReply | null> {
  switch (fetched.kind) {
    case "look-again":
      return null;
    case "entry": {
      const { entry, cacheStatus } = fetched;
      return serve(context, servingOf(context, entry, cacheStatus));
    }
    case "error-status":
      return unreachable(recipientOf(context), {
        error: "proxy_internal_response",
        status: fetched.status,
        details: `the origin answered another visitor with ${fetched.status}`,
      });
    case "response":
    case "failed":
      return respondOnce(context, fetched);
  }
}

async function handleUncacheable(
  context: RequestContext,
): Promise<LoggedReply> {
  return respondOnce(context, await passThrough(context));
}

/** Responds with what the origin answered to this request. */
function respondOnce(
  context: RequestContext,
  passed: PassedThrough,
): LoggedReply {
  switch (passed.kind) {
    case "response":
      return served(
        context,
        respondFromOrigin(context, passed),
        passed.cacheStatus,
      );
    case "switched": {
      const { received, channel } = passed;
      const { watch } = context;
      const body = { kind: "channel", channel, watch } as const;
      const { status, fields } = received;
      return served(context, { status, fields: [...fields], body }, null);
    }
    case "failed":
      return passed.error === "http_request_error"
        ? brokenUpload(recipientOf(context), passed.details)
        : unreachable(recipientOf(context), passed);
  }
}

function served(
  context: RequestContext,
  reply: Reply,
  cacheStatus: CacheStatus | null,
): LoggedReply {
  const { known } = recipientOf(context);
  return { reply, log: { outcome: "served", cacheStatus, ...known } };
}

/** Nobody gets this reply. */
function discardReply({ body }: Reply): void {
  if (body.kind === "stream") discardBody(body.stream);
  if (body.kind === "channel") body.channel.discard();
}

function finalReply({ world }: Edge): Reply {
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
function withNotice(
  { reply, log }: LoggedReply,
  { denial, sunsetAtMs }: Extract<Passed["passage"], { kind: "notice" }>,
): LoggedReply {
  if (log.outcome !== "served") return { reply, log };
  const fields: FieldLine[] = [
    ...reply.fields,
    ["Sunset", httpDate(sunsetAtMs)],
  ];
  if (denial.noticeUrl !== null)
    fields.push(["Link", `<${denial.noticeUrl}>; rel="sunset"`]);
  return { reply: { ...reply, fields }, log: { ...log, outcome: "noticed" } };
}
