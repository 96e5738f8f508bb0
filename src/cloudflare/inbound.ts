import type { EdgeConfig } from "../edge/config.ts";
import type { Inbound } from "../world.ts";

/** The request as the runtime hands it over; only what Cloudflare itself sets is believed. */
export function toInbound(request: Request, config: EdgeConfig): Inbound {
  const { method, url, headers, body } = request;
  const cf = (request.cf ?? {}) as Partial<IncomingRequestCfProperties>;
  return {
    method,
    url,
    fields: headers,
    body,
    country: cf.country ?? null,
    clientAddress:
      config.clientAddress === "cf-connecting-ip"
        ? headers.get("cf-connecting-ip")
        : null,
    httpVersion: cf.httpProtocol?.replace(/^HTTP\//, "") ?? "1.1",
  };
}
