import type { EdgeConfig } from "../edge/config.ts";
import { NamedFields } from "../http/fields.ts";
import type { Inbound } from "../ports.ts";
import { linesOf } from "./headers.ts";

/** The request as the runtime hands it over; only what Cloudflare itself sets is believed. */
export function toInbound(request: Request, config: EdgeConfig): Inbound {
  const { method, url, headers, body } = request;
  // The edge asks for more of them than it costs to take all out of the runtime at once.
  const fields = new NamedFields(linesOf(headers));
  const cf = (request.cf ?? {}) as Partial<IncomingRequestCfProperties>;
  return {
    method,
    url,
    fields,
    body,
    country: cf.country ?? null,
    pop: cf.colo ?? null,
    clientAddress:
      config.clientAddress === "cf-connecting-ip"
        ? fields.get("cf-connecting-ip")
        : null,
    httpVersion: cf.httpProtocol?.replace(/^HTTP\//, "") ?? "1.1",
  };
}
