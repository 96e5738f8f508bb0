import { bodyLimits } from "./timed-body.ts";
import { groupNames } from "../cache/groups.ts";
import { withoutIgnoredCookies } from "../cache/cookies.ts";
import { resource, type Resource } from "../cache/key.ts";
import { evaluatePurges, type PurgeFact } from "../cache/purge.ts";
import type { Form } from "../cache/request-fields.ts";
import type { CacheRequest } from "../cache/storing.ts";
import { fieldsOf, type Stored } from "../cache/stored.ts";
import type { Site } from "../customer/site.ts";
import type { Visit } from "../customer/visit.ts";
import type { Parsed } from "../parse/parsed.ts";
import { maxForwards } from "../http/forwarding.ts";
import { handshakeProblem } from "../http/handshake.ts";
import { normalisedTarget } from "../http/target.ts";
import { traceIdsOf, type TraceIds } from "../http/trace.ts";
import type { Inbound, RequestBody } from "../ports.ts";
import type { Admitted } from "./admit.ts";
import { contentOf } from "./content.ts";
import type { Edge } from "./edge.ts";
import type { Passed } from "./gate.ts";
import { lookPurges } from "./records.ts";
import { RequestWatch } from "./watch.ts";

/** One request that passed the gate, with all that the cache must know of it. */
export interface RequestContext {
  edge: Edge;
  /** As the cache sees it: without the cookies that the site ignores. */
  request: Inbound;
  /** As it arrived. */
  asReceived: Inbound;
  /** How the fields of `request` are sent to the origin. */
  form: Form;
  admitted: Admitted;
  site: Site;
  hopsLeft: string | null;
  /** Null for a request without content. */
  body: RequestBody | null;
  /** Its cache key, and the target to send for what the key stands for. */
  resource: Resource;
  /** The resource's URL as visitors know it. */
  url: string;
  /** Those of the list and of a restore; they act from their moment on. */
  purges: readonly PurgeFact[];
  watch: RequestWatch;
  /** With these the request begins a trace, or goes on in the visitor's. */
  traceIds: TraceIds;
}

/** A request that passed the gate: what all steps from here on go by, or why there are none. */
export type Prepared =
  | { kind: "ready"; context: RequestContext }
  | { kind: "malformed"; status: 400 | 426; problem: string }
  /** The visitor broke off the content, or its framing is malformed. */
  | { kind: "broken-upload"; details: string }
  /** RFC 9110 §7.6.2: with no hops left, OPTIONS is ours to answer. */
  | { kind: "final-recipient" };

/** Builds the context of a request, once its content is known to be such that it can be sent on. */
export async function prepare(
  admitted: Admitted,
  passed: Passed,
  edge: Edge,
): Promise<Prepared> {
  const { request, visit, scheme, authority, target } = admitted;
  const { site } = passed;
  const hops = maxForwards(request.method, request.fields, target);
  if (hops.kind === "final") return { kind: "final-recipient" };
  const handshake =
    visit.upgrade === "websocket" ? handshakeProblem(request.fields) : null;
  if (handshake !== null) return { kind: "malformed", ...handshake };
  const content = await contentOf(request, bodyLimits(site), edge.world);
  switch (content.kind) {
    case "unsendable":
      return { kind: "malformed", status: 400, problem: content.problem };
    case "broken":
      return { kind: "broken-upload", details: content.details };
    case "none":
    case "upload":
      break;
  }
  const purges = usesCache(visit) ? await lookPurges(site.customer, edge) : [];
  const keyed = resourceOf(target, { site, admitted });
  if (!keyed.ok)
    return { kind: "malformed", status: 400, problem: keyed.problem };
  const context: RequestContext = {
    edge,
    request: withoutIgnored(request, site.cache.ignoredCookies),
    asReceived: request,
    form: "as-received",
    admitted,
    site,
    hopsLeft: hops.value,
    body: content.kind === "upload" ? content.body : null,
    resource: keyed.value,
    url: `${scheme}://${authority}${keyed.value.target}`,
    purges: [...purges, ...purgesBy(restoredAtMs(passed))],
    watch: new RequestWatch(visit, passed, edge),
    traceIds: traceIdsOf(request.fields, (bytes) =>
      edge.world.randomHex(bytes),
    ),
  };
  return { kind: "ready", context };
}

/** May the cache answer, or store what the origin answers? Not for upgrades. */
export function usesCache({ method, upgrade }: Visit): boolean {
  return (method === "GET" || method === "HEAD") && upgrade === "none";
}

/** The same object where no cookie is ignored, which is how most requests come. */
function withoutIgnored(
  request: Inbound,
  ignoredCookies: readonly string[],
): Inbound {
  const cookie = request.fields.get("cookie");
  if (cookie === null) return request;
  const left = withoutIgnoredCookies(cookie, ignoredCookies);
  if (left === cookie) return request;
  const fields = request.fields.replace("cookie", left);
  return { ...request, fields };
}

/** The request as it is sent, for the rules of storing. */
export function cacheRequestOf({
  request,
  asReceived,
  url,
  form,
}: RequestContext): CacheRequest {
  const { fields } = form === "shared" ? request : asReceived;
  return { method: request.method, url, fields, form };
}

/** The key of a resource of this site, by the URL's path and query. */
export function resourceOf(
  target: string,
  { site, admitted }: Pick<RequestContext, "site" | "admitted">,
): Parsed<Resource> {
  const sent = normalisedTarget(site.origins[0], target);
  return sent.ok
    ? {
        ok: true,
        value: resource(site.customer, admitted, sent.value, site.cache),
      }
    : sent;
}

function restoredAtMs({ passage }: Passed): number | null {
  return passage.kind === "serve" ? passage.restoredAtMs : null;
}

/** What was stored until a moment is not used without asking the origin. */
function purgesBy(atMs: number | null | undefined): PurgeFact[] {
  return typeof atMs === "number"
    ? [{ atMs, what: { kind: "all" }, how: "soft" }]
    : [];
}

/** What the purges say of one stored response; those that responses ordered concern the members of groups (RFC 9875). */
export function purgeOf(
  stored: Stored,
  {
    purges,
    admitted,
    resource: { target },
    site,
    edge: { isolate, world },
  }: RequestContext,
): { kind: "none" | "soft" | "hard" } {
  const groups = groupNames(fieldsOf(stored).get("cache-groups"));
  const { requestTimeMs, bodyRequestTimeMs } = stored;
  const { host } = admitted;
  const about = { host, target, groups, requestTimeMs, bodyRequestTimeMs };
  const listed = evaluatePurges(purges, about, site.cache, world.nowMs());
  if (listed.kind !== "none") return listed;
  const { customer } = site;
  const ordered =
    groups.length === 0 ? [] : (isolate.groupPurges.get(customer) ?? []);
  const refused = purgesBy(isolate.refusedAtMs.get(customer));
  // What happened here is past, though the clock may have been set back since.
  return evaluatePurges([...ordered, ...refused], about, site.cache, Infinity);
}
