import type { OriginFailure } from "../ports.ts";
import { hasCredentials, unlistedFields } from "../cache/request-fields.ts";
import type { CacheStatus } from "../cache/status.ts";
import type { Nominated } from "../cache/stored.ts";
import { isTooMuch } from "../cache/vary.ts";
import {
  goesAsReceived,
  visitorRange,
  visitorSlices,
} from "./origin-request.ts";
import { discardBody } from "./bytes.ts";
import { mayBeInvalidated } from "./cache-store.ts";
import {
  fetchDeadlineMs,
  type CollapsedFetch,
  type FetchResult,
} from "./collapsed-fetch.ts";
import type { RequestContext } from "./context.ts";
import { fetchFromOrigin, staleEntry, type Fetched } from "./fetch.ts";
import { isForOthers } from "./hit-for-miss.ts";
import type { FetchTask } from "./plan.ts";

/** What a fetch came to for one of those who wanted it. */
export type CollapsedResult =
  | Fetched
  /** The origin answered another visitor with this server error, whose text may be meant for that visitor alone. */
  | Extract<FetchResult, { kind: "error-status" }>
  /** Another's fetch has changed what is stored: plan again. */
  | { kind: "look-again" };

/** Asks the origin, once for all that ask the same meanwhile where that may be. */
export function fetchCollapsed(
  context: RequestContext,
  task: FetchTask,
): Promise<CollapsedResult> {
  return isCollapsible(context, task)
    ? fetchTogether(context, task)
    : fetchAlone(context, task);
}

/** Asks the origin for this visitor, whoever else asks. */
export async function fetchAlone(
  context: RequestContext,
  task: FetchTask,
): Promise<Fetched> {
  return (await fetchFromOrigin(context, task)).own;
}

/** RFC 5861 §3: one request fetches anew while all are answered with what there is. */
export async function refresh(
  context: RequestContext,
  task: FetchTask,
): Promise<void> {
  const selector = selectorOf(context, task);
  if (selector === null || findFetch(context, selector) !== null) return;
  const fetched = await lead(context, task, selector);
  if (fetched.kind === "response") discardBody(fetched.body);
}

async function fetchTogether(
  context: RequestContext,
  task: FetchTask,
): Promise<CollapsedResult> {
  const { edge } = context;
  const selector = selectorOf(context, task);
  if (selector === null) return fetchAlone(context, task);
  const running = findFetch(context, selector);
  if (running === null) return lead(context, task, selector);
  const deadlineMs = fetchDeadlineMs(context.site, edge.world.nowMs());
  const result = await running.wait(deadlineMs, edge.world);
  switch (result.kind) {
    case "look-again":
      // What broke off already would break off for the next leader too.
      return result.arriving?.isBroken === true
        ? (staleEntry(context, task, { kind: "unreachable" }) ?? incomplete)
        : { kind: "look-again" };
    case "overdue":
      // Whoever led it is gone for good. One of those who waited leads now.
      edge.isolate.fetches.end(selector, running);
      return { kind: "look-again" };
    case "uncacheable":
      return fetchAlone(context, task);
    case "failed":
      return staleEntry(context, task, { kind: "unreachable" }) ?? result;
    case "error-status":
      return staleEntry(context, task, { ...result, kind: "status" }) ?? result;
    case "error-response": {
      const { entry, because } = result;
      const { status } = entry.stored;
      const cacheStatus: CacheStatus = {
        kind: "forward",
        because,
        status,
        collapsed: true,
        key: context.url,
      };
      return (
        staleEntry(context, task, { kind: "status", status }) ?? {
          kind: "entry",
          entry,
          cacheStatus,
        }
      );
    }
  }
}

const incomplete: OriginFailure = {
  kind: "failed",
  error: "http_response_incomplete",
  details: "the origin broke off its answer to another visitor",
  sent: "perhaps",
};

/** Fetches for all. Whatever happens here, those who wait are told. */
async function lead(
  context: RequestContext,
  task: FetchTask,
  selector: string,
): Promise<Fetched> {
  const { edge } = context;
  const { fetches } = edge.isolate;
  const fetch = fetches.begin(selector, edge.world.nowMs());
  const work = leadTo(fetch, context, task).finally(() => {
    fetch.settle({ kind: "uncacheable" });
    fetches.end(selector, fetch);
  });
  // It goes on for the others when the visitor who led it goes away.
  edge.world.later(work);
  return work;
}

async function leadTo(
  fetch: CollapsedFetch,
  context: RequestContext,
  task: FetchTask,
): Promise<Fetched> {
  const { own, shared } = await fetchFromOrigin(context, task);
  fetch.settle(shared);
  return own;
}

/** Answers to the others belong to whoever asked, or are not looked for in the cache at all. */
function isCollapsible(
  context: RequestContext,
  { plan, entries }: FetchTask,
): boolean {
  const { method, fields } = context.request;
  const isStored = entries.length > 0;
  const isAlone =
    method !== "GET" ||
    (fields.get("authorization") !== null &&
      goesAsReceived(context, { plan, isStored })) ||
    !isForOthers(context);
  if (isAlone) return false;
  switch (plan.because) {
    case "bypass":
    case "method":
    case "request":
      return false;
    case "uri-miss":
    case "vary-miss":
    case "miss":
    case "stale":
    case "partial":
      return true;
  }
}

/** The fetch that a request may join: not one that a write has overtaken. */
function findFetch(
  { resource, edge }: RequestContext,
  selector: string,
): CollapsedFetch | null {
  const fetch = edge.isolate.fetches.find(selector);
  return fetch === null ||
    mayBeInvalidated(resource.key, fetch.startedAtMs, edge)
    ? null
    : fetch;
}

/**
 * Who asks the same: the resource, the part, the values of the fields by which its stored responses vary, and of those that no
 * Vary names; and with cookies or without. Null where there is too much of them for the answer to be anybody else's.
 */
function selectorOf(
  context: RequestContext,
  { entries }: FetchTask,
): string | null {
  const { request, resource, site } = context;
  const names = new Set(
    entries.flatMap(({ stored }) => stored.varyOn.map(([name]) => name)),
  );
  const values = [...names].map((name): Nominated => [
    name,
    request.fields.get(name),
  ]);
  if (isTooMuch(values)) return null;
  const range = visitorSlices(context) ?? visitorRange(context)[0]?.[1];
  return JSON.stringify([
    resource.key,
    range,
    values,
    unlistedFields(request.fields, "shared", site.cache),
    hasCredentials(request.fields),
  ]);
}
