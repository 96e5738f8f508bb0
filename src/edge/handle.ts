import type { Denial } from "../customer/standing.ts";
import type { Visit } from "../customer/verdict.ts";
import { httpDate } from "../http/date.ts";
import type { FieldLine } from "../http/fields.ts";
import { fieldsForVisitor } from "../http/forwarding.ts";
import { statusOfError, type ProxyError } from "../http/proxy-status.ts";
import type {
  Inbound,
  OriginResponse,
  Reply,
  ReplyBody,
  Watch,
} from "../world.ts";
import { admit, allowedMethods } from "./admit.ts";
import { answer } from "./answer.ts";
import type { Edge } from "./edge.ts";
import { forward, hopOf } from "./forward.ts";
import { gate, type Gate } from "./gate.ts";
import { note, type Account } from "./note.ts";
import { watchOf } from "./watch.ts";

/** The version origins are spoken to in (the runtime does not say which it was). */
const originHttpVersion = "1.1";

/** How long a visitor is asked to wait when the list cannot be read. */
const unavailableRetrySeconds = 30;

/** The life of one request: admit, locate, gate, send, respond, observe. */
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
  const visit: Visit = { method, host, country, target };
  const gated = await gate(visit, edge);
  if (gated.kind !== "pass") return turnedAway(gated, host, request, edge);

  const { site, passage } = gated;
  const { customer } = site;
  const sent = await forward(request, admission, site, edge);
  switch (sent.kind) {
    case "final":
      return {
        reply: finalRecipient(edge),
        account: { outcome: "served", host, customer },
      };
    case "failed":
      return unreachable(request, edge, { ...sent, host, customer });
    case "answered":
      break;
  }
  const reply = proxied(
    method,
    sent.response,
    fieldsForVisitor(
      sent.response.fields,
      { ...hopOf(request, admission, edge), httpVersion: originHttpVersion },
      {
        originBase: sent.origin,
        nowMs: edge.world.nowMs(),
      },
    ),
    watchOf(visit, gated, edge),
  );
  switch (passage.kind) {
    case "serve":
      return { reply, account: { outcome: "served", host, customer } };
    case "offboard":
      return { reply, account: { outcome: "offboarding", host, customer } };
    case "notice":
      reply.fields.push(...sunset(passage.denial, passage.sunsetAtMs));
      return { reply, account: { outcome: "noticed", host, customer } };
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

function proxied(
  method: string,
  response: OriginResponse,
  fields: FieldLine[],
  watch: Watch,
): Reply {
  return {
    status: response.status,
    fields,
    body: bodyOf(method, response, watch),
  };
}

function bodyOf(
  method: string,
  { channel, body, status }: OriginResponse,
  watch: Watch,
): ReplyBody {
  if (channel !== null) return { kind: "channel", channel, watch };
  const bodiless =
    method === "HEAD" || status === 204 || status === 205 || status === 304;
  if (body === null || bodiless) return { kind: "none" };
  return { kind: "stream", stream: body, watch };
}

/** RFC 8594: the moment from which the site is no longer served, and where that is announced. */
function sunset(denial: Denial, sunsetAtMs: number): FieldLine[] {
  const fields: FieldLine[] = [["Sunset", httpDate(sunsetAtMs)]];
  if (denial.noticeUrl !== null)
    fields.push(["Link", `<${denial.noticeUrl}>; rel="sunset"`]);
  return fields;
}
