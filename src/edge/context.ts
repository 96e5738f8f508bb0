import { groupNames } from "../cache/groups.ts";
import { resource, type Resource } from "../cache/key.ts";
import { judgePurge, type PurgeFact } from "../cache/purge.ts";
import { fieldsOf, type Stored } from "../cache/stored.ts";
import { purgeKey } from "../customer/keys.ts";
import type { Site } from "../customer/site.ts";
import type { Visit } from "../customer/verdict.ts";
import type { Parsed } from "../http/parsed.ts";
import { targetOnOrigin } from "../http/target.ts";
import type { Inbound, Watch } from "../world.ts";
import type { Admitted } from "./admit.ts";
import type { Edge } from "./edge.ts";
import type { Passed } from "./gate.ts";
import { watchOf } from "./watch.ts";

/** One request that passed the gate, with all that the cache must know of it. */
export interface RequestContext {
  request: Inbound;
  admitted: Admitted;
  site: Site;
  hopsLeft: string | null;
  /** Its cache key, and the target to send for what the key stands for. */
  resource: Resource;
  /** The resource's URL as visitors know it. */
  url: string;
  purges: readonly PurgeFact[];
  watch: Watch;
}

/** The problem is the target's: it is nothing that could be sent to an origin. */
export function buildContext(
  request: Inbound,
  admitted: Admitted,
  passed: Passed,
  hopsLeft: string | null,
  visit: Visit,
  edge: Edge,
): Parsed<RequestContext> {
  const { site } = passed;
  const keyed = resourceOf(admitted.target, { site, admitted });
  if (!keyed.ok) return keyed;
  const { scheme, authority } = admitted;
  return {
    ok: true,
    value: {
      request,
      admitted,
      site,
      hopsLeft,
      resource: keyed.value,
      url: `${scheme}://${authority}${keyed.value.target}`,
      purges: purgesOf(passed, edge),
      watch: watchOf(visit, passed, edge),
    },
  };
}

/** The key of a resource of this site, by the URL's path and query. */
export function resourceOf(
  target: string,
  { site, admitted }: Pick<RequestContext, "site" | "admitted">,
): Parsed<Resource> {
  const url = targetOnOrigin(site.origins[0], target);
  return url.ok
    ? {
        ok: true,
        value: resource(site.customer, admitted, url.value, site.cache),
      }
    : url;
}

/** The purges that concern a customer's stored responses: ordered by the list, by responses, and by having been refused. */
function purgesOf({ site, passage }: Passed, edge: Edge): PurgeFact[] {
  const { isolate } = edge;
  const { customer } = site;
  const listed = isolate.purges.find(purgeKey(customer));
  const refusedAtMs = isolate.refusedAtMs.get(customer) ?? null;
  const restoredAtMs = passage.kind === "serve" ? passage.restoredAtMs : null;
  const staleBefore = [refusedAtMs, restoredAtMs].filter((at) => at !== null);
  return [
    ...(listed?.kind === "record" ? listed.value : []),
    ...(isolate.groupPurges.get(customer) ?? []),
    ...staleBefore.map((atMs): PurgeFact => ({
      atMs,
      what: { kind: "all" },
      how: "soft",
    })),
  ];
}

export function purgeOf(
  stored: Stored,
  { purges, admitted, resource: { target }, site }: RequestContext,
  nowMs: number,
): { kind: "none" | "soft" | "hard" } {
  const groups = groupNames(fieldsOf(stored).get("cache-groups"));
  const { requestTimeMs } = stored;
  const { host } = admitted;
  return judgePurge(
    purges,
    { host, target, groups, requestTimeMs },
    site.cache,
    nowMs,
  );
}
