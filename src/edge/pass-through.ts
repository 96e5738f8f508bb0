import { upgradeOf } from "./admit.ts";
import type { ReceivedResponse } from "../cache/storing.ts";
import type { Channel } from "../ports.ts";
import { receivedFrom } from "./received.ts";
import type { RequestContext } from "./context.ts";
import type { Fetched } from "./fetch.ts";
import { forwardedFields, sendToOrigins } from "./origins.ts";
import { invalidate } from "./invalidate.ts";
import { storeResponse } from "./store.ts";

/** What came of a request that no stored response could answer. */
export type PassedThrough =
  | Exclude<Fetched, { kind: "entry" }>
  /** The origin switched protocols (RFC 9110 §15.2.2). */
  | { kind: "switched"; received: ReceivedResponse; channel: Channel };

/** Sends a request as it is, where the cache has no answer. What it changed is no longer answered from the cache. */
export async function passThrough(
  context: RequestContext,
): Promise<PassedThrough> {
  const { asReceived, admitted, watch, body } = context;
  const { method } = asReceived;
  const sent = await watch.during(
    sendToOrigins(context, {
      method,
      fields: forwardedFields({ ...context, request: asReceived }),
      target: admitted.target,

      body,
      upgrade: upgradeOf(asReceived),
      watch,
    }),
  );
  if (sent.kind === "failed") return sent;
  const received = receivedFrom(context, sent);
  const { channel, body: arrived } = sent.response;
  if (channel !== null) return { kind: "switched", received, channel };
  invalidate(context, received);
  // RFC 9110 §9.3.3: a POST may bring what a GET would, and that is newer than what the POST made unusable.
  const sinceMs = received.responseTimeMs + 1;
  const newest = {
    ...received,
    requestTimeMs: sinceMs,
    responseTimeMs: sinceMs,
  };
  const stored =
    method === "POST" && arrived !== null
      ? storeResponse(context, newest, arrived)
      : ({ kind: "refused", visitor: arrived } as const);
  return {
    kind: "response",
    received,
    body: stored.visitor,
    conditions: "answered",
    cacheStatus: {
      kind: "forward",
      because: method === "GET" || method === "HEAD" ? "bypass" : "method",
      status: received.status,
      originMs: sent.responseTimeMs - sent.requestTimeMs,
      stored: stored.kind === "stored",
    },
  };
}
