import { invalidated } from "../cache/invalidation.ts";
import {
  addFact,
  longestStoredSeconds,
  type PurgeFact,
} from "../cache/purge.ts";
import type { Handled } from "../cache/status.ts";
import type { Received } from "../cache/storing.ts";
import { fieldsOf } from "../http/fields.ts";
import { rawTarget } from "../http/target.ts";
import type { RequestBody } from "../world.ts";
import { resourceOf, type Asked } from "./asked.ts";
import type { Edge } from "./edge.ts";
import type { Fetched } from "./fetch-for.ts";
import { OriginFlight } from "./origin-flight.ts";
import { forwardedFields, send, upgradeOf } from "./forward.ts";
import { releaseAll } from "./holdings.ts";
import { keep } from "./keep.ts";
import { receivedFrom, replyFrom } from "./received.ts";

/** A request that the cache has no answer to: sent as it is, and what it changed is no longer answered from the cache. */
export async function aroundCache(
  asked: Asked,
  body: RequestBody | null,
  edge: Edge,
): Promise<Fetched> {
  const { request, admitted, site, hopsLeft, watch } = asked;
  const { method } = request;
  const sent = await watch.during(
    send(
      {
        method,
        fields: forwardedFields(request, admitted, hopsLeft, edge),
        target: admitted.target,
        body,
        upgrade: upgradeOf(request),
        watch,
      },
      site,
      edge,
    ),
  );
  if (sent.kind === "failed") return sent;
  const received = receivedFrom(asked, sent, edge);
  const { channel } = sent.response;
  if (channel !== null)
    return {
      kind: "reply",
      reply: {
        ...received,
        fields: [...received.fields],
        body: { kind: "channel", channel, watch },
      },
    };
  invalidate(asked, received, edge);
  const handled: Handled = {
    kind: "forward",
    because: method === "GET" || method === "HEAD" ? "bypass" : "method",
    status: received.status,
    stored: false,
  };
  const { body: arrived } = sent.response;
  if (method !== "POST" || arrived === null)
    return {
      kind: "reply",
      reply: replyFrom(asked, received, arrived, handled, edge),
    };
  // RFC 9110 §9.3.3: a POST may bring what a GET would.
  const flight = new OriginFlight(asked.resource.key);
  const { kind, visitor } = keep(asked, received, arrived, flight, edge);
  const stored = kind === "stored";
  return {
    kind: "reply",
    reply: replyFrom(asked, received, visitor, { ...handled, stored }, edge),
  };
}

/** RFC 9111 §4.4, RFC 9875 §3. What is under way to the cache meanwhile is old already. */
function invalidate(asked: Asked, received: Received, edge: Edge): void {
  const { isolate, world } = edge;
  const { request, site, admitted } = asked;
  const { urls, groups } = invalidated(request.method, asked.url, {
    status: received.status,
    fields: fieldsOf(received.fields),
  });
  for (const url of urls) {
    const resource = resourceOf(rawTarget(url), asked);
    if (!resource.ok) continue;
    const { key } = resource.value;
    releaseAll(key, edge);
    for (const flight of isolate.flights.values())
      if (flight.about === key) flight.spoiled = true;
  }
  for (const group of groups) {
    const fact: PurgeFact = {
      atMs: world.nowMs(),
      what: { kind: "group", group, host: admitted.host },
      how: "soft",
    };
    const facts = isolate.groupPurges.get(site.customer) ?? [];
    const added = addFact(facts, fact, fact.atMs, longestStoredSeconds);
    if (added !== null) isolate.groupPurges.set(site.customer, added);
  }
}
