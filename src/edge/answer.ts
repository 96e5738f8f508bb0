import type { FieldLine } from "../http/fields.ts";
import { httpDate } from "../http/date.ts";
import { proxyStatus, type ProxyError } from "../http/proxy-status.ts";
import { tell, type Occasion } from "../page/tell.ts";
import type { Inbound, Reply } from "../world.ts";
import { allowedMethods } from "./admit.ts";
import type { Edge } from "./edge.ts";

/** A reply of our own: the page for the occasion, and why by RFC 9209. It carries no Cache-Status (RFC 9211 §2). */
export function answer(
  occasion: Occasion,
  request: Inbound,
  { config, world }: Edge,
): Reply {
  const nowMs = world.nowMs();
  const told = tell(
    occasion,
    { method: request.method, fields: request.fields },
    config.operator,
    { nowMs, nonce: world.randomHex(16) },
  );
  const fields: FieldLine[] = [
    ...told.fields,
    ["Date", httpDate(nowMs)],
    ["Proxy-Status", proxyStatus(config.name, { error: errorOf(occasion) })],
  ];
  if (told.status === 405) fields.push(["Allow", allowedMethods]);
  return {
    status: told.status,
    fields,
    body:
      told.body === null ? { kind: "none" } : { kind: "text", text: told.body },
  };
}

/** RFC 9209 §2.3. `http_request_denied` recommends 403; a refusal with another status is a response of our own. */
function errorOf(occasion: Occasion): ProxyError {
  switch (occasion.kind) {
    case "dropped":
      return occasion.status === 403
        ? "http_request_denied"
        : "proxy_internal_response";
    case "unreachable":
      return occasion.error;
    case "unknown-host":
    case "malformed":
      return "http_request_error";
    case "maintenance":
    case "unavailable":
      return "proxy_internal_response";
  }
}
