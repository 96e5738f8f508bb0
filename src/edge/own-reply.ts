import type { FieldLine } from "../http/fields.ts";
import { webSocketVersion } from "../http/handshake.ts";
import { httpDate } from "../http/date.ts";
import { proxyStatus, type ProxyError } from "../http/proxy-status.ts";
import { renderPage } from "../page/render.ts";
import type { PageReason, OwnPage } from "../page/reason.ts";
import type { Inbound, Reply } from "../ports.ts";
import { allowedMethods } from "./admit.ts";
import type { Edge } from "./edge.ts";

/** A reply of our own: the page for a reason, and the reason by RFC 9209. It carries no Cache-Status (RFC 9211 §2). */
export function renderOwnReply(
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

/** A page as it is sent. */
export function renderReply(
  page: PageReason | OwnPage,
  { method, fields }: Inbound,
  { config, world }: Edge,
): Reply {
  const nowMs = world.nowMs();
  const rendered = renderPage(page, { method, fields }, config.operator, {
    nowMs,
    nonce: world.randomHex(16),
  });
  return {
    status: rendered.status,
    fields: [...rendered.fields, ["Date", httpDate(nowMs)]],
    body:
      rendered.body === null
        ? { kind: "none" }
        : { kind: "text", text: rendered.body },
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
