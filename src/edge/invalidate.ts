import { findInvalidated } from "../cache/invalidation.ts";
import type { ReceivedResponse } from "../cache/storing.ts";
import { fieldsOf } from "../http/fields.ts";
import { rawTarget } from "../http/target.ts";
import { maxUrlCharacters } from "./admit.ts";
import { invalidateKey } from "./cache-store.ts";
import { resourceOf, type RequestContext } from "./context.ts";
import { addGroupPurge } from "./group-purges.ts";

/** RFC 9111 §4.4, RFC 9875 §3: what an answer to an unsafe request makes unusable, stored or on its way to be. */
export function invalidate(
  context: RequestContext,
  received: ReceivedResponse,
): void {
  const { edge } = context;
  const atMs = received.responseTimeMs;
  const { request, site, admitted } = context;
  const { urls, groups } = findInvalidated(request.method, context.url, {
    status: received.status,
    fields: fieldsOf(received.fields),
  });
  for (const url of urls) {
    // Nobody can ask for it.
    if (url.length > maxUrlCharacters) continue;
    const resource = resourceOf(rawTarget(url), context);
    if (resource.ok) invalidateKey(resource.value.key, atMs, edge);
  }
  for (const group of groups) {
    const what = { kind: "group", group, host: admitted.host } as const;
    addGroupPurge(site.customer, { atMs, what, how: "soft" }, edge);
  }
}
