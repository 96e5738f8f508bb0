import { answerConditional } from "../cache/conditional.ts";
import { cacheStatus, type Handled } from "../cache/status.ts";
import type { Received } from "../cache/storing.ts";
import type { Stored } from "../cache/stored.ts";
import { fieldsOf, type FieldLine } from "../http/fields.ts";
import { fieldsForVisitor } from "../http/forwarding.ts";
import type { Bytes, Reply } from "../world.ts";
import type { Asked } from "./asked.ts";
import type { Edge } from "./edge.ts";
import { hopOf, originHttpVersion, type Forwarded } from "./forward.ts";
import { isBodiless, replyBody } from "./serve.ts";

export type Arrived = Extract<Forwarded, { kind: "answered" }>;

/** What arrived, with its fields as the visitor gets them: links to the origin lead to the visitor's host. */
export function receivedFrom(
  { request, admitted, site, url }: Asked,
  { response, requestTimeMs, responseTimeMs }: Arrived,
  edge: Edge,
): Received {
  const hop = {
    ...hopOf(request, admitted, edge),
    httpVersion: originHttpVersion,
  };
  const fields = fieldsForVisitor(response.fields, hop, {
    status: response.status,
    requested: [url, `${hop.scheme}://${hop.host}${admitted.target}`],
    origins: site.origins,
    nowMs: responseTimeMs,
  });
  return { status: response.status, fields, requestTimeMs, responseTimeMs };
}

/** As if it were stored, for rules that ask how fresh or how new it is. */
export function asStored(received: Received): Stored {
  return {
    ...received,
    method: "GET",
    varyOn: [],
    storedAtMs: received.responseTimeMs,
    bodyLength: 0,
    range: null,
  };
}

/** The visitor's reply from what the origin sent, with our member of Cache-Status after those of caches nearer to it. */
export function replyFrom(
  asked: Asked,
  received: Received,
  visitor: Bytes | null,
  handled: Handled,
  { config }: Edge,
): Reply {
  const { request, watch } = asked;
  const upstream = fieldsOf(received.fields).get("cache-status") ?? null;
  const status: FieldLine = [
    "Cache-Status",
    cacheStatus(config.name, handled, upstream),
  ];
  const isBare = request.method === "HEAD" || isBodiless(received.status);
  if (isBare) discardBody(visitor);
  return {
    status: received.status,
    fields: [...withoutStatus(received.fields), status],
    body:
      visitor === null || isBare ? { kind: "none" } : replyBody(visitor, watch),
  };
}

/** Answers conditions that were not sent on because the answer may be stored (RFC 9111 §4.3.2). */
export function withConditions(
  { request }: Asked,
  received: Received,
  visitor: Bytes | null,
  reply: Reply,
): Reply {
  const conditional = answerConditional(request, asStored(received));
  if (conditional.kind === "full") return reply;
  discardBody(visitor);
  const status = reply.fields.filter(
    ([name]) => name.toLowerCase() === "cache-status",
  );
  return {
    status: 304,
    fields: [...withoutStatus(conditional.fields), ...status],
    body: { kind: "none" },
  };
}

/** Nobody reads this body. */
export function discardBody(body: Bytes | null): void {
  if (body instanceof ReadableStream)
    void body.cancel().then(undefined, () => undefined);
}

const withoutStatus = (fields: readonly FieldLine[]) =>
  fields.filter(([name]) => name.toLowerCase() !== "cache-status");
