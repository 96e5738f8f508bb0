import type { FieldLine } from "../http/fields.ts";
import { webSocketVersion } from "../http/handshake.ts";
import { httpDate } from "../http/date.ts";
import { proxyStatus, type ProxyError } from "../http/proxy-status.ts";
import { choiceOf } from "../page/choose-format.ts";
import { renderPage } from "../page/render.ts";
import type { PageReason, OwnPage } from "../page/reason.ts";
import type { Inbound, Reply } from "../ports.ts";
import { allowedMethods } from "./admit.ts";
import type { Edge } from "./edge.ts";

/**
 * A reply of our own: the page for a reason, and the reason by RFC 9209. It carries no Cache-Status (RFC 9211 §2). Whoever asks alike
 * within a second gets the same.
 */
export function renderOwnReply(
  reason: PageReason,
  request: Inbound,
  edge: Edge,
): Reply {
  const { pages } = edge.isolate;
  const key = `${request.method}\n${choiceOf(request.fields)}\n${"host" in reason ? reason.host : ""}`;
  const second = Math.floor(edge.world.nowMs() / 1000);
  const remembered = pages.get(key);
  if (remembered?.second === second && isSame(remembered.reason, reason))
    return remembered.reply;
  const reply = renderRefusal(reason, request, edge);
  Object.freeze(reply.fields);
  pages.set(key, { reason, second, reply });
  return reply;
}

/** Member by member; what a record says is the same object until the record changes. */
function isSame(one: PageReason, other: PageReason): boolean {
  const members = new Map<string, unknown>(Object.entries(other));
  return Object.entries(one).every(
    ([name, value]) => members.get(name) === value,
  );
}

function renderRefusal(
  reason: PageReason,
  request: Inbound,
  edge: Edge,
): Reply {
  const reply = renderReply(reason, request, edge);
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

/** A page as it is sent. */
export function renderReply(
  page: PageReason | OwnPage,
  { method, fields }: Inbound,
  { config, world }: Edge,
): Reply {
  const nowMs = world.nowMs();
  const reader = { method, fields };
  const rendered = renderPage(page, reader, config.operator, nowMs);
  return {
    status: rendered.status,
    fields: [...rendered.fields, ["Date", httpDate(nowMs)]],
    body:
      rendered.body === null
        ? { kind: "none" }
        : { kind: "bytes", bytes: encoder.encode(rendered.body) },
  };
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
