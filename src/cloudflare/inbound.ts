import type { EdgeConfig } from "../config.ts";
import { NamedFields } from "../http/fields.ts";
import { clientOf } from "../http/trusted-proxies.ts";
import type { Inbound } from "../ports.ts";
import { linesOf } from "./headers.ts";

/** Who has handed a request over: a proxy of the operator's own, by an address that only such reach, or anybody. */
export type Via = "anybody" | "proxy";

/** What is known of a request beside what its visitor has written. */
type Origination = Pick<
  Inbound,
  "url" | "country" | "clientAddress" | "pop" | "httpVersion"
>;

/** The request as the runtime hands it over; of what is said about its visitor, only that by somebody who can be believed. */
export function toInbound(
  request: Request,
  config: EdgeConfig,
  via: Via,
): Inbound {
  const { method, headers, body } = request;
  // The edge asks for more of them than it costs to take all out of the runtime at once.
  const received = new NamedFields(linesOf(headers));
  const { countryField } = config;
  return {
    method,
    body,
    // What a proxy writes for the edge is not the origin's, and would tell stored responses apart.
    fields:
      countryField === null || received.get(countryField) === null
        ? received
        : received.replace(countryField, null),
    ...origination(request, received, { config, via }),
  };
}

function origination(
  request: Request,
  fields: NamedFields,
  { config, via }: { config: EdgeConfig; via: Via },
): Origination {
  const { clientAddress, trustedProxies, countryField } = config;
  const { url } = request;
  // Elsewhere anybody could write what the runtime makes `request.cf` of.
  if (clientAddress === "cf-connecting-ip") {
    const cf = (request.cf ?? {}) as Partial<IncomingRequestCfProperties>;
    return {
      url,
      country: cf.country ?? null,
      pop: cf.colo ?? null,
      clientAddress: fields.get("cf-connecting-ip"),
      httpVersion: cf.httpProtocol?.replace(/^HTTP\//, "") ?? "1.1",
    };
  }
  const unknown = { country: null, pop: null, httpVersion: "1.1" };
  if (clientAddress === "unknown" || via === "anybody")
    return { ...unknown, url, clientAddress: null };
  const { address, scheme } = clientOf(fields, {
    field: clientAddress,
    further: trustedProxies,
  });
  return {
    ...unknown,
    url: scheme === null ? url : url.replace(/^https?:/, `${scheme}:`),
    country: countryField === null ? null : countryIn(fields.get(countryField)),
    clientAddress: address,
  };
}

function countryIn(value: string | null): string | null {
  return value !== null && /^[a-z]{2}$/i.test(value)
    ? value.toUpperCase()
    : null;
}
