import { withoutIgnoredCookies } from "../cache/cookies.ts";
import { freshnessLifetime } from "../cache/freshness.ts";
import { policyOf, surrogateDevice } from "../cache/policy.ts";
import { asksForOneRange, slicesFor, type ByteRange } from "../cache/ranges.ts";
import {
  fieldsForShared,
  hasCredentials,
  isCredential,
  sharing,
  identifiesVisitor,
  type Sharing,
  type SharedRequest,
} from "../cache/request-fields.ts";
import type { Reuse } from "../cache/reuse.ts";
import { hasStaticPath, isStaticFile } from "../cache/static-files.ts";
import { isOfResource } from "../cache/statuses.ts";
import { allowsAuthorized, mayStore } from "../cache/storing.ts";
import { isOfSharedForm } from "../cache/vary.ts";
import { fieldsOf, type FieldLine } from "../http/fields.ts";
import { cacheRequestOf, type RequestContext } from "./context.ts";
import type { Edge } from "./edge.ts";
import { discardBody } from "./bytes.ts";
import {
  forwardedFields,
  sendToOrigins,
  type OriginResult,
} from "./origins.ts";
import { countSecond, isConfirmed, recall, remember } from "./hit-for-miss.ts";
import { receivedFrom, type Arrived } from "./received.ts";
import { sliceBytes, slicesPerFetch } from "./stored-body.ts";

/** What is asked of an origin besides what the visitor's own fields say. */
export interface Preconditions {
  /** If-None-Match and If-Modified-Since of stored responses. */
  conditions: readonly FieldLine[];
  /** Range and If-Range. */
  range: readonly FieldLine[];
  /** Lower-case names of the fields by which stored responses of the resource vary. */
  nominated: readonly string[];
}

/** What an origin answered to the request of a context, and what the cache may make of it. */
export interface RequestResult {
  /** The request as it was sent: without the fields that were held back. */
  context: RequestContext;
  sent: OriginResult;
  sharing: Sharing | { kind: "past-the-cache" };
}

/** One in the shared form. */
export interface SharedRequestResult extends RequestResult {
  /** Lower-case names of the visitor's fields that were not sent. */
  heldBack: ReadonlySet<string>;
}

type Asking = Extract<Reuse, { kind: "validate" | "forward" }>;

/**
 * Asks the origin in the shared form. When the answer turns out to depend on fields that were held back, and they are no
 * credentials, it is asked for once more with them.
 */
export async function requestShared(
  context: RequestContext,
  question: Preconditions,
): Promise<SharedRequestResult> {
  const { edge } = context;
  const { site } = context;
  const lines = forwardedFields(context);
  const ask = async (names: readonly string[]) => {
    const shared = fieldsForShared(lines, {
      nominated: new Set(names),
      vouched: site.cache.vouchedFields,
    });
    const fields = [
      ...shared.fields,
      ...edgeFields(shared, edge),
      ...question.range,
      ...question.conditions,
    ];
    const sent = await sendFields(context, fields);
    const { heldBack } = shared;
    return {
      context: sharedContext(context, heldBack),
      sent,
      sharing: sharingOf(shared, sent),
      heldBack,
    };
  };
  const first = await ask(question.nominated);
  if (first.sharing.kind !== "ask-again") return first;
  const { names } = first.sharing;
  if (names.some(isCredential)) return first;
  discard(first.sent);
  return ask([...question.nominated, ...names]);
}

/** The same request without the credentials that were held back: no answer to it can be meant for them. */
function sharedContext(
  context: RequestContext,
  heldBack: ReadonlySet<string>,
): RequestContext {
  const { request } = context;
  const fields = ["cookie", "authorization"]
    .filter((name) => heldBack.has(name))
    .reduce((left, name) => left.replace(name, null), request.fields);
  return { ...context, form: "shared", request: { ...request, fields } };
}

/** Asks the origin what the visitor asked, field by field. It may be stored for others who ask the very same. */
export async function requestAsReceived(
  context: RequestContext,
): Promise<RequestResult> {
  const { sent } = await requestForVisitor(context);
  return {
    context: { ...context, form: "as-received" },
    sent,
    sharing: { kind: "shareable" },
  };
}

/** Asks the origin what the visitor asked, for this visitor alone. */
export async function requestForVisitor(
  context: RequestContext,
): Promise<RequestResult> {
  const fields = forwardedFields({ ...context, request: context.asReceived });
  return {
    context,
    sent: await sendFields(context, fields),
    sharing: { kind: "past-the-cache" },
  };
}

/**
 * Is a request to be sent as it was received, because its answer is for this visitor as far as is known, or because no shared one
 * can come of it?
 */
export function goesAsReceived(
  context: RequestContext,
  { plan, isStored }: { plan: Asking; isStored: boolean },
): boolean {
  const { request, site } = context;
  const { fields } = request;
  const known = recall(context);
  if (known === "uncacheable") return true;
  // What is stored is freshened for everybody by a request that anybody could have made.
  if (plan.kind === "validate")
    return !isOfSharedForm(plan.stored, fields, site.cache);
  if (request.method === "HEAD" && !isStored) return true;
  if (!hasCredentials(fields) || known === "for-all") return false;
  if (known === "uncacheable-with-credentials") return true;
  return !triesWithoutCookies(context);
}

/**
 * Long polls, and links that work once, are GETs that must not be sent twice, whatever RFC 9110 §9.2.1 says of safe methods. They have
 * a query, so that what has one, and is no static file, is asked for once; the next request of the URL goes with all fields.
 */
function mayBeUsedUp(target: string): boolean {
  return target.includes("?") && !hasStaticPath(target);
}

/** May the answer without cookies turn out to be good for visitors with cookies too? */
function triesWithoutCookies({ request, resource }: RequestContext) {
  return !request.fields.get("authorization") && hasStaticPath(resource.target);
}

/** An origin that took longer than this is not asked again for the same visitor. */
const slowMs = 3_000;

/**
 * The answer that this visitor is to get. One in the shared form that is an error, or that is for one visitor, may be another one
 * for who sends all fields, so it is asked for once more with them; from then on they are sent at once. An origin in trouble
 * (5xx), or a slow one, is not asked twice.
 */
export async function confirm(
  context: RequestContext,
  { plan, first }: { plan: Asking; first: SharedRequestResult },
): Promise<RequestResult> {
  const { edge } = context;
  const { sent, heldBack } = first;
  if (sent.kind === "failed" || context.request.method !== "GET") return first;
  const { status } = sent.response;
  if (status >= 500 || unrelated.has(status)) return first;
  const isTrial =
    plan.kind === "forward" &&
    recall(context) !== "for-all" &&
    [...heldBack].some(isCredential);
  const mismatch =
    isTrial && !isForCookies(context, sent)
      ? "of-credentials"
      : mismatchOf(context, first, { sent, edge });
  if (mismatch === "none") return first;
  const unconfirmed: RequestResult =
    mismatch === "error" && !isOfResource(status)
      ? { ...first, context: { ...context, form: "as-received" } }
      : first;
  const isDistinguishable =
    identifiesVisitor(heldBack, context.asReceived.fields) ||
    wentWithoutCookies(context);
  if (!isDistinguishable) return unconfirmed;
  const { host } = context.admitted;
  const hadCredentials = [...heldBack].some(isCredential);
  if (!hadCredentials) {
    const isSlow = sent.responseTimeMs - sent.requestTimeMs > slowMs;
    const isOnce = mayBeUsedUp(context.resource.target);
    if (isSlow || (isOnce && mismatch === "refused"))
      remember(context, "uncacheable");
    if (isSlow || isOnce || isConfirmed(host, status, edge)) return unconfirmed;
  }
  const second = await requestAsReceived(context);
  if (second.sent.kind === "failed" && !hadCredentials) return unconfirmed;
  if (second.sent.kind === "answered") {
    const statuses = { first: status, second: second.sent.response.status };
    countSecond(host, statuses, edge);
    const isSame = statuses.second === status && !hadCredentials;
    if (mismatch === "error" && isSame && isOfResource(status)) {
      // Who asks makes no difference, so all may share it.
      discard(second.sent);
      return first;
    }
  }
  discard(sent);
  remember(
    context,
    mismatch === "of-credentials"
      ? "uncacheable-with-credentials"
      : "uncacheable",
  );
  return second;
}

/** Has the site's own list of ignored cookies taken away some that may be a visitor's session? */
function wentWithoutCookies({ request, asReceived }: RequestContext): boolean {
  const cookie = asReceived.fields.get("cookie") ?? "";
  const left = withoutIgnoredCookies(cookie, []) ?? "";
  return left !== (request.fields.get("cookie") ?? "");
}

/** RFC 9110 §15.4.5, §15.5.13, §15.5.17: these answer the conditions and ranges that were sent. */
const unrelated: ReadonlySet<number> = new Set([304, 412, 416]);

type Mismatch =
  | "none"
  /** It may be stored, but it is an error. */
  | "error"
  /** It may not be stored. */
  | "refused"
  /** It depends on credentials, or is not what all may have without them. */
  | "of-credentials";

/** Why an answer in the shared form may not be the one that this visitor should get. */
function mismatchOf(
  { site }: RequestContext,
  { context: requested, sharing: shared, heldBack }: SharedRequestResult,
  { sent }: { sent: Arrived; edge: Edge },
): Mismatch {
  const received = receivedFrom(requested, sent);
  if ([...heldBack].some(isCredential)) {
    if (shared.kind === "ask-again") return "of-credentials";
    // It would take the place of the visitor's own cookie.
    if (fieldsOf(received.fields).get("set-cookie")) return "of-credentials";
  }
  const storing = mayStore(cacheRequestOf(requested), received, site.cache);
  if (storing.kind === "refuse")
    return storing.because === "unkeyed-fields" ? "none" : "refused";
  return received.status >= 400 ? "error" : "none";
}

/**
 * May a visitor with cookies have what was answered without them, when that is all that is known of the resource? A static file that
 * says that it is for all, and under "static" any.
 */
function isForCookies(context: RequestContext, sent: Arrived): boolean {
  const { site, resource } = context;
  const received = receivedFrom(context, sent);
  const { responseTimeMs } = received;
  const response = { ...received, fields: fieldsOf(received.fields) };
  const policy = policyOf(response, site.cache);
  return (
    (site.cache.cookies === "static" || allowsAuthorized(policy)) &&
    isStaticFile(
      resource.target,
      response.fields,
      freshnessLifetime(response, policy, responseTimeMs, site.cache),
    )
  );
}

/** Nobody reads this answer. */
export function discard(sent: OriginResult): void {
  if (sent.kind === "answered") discardBody(sent.response.body);
}

/** The plans whose answers are neither looked for in the cache nor stored. A validation that a visitor asks for is not one. */
export function goesPastTheCache(plan: Asking): boolean {
  if (plan.kind === "validate") return false;
  const { because } = plan;
  return because === "bypass" || because === "method" || because === "request";
}

/** The visitor's own range, when there is one that may be sent on. */
export function visitorRange({ request }: RequestContext): FieldLine[] {
  const range = request.fields.get("range");
  return request.method === "GET" && range !== null && asksForOneRange(range)
    ? rangeFields(request, range)
    : [];
}

/** The whole slices that the visitor's range is in, to be asked for in its place; null where there are none. */
export function visitorSlices({ request }: RequestContext): ByteRange | null {
  return request.method === "GET"
    ? slicesFor(request.fields.get("range") ?? "", {
        sliceBytes,
        maxBytes: slicesPerFetch * sliceBytes,
      })
    : null;
}

/** A range with the visitor's own condition. */
export function rangeFields(
  { fields }: RequestContext["request"],
  range: string,
): FieldLine[] {
  const condition = fields.get("if-range");
  return condition === null
    ? [["Range", range]]
    : [
        ["Range", range],
        ["If-Range", condition],
      ];
}

function sendFields(
  context: RequestContext,
  fields: readonly FieldLine[],
): Promise<OriginResult> {
  return sendToOrigins(context, {
    method: context.request.method,
    target: context.resource.target,
    fields,
    body: null,
    upgrade: "none",
    watch: null,
  });
}

function edgeFields(shared: SharedRequest, { config }: Edge): FieldLine[] {
  return [
    // Many origins take no request without one; this one tells the same to all.
    ...(shared.heldBack.has("user-agent")
      ? [["User-Agent", config.name] as const]
      : []),
    ["Surrogate-Capability", `${surrogateDevice}="Surrogate/1.0"`],
  ];
}

function sharingOf(shared: SharedRequest, sent: OriginResult): Sharing {
  return sent.kind === "failed"
    ? { kind: "shareable" }
    : sharing(shared, fieldsOf(sent.response.fields));
}
