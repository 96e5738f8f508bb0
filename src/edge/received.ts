import type { ReceivedResponse } from "../cache/storing.ts";
import type { Stored } from "../cache/stored.ts";
import { originNames } from "../customer/origin-host.ts";
import { fieldsForVisitor } from "../http/forwarding.ts";
import type { RequestContext } from "./context.ts";
import { hopOf, originHttpVersion, type OriginResult } from "./origins.ts";

export type Arrived = Extract<OriginResult, { kind: "answered" }>;

/** What arrived, with its fields as the visitor gets them: links to the origin lead to the visitor's host. */
export function receivedFrom(
  { request, admitted, site, url, edge }: RequestContext,
  { response, requestTimeMs, responseTimeMs }: Arrived,
): ReceivedResponse {
  const hop = {
    ...hopOf(request, admitted, edge),
    httpVersion: originHttpVersion,
  };
  const fields = fieldsForVisitor(response.fields, hop, {
    status: response.status,
    requested: [url, `${hop.scheme}://${hop.host}${admitted.target}`],
    origins: originNames(site),
    nowMs: responseTimeMs,
  });
  return { status: response.status, fields, requestTimeMs, responseTimeMs };
}

/** As if it were stored, for rules that ask how fresh or how new it is. */
export function asStored(received: ReceivedResponse): Stored {
  return {
    ...received,
    method: "GET",
    varyOn: [],
    unlisted: [],
    bodyRequestTimeMs: received.requestTimeMs,
    bodyLength: 0,
    range: null,
  };
}
