import { planRange } from "../cache/ranges.ts";
import { hasCredentials, unlistedFields } from "../cache/request-fields.ts";
import { planReuse, type Reuse } from "../cache/reuse.ts";
import type { ForwardReason, CacheStatus } from "../cache/status.ts";
import type { Nominated } from "../cache/stored.ts";
import { isTooMuch } from "../cache/vary.ts";
import type { Reply } from "../world.ts";
import { goesAsReceived, visitorRange, visitorSlices } from "./ask-origin.ts";
import { entryOf, findEntries, mayBeInvalidated } from "./cache-store.ts";
import {
  fetchDeadlineMs,
  type CollapsedFetch,
  type FetchResult,
} from "./collapsed-fetch.ts";
import { purgeOf, type RequestContext } from "./context.ts";
import {
  fetchFromOrigin,
  staleEntry,
  type Fetched,
  type FetchTask,
} from "./fetch.ts";
import type { Failed } from "./forward.ts";
import { isForOthers } from "./hit-for-miss.ts";
import type { CacheEntry } from "./isolate-cache.ts";
import { discardBody } from "./bytes.ts";
import { respondFromEntry, respondFromOrigin } from "./respond.ts";
import { canBeAskedForLater } from "./store.ts";
import { sliceBytes } from "./stored-body.ts";

export type Answered =
  | { kind: "reply"; reply: Reply; handled: CacheStatus | null }
  | Failed
  /** The origin answered another visitor with this server error, whose text may be meant for that visitor alone. */
  | { kind: "error-status"; status: number }
  /** RFC 9111 §5.2.1.7: only-if-cached, and nothing to answer with. */
  | { kind: "gateway-timeout" };

/** So often a request looks again after it waited for another's fetch, or found that a body is gone. Then it goes alone. */
const maxRounds = 4;

/** Answers from what is stored where that is right, and asks the origin where it is not. */
export async function throughCache(context: RequestContext): Promise<Answered> {
  let waitedFor: ForwardReason | null = null;
  for (let round = 0; ; round += 1) {
    const isLast = round >= maxRounds;
    const entries = isLast ? [] : await findEntries(context);
    const plan = planFor(context, entries);
    switch (plan.kind) {
      case "gateway-timeout":
        return plan;
      case "serve":
      case "serve-stale": {
        const answered = await serve(context, { plan, entries, waitedFor });
        if (answered !== null) return answered;
        break;
      }
      case "validate":
      case "forward": {
        const task = { plan, entries };
        const isAlone = isLast || !isCollapsible(context, task);
        const fetched = await context.watch.during(
          isAlone ? fetchAlone(context, task) : fetchTogether(context, task),
        );
        const answered = await respond(context, fetched);
        if (answered !== null) return answered;
        waitedFor = plan.because;
      }
    }
  }
}

function planFor(
  context: RequestContext,
  entries: readonly CacheEntry[],
): Reuse {
  const { edge } = context;
  const { request, site } = context;
  const nowMs = edge.world.nowMs();
  return planReuse(
    request,
    entries.map(({ stored }) => stored),
    site.cache,
    {
      nowMs,
      purge: (stored) => purgeOf(stored, context),
      suffices: (stored) => {
        const plan = planRange(request, stored, () => "-");
        if (plan.kind === "elsewhere") return false;
        const body = entryOf(stored, entries)?.body;
        // A body of which parts may be gone at the origin is not for who wants all of it.
        if (body?.kind === "pop" && !body.isWhole && plan.kind === "whole")
          return request.method === "HEAD";
        if (body?.kind !== "arriving") return true;
        // The origin has a part sooner than the whole has arrived up to there.
        return (
          plan.kind === "whole" ||
          isShort(stored) ||
          canBeAskedForLater(stored) ||
          (plan.kind === "part" && plan.first <= body.arriving.length)
        );
      },
    },
  );
}

/** Then it will soon be there. */
function isShort({ bodyLength }: CacheEntry["stored"]): boolean {
  return bodyLength !== null && bodyLength <= sliceBytes;
}

async function serve(
  context: RequestContext,
  {
    plan,
    entries,
    waitedFor,
  }: {
    plan: Extract<Reuse, { kind: "serve" | "serve-stale" }>;
    entries: readonly CacheEntry[];
    waitedFor: ForwardReason | null;
  },
): Promise<Answered | null> {
  const { edge } = context;
  const { stored, ttlSeconds } = plan;
  const entry = entryOf(stored, entries);
  if (entry === null) return null;
  edge.isolate.cache.use(context.resource.key, entry);
  if (plan.kind === "serve-stale")
    edge.world.later(refresh(context, { stored, entries }));
  const key = context.url;
  const handled: CacheStatus =
    waitedFor === null
      ? { kind: "hit", ttlSeconds, key }
      : {
          kind: "forward",
          because: waitedFor,
          collapsed: true,
          ttlSeconds,
          key,
        };
  const reply = await respondFromEntry(context, entry, handled);
  return reply === null ? null : { kind: "reply", reply, handled };
}

/** RFC 5861 §3: one request fetches anew while all are answered with what there is. */
async function refresh(
  context: RequestContext,
  {
    stored,
    entries,
  }: { stored: CacheEntry["stored"] } & Pick<FetchTask, "entries">,
): Promise<void> {
  const task: FetchTask = {
    plan: { kind: "validate", stored, because: "stale", purged: false },
    entries,
  };
  const selector = selectorOf(context, task);
  if (selector === null || findFetch(context, selector) !== null) return;
  const fetched = await lead(context, task, selector);
  if (fetched.kind === "response") discardBody(fetched.body);
}

async function fetchAlone(
  context: RequestContext,
  task: FetchTask,
): Promise<Fetched> {
  return (await fetchFromOrigin(context, task)).own;
}

/** One request goes to the origin for all that ask the same meanwhile. Null: look again. */
async function fetchTogether(
  context: RequestContext,
  task: FetchTask,
): Promise<Fetched | Extract<FetchResult, { kind: "error-status" }> | null> {
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
        : null;
    case "overdue":
      // Whoever led it is gone for good. One of those who waited leads now.
      edge.isolate.fetches.end(selector, running);
      return null;
    case "uncacheable":
      return fetchAlone(context, task);
    case "failed":
      return staleEntry(context, task, { kind: "unreachable" }) ?? result;
    case "error-status":
      return staleEntry(context, task, { ...result, kind: "status" }) ?? result;
    case "error-response": {
      const { entry, because } = result;
      const { status } = entry.stored;
      const handled: CacheStatus = {
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
          handled,
        }
      );
    }
  }
}

const incomplete: Failed = {
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

async function respond(
  context: RequestContext,
  fetched: Fetched | Extract<FetchResult, { kind: "error-status" }> | null,
): Promise<Answered | null> {
  switch (fetched?.kind) {
    case undefined:
      return null;
    case "failed":
    case "error-status":
      return fetched;
    case "response":
      return {
        kind: "reply",
        reply: respondFromOrigin(context, fetched),
        handled: fetched.handled,
      };
    case "entry": {
      const { entry, handled } = fetched;
      const reply = await respondFromEntry(context, entry, handled);
      return reply === null ? null : { kind: "reply", reply, handled };
    }
  }
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
  return fetch === null || mayBeInvalidated(resource.key, fetch.begunAtMs, edge)
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
