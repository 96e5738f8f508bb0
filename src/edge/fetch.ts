import { freshnessOf } from "../cache/freshness.ts";
import type { ByteRange } from "../cache/ranges.ts";
import { hasCredentials } from "../cache/request-fields.ts";
import { isReusable } from "../cache/reuse.ts";
import { staleOnError, type Failure } from "../cache/stale.ts";
import type { CacheStatus } from "../cache/status.ts";
import type { ReceivedResponse } from "../cache/storing.ts";
import type { Stored } from "../cache/stored.ts";
import {
  conditionalFields,
  freshen,
  freshenByHead,
  isValidatedBy,
  selectedBy,
  selectionFields,
} from "../cache/validation.ts";
import { isOfSharedForm, selectVariants } from "../cache/vary.ts";
import { fieldsOf, type FieldLine } from "../http/fields.ts";
import type { Bytes, OriginFailure } from "../ports.ts";
import {
  requestAsReceived,
  requestForVisitor,
  requestShared,
  confirm,
  discard,
  goesAsReceived,
  goesPastTheCache,
  rangeFields,
  visitorRange,
  visitorSlices,
  type RequestResult,
  type SharedRequestResult,
} from "./origin-request.ts";
import { discardBody } from "./bytes.ts";
import {
  entryOf,
  mayBeInvalidated,
  putEntry,
  removeEntry,
} from "./cache-store.ts";
import type { FetchResult } from "./collapsed-fetch.ts";
import { cacheRequestOf, purgeOf, type RequestContext } from "./context.ts";
import type { Edge } from "./edge.ts";
import type { OriginResult } from "./origins.ts";
import { recall, remember } from "./hit-for-miss.ts";
import type { CacheEntry } from "./isolate-cache.ts";
import type { FetchTask } from "./plan.ts";
import { asStored, receivedFrom, type Arrived } from "./received.ts";
import { storeResponse, storeSlices, type StoreResult } from "./store.ts";

/** What asking the origin came to for the visitor on whose behalf it was asked. */
export type Fetched =
  | {
      kind: "response";
      received: ReceivedResponse;
      body: Bytes | null;
      cacheStatus: CacheStatus;
      /** The visitor's conditions were not sent, so they are still to be answered (RFC 9111 §4.3.2). */
      conditions: "open" | "answered";
    }
  /** A stored response: validated, completed, or standing in. */
  | { kind: "entry"; entry: CacheEntry; cacheStatus: CacheStatus }
  | OriginFailure;

/** The same, and what it comes to for those who wait for it. */
export interface FetchOutcome {
  own: Fetched;
  shared: FetchResult;
}

/** Asks the origin on behalf of the cache, and makes of its answer what RFC 9111 says. */
export async function fetchFromOrigin(
  context: RequestContext,
  task: FetchTask,
): Promise<FetchOutcome> {
  const { edge } = context;
  const { plan, entries } = task;
  if (goesPastTheCache(plan))
    return conclude(task, await requestForVisitor(context));
  const isStored = entries.length > 0;
  if (goesAsReceived(context, { plan, isStored }))
    return conclude(task, await requestAsReceived(context));
  const nominated = entries.flatMap(({ stored }) =>
    stored.varyOn.map(([name]) => name),
  );
  const conditions = conditionsOf(plan);
  // A validation asks for the whole.
  const slices = plan.kind === "validate" ? null : visitorSlices(context);
  const own = plan.kind === "validate" ? [] : visitorRange(context);
  const range =
    slices === null
      ? own
      : rangeFields(context.request, `bytes=${slices.first}-${slices.last}`);
  const question = { conditions, range, nominated };
  const answer = await requestShared(context, question);
  const { sent, context: requested } = answer;
  const isNotModified =
    sent.kind === "answered" &&
    sent.response.status === 304 &&
    conditions.length > 0;
  if (isNotModified) {
    const outcome = freshenFrom304(requested, task, sent);
    if (outcome !== null) return outcome;
    // It was about nothing that is stored.
    const whole = { ...question, conditions: [] };
    return confirmAndConclude(
      context,
      task,
      await requestShared(context, whole),
    );
  }
  const isPart = sent.kind === "answered" && sent.response.status === 206;
  if (slices === null || !isPart)
    return confirmAndConclude(context, task, answer);
  const best = await confirm(context, { plan, first: answer });
  if (best !== answer) return conclude(task, best);
  const outcome = storeFetchedSlices(task, { slices, answer }, edge);
  if (outcome !== null) return outcome;
  // It can be used by nobody else, so that the visitor's own range is all that is wanted.
  discard(sent);
  const asWanted = { ...question, conditions: [], range: own };
  return confirmAndConclude(
    context,
    task,
    await requestShared(context, asWanted),
  );
}

/** What is made of an answer in the shared form, or of the one that this visitor is to get instead. */
async function confirmAndConclude(
  context: RequestContext,
  task: FetchTask,
  first: SharedRequestResult,
): Promise<FetchOutcome> {
  const { plan } = task;
  return conclude(task, await confirm(context, { plan, first }));
}

/** Whole slices of a body, stored and then answered from; null when they are not for others, or cannot be vouched for. */
function storeFetchedSlices(
  { plan }: FetchTask,
  { slices, answer }: { slices: ByteRange; answer: RequestResult },
  edge: Edge,
): FetchOutcome | null {
  const { context, sent, sharing } = answer;
  if (sent.kind === "failed" || sharing.kind !== "shareable") return null;
  const received = receivedFrom(context, sent);
  const { body } = sent.response;
  const entry =
    body === null ? null : storeSlices(context, received, { slices, body });
  if (entry === null) return null;
  const { ttlSeconds } = freshnessOf(
    entry.stored,
    context.site.cache,
    edge.world.nowMs(),
  );
  return {
    own: {
      kind: "entry",
      entry,
      cacheStatus: {
        kind: "forward",
        because: plan.because,
        status: received.status,
        originMs: received.responseTimeMs - received.requestTimeMs,
        stored: true,
        ttlSeconds,
        key: context.url,
      },
    },
    shared: sharedIfReusable(context, entry),
  };
}

function conditionsOf(plan: FetchTask["plan"]): FieldLine[] {
  if (plan.kind === "validate") return conditionalFields(plan.stored);
  return plan.because === "vary-miss" ? selectionFields(plan.known) : [];
}

/** What is made of the origin's last word. */
function conclude(
  task: FetchTask,
  { context, sent, sharing }: RequestResult,
): FetchOutcome {
  const standIn = staleEntry(context, task, failureOf(sent));
  if (standIn !== null) {
    discard(sent);
    return { own: standIn, shared: failedFor(sent) };
  }
  if (sent.kind === "failed") return { own: sent, shared: sent };
  return passOn(context, task, { sent, sharing });
}

/** Those who wait may have no entry that could stand in, or be told not to use one. */
function failedFor(sent: OriginResult): FetchResult {
  return sent.kind === "failed"
    ? sent
    : { kind: "error-status", status: sent.response.status };
}

/** RFC 9111 §4.2.4, RFC 5861 §4: the stored response, stale, for an origin that failed; null where that is forbidden. */
export function staleEntry(
  { request, site, url, edge }: RequestContext,
  { plan, entries }: FetchTask,
  failure: Failure | null,
): Extract<Fetched, { kind: "entry" }> | null {
  if (failure === null || plan.kind !== "validate" || plan.purged) return null;
  const stale = staleOnError(
    plan.stored,
    request.fields,
    failure,
    site.cache,
    edge.world.nowMs(),
  );
  const entry = entryOf(plan.stored, entries);
  if (stale.kind === "fail" || entry === null) return null;
  const cacheStatus: CacheStatus = {
    kind: "forward",
    because: plan.because,
    ...(failure.kind === "status" && { status: failure.status }),
    ttlSeconds: stale.ttlSeconds,
    key: url,
    detail: "stale-on-error",
  };
  return { kind: "entry", entry, cacheStatus };
}

function failureOf(sent: OriginResult): Failure | null {
  if (sent.kind === "failed") return { kind: "unreachable" };
  const { status } = sent.response;
  return status >= 500 ? { kind: "status", status } : null;
}

/** RFC 9111 §4.3.4: freshens what a 304 is about, and answers with it; null when it is about nothing that is stored. */
function freshenFrom304(
  context: RequestContext,
  { plan, entries }: FetchTask,
  sent: Arrived,
): FetchOutcome | null {
  const { edge } = context;
  const { site, resource, url } = context;
  const received = receivedFrom(context, sent);
  const renewed = validatedStored(plan, received).flatMap((stored) => {
    const entry = entryOf(stored, entries);
    const made = freshen(stored, cacheRequestOf(context), received, site.cache);
    // A body that broke off meanwhile is no longer there to answer with.
    const isBroken =
      entry?.body.kind === "arriving" && entry.body.arriving.isBroken;
    return entry === null || isBroken ? [] : [{ entry, made }];
  });
  const [first] = renewed;
  if (first === undefined) return null;
  const isOld = mayBeInvalidated(resource.key, received.requestTimeMs, edge);
  for (const { entry, made } of renewed)
    if (made.kind === "keep" && !isOld)
      putEntry(resource.key, { ...entry, stored: made.stored }, edge);
  const { stored, kind } = first.made;
  const isKept = kind === "keep" && !isOld;
  const { ttlSeconds } = freshnessOf(stored, site.cache, edge.world.nowMs());
  return {
    own: {
      kind: "entry",
      entry: {
        ...first.entry,
        stored: withOwnCookies(stored, received, context),
      },
      cacheStatus: {
        kind: "forward",
        because: plan.because,
        status: 304,
        originMs: received.responseTimeMs - received.requestTimeMs,
        stored: isKept,
        ttlSeconds,
        key: url,
      },
    },
    shared: isOld
      ? { kind: "look-again", arriving: null }
      : isKept
        ? sharedIfReusable(context, { stored, body: first.entry.body })
        : { kind: "uncacheable" },
  };
}

/**
 * Cookies that a 304 sets are for whoever had it asked for; but they are another visitor's to one whose own cookies were held
 * back.
 */
function withOwnCookies(
  stored: Stored,
  { fields }: ReceivedResponse,
  { request, asReceived }: RequestContext,
): Stored {
  const set = fields.filter(isSetCookie);
  if (set.length === 0) return stored;
  const isOtherVisitor =
    hasCredentials(asReceived.fields) && !hasCredentials(request.fields);
  const others = stored.fields.filter((line) => !isSetCookie(line));
  return { ...stored, fields: isOtherVisitor ? others : [...others, ...set] };
}

const isSetCookie = ([name]: FieldLine) => name.toLowerCase() === "set-cookie";

function validatedStored(
  plan: FetchTask["plan"],
  received: ReceivedResponse,
): readonly Stored[] {
  const fields = fieldsOf(received.fields);
  if (plan.kind === "forward") return selectedBy(fields, plan.known);
  return isValidatedBy(plan.stored, fields) ? [plan.stored] : [];
}

/** What is stored but must be validated for each visitor is worth nothing to those who wait, now or later. */
function sharedIfReusable(
  context: RequestContext,
  { stored, body }: Pick<CacheEntry, "stored" | "body">,
): FetchResult {
  const { edge } = context;
  const arriving = body.kind === "arriving" ? body.arriving : null;
  if (isReusable(stored, context.site.cache, edge.world.nowMs()))
    return { kind: "look-again", arriving };
  remember(context, "always-validated");
  return { kind: "uncacheable" };
}

/** The origin's answer to the visitor, stored on the way where that may be. */
function passOn(
  context: RequestContext,
  { plan, entries }: FetchTask,
  { sent, sharing }: { sent: Arrived; sharing: RequestResult["sharing"] },
): FetchOutcome {
  const { edge } = context;
  const { request, site, url } = context;
  const received = receivedFrom(context, sent);
  if (request.method === "HEAD") freshenByAnswer(context, received, entries);
  const body = sent.response.body ?? new Uint8Array();
  const stored = storeIfShared(context, received, { body, sharing });
  rememberReach(context, received.status, stored);
  const cacheStatus: CacheStatus = {
    kind: "forward",
    because: plan.because,
    status: received.status,
    originMs: received.responseTimeMs - received.requestTimeMs,
    stored: stored.kind === "stored",
    key: url,
    ...(stored.kind === "stored"
      ? {
          ttlSeconds: freshnessOf(
            asStored(received),
            site.cache,
            edge.world.nowMs(),
          ).ttlSeconds,
        }
      : { detail: stored.because }),
  };
  const shared = resultFor(context, { plan, received, stored });
  // A validation asks for the whole, and an origin may ignore a Range; what is stored answers it all the same.
  if (stored.kind === "stored" && isWholeForPart(request, received)) {
    discardBody(stored.visitor);
    return { own: { kind: "entry", entry: stored.entry, cacheStatus }, shared };
  }
  return {
    own: {
      kind: "response",
      received,
      body: stored.visitor,
      cacheStatus,
      conditions: context.form === "shared" ? "open" : "answered",
    },
    shared,
  };
}

function isWholeForPart(
  { method, fields }: RequestContext["request"],
  { status }: ReceivedResponse,
): boolean {
  return method === "GET" && status === 200 && fields.get("range") !== null;
}

/** An answer to somebody's credentials that may be stored says that it is for all, so the next is asked for without them. */
function rememberReach(
  context: RequestContext,
  status: number,
  stored: Passing,
): void {
  const isForAll =
    stored.kind === "stored" ||
    (stored.kind === "refused" && stored.because === "unkeyed-fields");
  if (
    isForAll &&
    context.form === "as-received" &&
    status < 400 &&
    hasCredentials(context.request.fields) &&
    recall(context) === null
  )
    remember(context, "for-all");
}

type Passing =
  StoreResult | { kind: "refused"; visitor: Bytes; because: string };

function storeIfShared(
  context: RequestContext,
  received: ReceivedResponse,
  { body, sharing }: { body: Bytes; sharing: RequestResult["sharing"] },
): Passing {
  switch (sharing.kind) {
    case "shareable":
      return storeResponse(context, received, body);
    case "past-the-cache":
      return { kind: "refused", visitor: body, because: "bypass" };
    case "ask-again":
    case "not-shared":
      return { kind: "refused", visitor: body, because: "unkeyed-fields" };
  }
}

/** Why an answer was not stored that says nothing of what the others will get: they find out with a leader of their own. */
const isOfRequest: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "invalidated",
  "request-no-store",
  "vary-too-long",
]);

function resultFor(
  context: RequestContext,
  {
    plan,
    received: { status },
    stored,
  }: { plan: FetchTask["plan"]; received: ReceivedResponse; stored: Passing },
): FetchResult {
  switch (stored.kind) {
    case "stored":
      return sharedIfReusable(context, stored.entry);
    case "once":
      return {
        kind: "error-response",
        entry: stored.entry,
        because: plan.because,
      };
    case "refused":
      if (status >= 500) return { kind: "error-status", status };
      return isOfRequest.has(stored.because)
        ? { kind: "look-again", arriving: null }
        : { kind: "uncacheable" };
  }
}

/** RFC 9111 §4.3.5: what a HEAD tells of the stored responses it could have been answered with. */
function freshenByAnswer(
  context: RequestContext,
  received: ReceivedResponse,
  entries: readonly CacheEntry[],
): void {
  const { edge } = context;
  const { request, site, resource } = context;
  if (received.status !== 200) return;
  if (mayBeInvalidated(resource.key, received.requestTimeMs, edge)) return;
  if (context.form !== "shared") return;
  const { fields } = request;
  const selected = selectVariants(
    fields,
    entries.map(({ stored }) => stored),
    site.cache,
  ).filter((stored) => isOfSharedForm(stored, fields, site.cache));
  for (const stored of selected) {
    const entry = entryOf(stored, entries);
    if (entry === null || purgeOf(stored, context).kind !== "none") continue;
    const made = freshenByHead(
      stored,
      cacheRequestOf(context),
      received,
      site.cache,
    );
    if (made === null) removeEntry(resource.key, entry.name, edge);
    else if (made.kind === "keep")
      putEntry(resource.key, { ...entry, stored: made.stored }, edge);
  }
}
