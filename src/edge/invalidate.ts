import { invalidated } from "../cache/invalidation.ts";
import {
  addFact,
  longestStoredSeconds,
  type PurgeFact,
} from "../cache/purge.ts";
import type { Received } from "../cache/storing.ts";
import { fieldsOf } from "../http/fields.ts";
import { rawTarget } from "../http/target.ts";
import { invalidateKey } from "./cache-store.ts";
import { resourceOf, type RequestContext } from "./context.ts";
import type { Edge } from "./edge.ts";

/** RFC 9111 §4.4, RFC 9875 §3: what an answer to an unsafe request makes unusable, stored or on its way to be. */
export function invalidate(
  context: RequestContext,
  received: Received,
  edge: Edge,
): void {
  const { isolate } = edge;
  const atMs = received.responseTimeMs;
  const { request, site, admitted } = context;
  const { urls, groups } = invalidated(request.method, context.url, {
    status: received.status,
    fields: fieldsOf(received.fields),
  });
  for (const url of urls) {
    const resource = resourceOf(rawTarget(url), context);
    if (resource.ok) invalidateKey(resource.value.key, atMs, edge);
  }
  for (const group of groups) {
    const fact: PurgeFact = {
      atMs,
      what: { kind: "group", group, host: admitted.host },
      how: "soft",
    };
    const facts = isolate.groupPurges.get(site.customer) ?? [];
    const added = addFact(facts, fact, atMs, longestStoredSeconds);
    if (added !== null) isolate.groupPurges.set(site.customer, added);
  }
}
