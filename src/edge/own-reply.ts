import { NamedFields, type FieldLine } from "../http/fields.ts";
import { webSocketVersion } from "../http/handshake.ts";
import { httpDate } from "../http/date.ts";
import { proxyStatus, type ProxyError } from "../http/proxy-status.ts";
import { choiceOf } from "../page/choose-format.ts";
import { languages } from "../page/locales/all.ts";
import { traceSlot } from "../page/notice.ts";
import { languageParameter } from "../page/own-path.ts";
import { renderPage } from "../page/render.ts";
import { continuedTrace } from "../http/trace.ts";
import type { PageReason, OwnPage } from "../page/reason.ts";
import type { Inbound, Reply } from "../ports.ts";
import { allowedMethods } from "./admit.ts";
import type { Edge } from "./edge.ts";
import type { SharedPage } from "./page-memory.ts";

/**
 * A reply of our own: the page for a reason, and the reason by RFC 9209. It carries no Cache-Status (RFC 9211 §2). Whoever asks alike
 * within a second gets the same but for the trace id, by which the log has the request.
 */
export function renderOwnReply(
  reason: PageReason,
  { request, traceId }: { request: Inbound; traceId: string },
  edge: Edge,
): Reply {
  const { pages } = edge.isolate;
  const key = `${request.method}\n${choiceOf(request.fields)}\n${baseOf(request.url) ?? ""}\n${"host" in reason ? reason.host : ""}`;
  const second = Math.floor(edge.world.nowMs() / 1000);
  const remembered = pages.get(key);
  if (remembered?.second === second && isSame(remembered.reason, reason))
    return withTrace(remembered.page, traceId);
  const page = renderRefusal(reason, request, edge);
  Object.freeze(page.fields);
  pages.set(key, { reason, second, page });
  return withTrace(page, traceId);
}

function withTrace(
  { status, fields, body }: SharedPage,
  traceId: string,
): Reply {
  if (body === null) return { status, fields, body: { kind: "none" } };
  const bytes = body.bytes.slice();
  encoder.encodeInto(traceId, bytes.subarray(body.traceAt));
  return { status, fields, body: { kind: "bytes", bytes } };
}

/** Scheme and authority of a URL whose host is a name or an IPv4 address. */
function baseOf(url: string): string | null {
  const [base] =
    /^https?:\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?(?=[/?#]|$)/i.exec(
      url,
    ) ?? [];
  return base ?? null;
}

/**
 * Member by member, in the order in which `refuse.ts` names them; what a record says is the same object until the record changes.
 */
function isSame(one: PageReason, other: PageReason): boolean {
  const members = Object.entries(one);
  const others = Object.entries(other);
  return (
    members.length === others.length &&
    members.every(
      ([name, value], at) =>
        name === others[at]?.[0] && value === others[at][1],
    )
  );
}

function renderRefusal(
  reason: PageReason,
  request: Inbound,
  edge: Edge,
): SharedPage {
  const reply = renderShared(reason, request, edge);
  const { name } = edge.config;
  const fields: FieldLine[] = [
    ...reply.fields,
    ["Proxy-Status", proxyStatus(name, { error: errorOf(reason) })],
  ];
  if (reply.status === 405) fields.push(["Allow", allowedMethods]);
  // RFC 6455 §4.4. The runtime sends no Upgrade, which RFC 9110 §15.5.22 asks for too.
  if (reply.status === 426)
    fields.push(["Sec-WebSocket-Version", webSocketVersion]);
  return { ...reply, fields };
}

const encoder = new TextEncoder();

/** A page under our own path. */
export function renderOwnPage(
  page: OwnPage,
  request: Inbound,
  edge: Edge,
): Reply {
  const shared = renderShared(page, inChosenLanguage(request), edge);
  return withTrace(shared, traceIdOf(request, edge));
}

/** Of a request that no origin is asked for: of the trace that it continues, or a new one (W3C Trace Context §3.2.2.3). */
export function traceIdOf({ fields }: Inbound, { world }: Edge): string {
  return continuedTrace(fields)?.trace ?? world.randomHex(16);
}

function renderShared(
  page: PageReason | OwnPage,
  { method, fields, url, pop }: Inbound,
  { config, world }: Edge,
): SharedPage {
  const nowMs = world.nowMs();
  const reader = { method, fields, base: baseOf(url), pop };
  const rendered = renderPage(page, reader, config.operator, nowMs);
  const { status, body } = rendered;
  const bytes = encoder.encode(body ?? "");
  return {
    status,
    fields: [...rendered.fields, ["Date", httpDate(nowMs)]],
    body:
      body === null
        ? null
        : {
            bytes,
            // Nothing that somebody else has written comes after it, and little of ours.
            traceAt:
              bytes.byteLength -
              encoder.encode(body.slice(body.lastIndexOf(traceSlot)))
                .byteLength,
          },
  };
}

/** Under our own path, the language that the URL names goes before those that the visitor's browser asks for. */
export function inChosenLanguage(request: Inbound): Inbound {
  const language = URL.parse(request.url)?.searchParams.get(languageParameter);
  if (language == null || !languages.includes(language)) return request;
  const others = request.fields.replace("accept-language", null);
  const fields = new NamedFields([...others, ["accept-language", language]]);
  return { ...request, fields };
}

/** RFC 9209 §2.3. `http_request_denied` recommends 403; a refusal with another status is a response of our own. */
function errorOf(reason: PageReason): ProxyError {
  switch (reason.kind) {
    case "dropped":
      return reason.status === 403
        ? "http_request_denied"
        : "proxy_internal_response";
    case "unreachable":
      return reason.error;
    case "unknown-host":
    case "malformed":
      return "http_request_error";
    case "maintenance":
    case "unavailable":
      return "proxy_internal_response";
  }
}
