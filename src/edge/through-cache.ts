import { planRange } from "../cache/ranges.ts";
import { planReuse, type Reuse } from "../cache/reuse.ts";
import type { ForwardReason } from "../cache/status.ts";
import type { Reply } from "../world.ts";
import { purgeOf, type Asked } from "./asked.ts";
import type { Edge } from "./edge.ts";
import { fetchFor, standIn, type Fetching } from "./fetch-for.ts";
import { OriginFlight } from "./origin-flight.ts";
import type { Failed } from "./forward.ts";
import { find, heldOf } from "./holdings.ts";
import type { Held } from "./response-memory.ts";
import { isUnshareable } from "./unshareable.ts";
import { serve } from "./serve.ts";

export type Answered =
  | { kind: "reply"; reply: Reply }
  | Failed
  /** RFC 9111 §5.2.1.7: only-if-cached, and nothing to answer with. */
  | { kind: "gateway-timeout" };

/** Step 5: answers from what is stored where that is right, and asks the origin where it is not. */
export async function throughCache(
  asked: Asked,
  edge: Edge,
): Promise<Answered> {
  const deadlineMs = edge.world.nowMs() + asked.site.timeoutSeconds * 1000;
  let waited: ForwardReason | null = null;
  for (;;) {
    const held = await find(asked.resource.key, edge);
    const plan = planFor(asked, held, edge);
    switch (plan.kind) {
      case "gateway-timeout":
        return plan;
      case "serve":
      case "serve-stale": {
        const reply = await served(asked, plan, held, waited, edge);
        if (reply !== null) return { kind: "reply", reply };
        break;
      }
      case "validate":
      case "forward": {
        const outcome = await asked.watch.during(
          fetched(asked, { plan, held }, deadlineMs, edge),
        );
        if (outcome.kind !== "look-again") return outcome;
        waited = plan.because;
      }
    }
  }
}

function planFor(asked: Asked, held: readonly Held[], edge: Edge): Reuse {
  const { request, site } = asked;
  const nowMs = edge.world.nowMs();
  return planReuse(
    request,
    held.map(({ stored }) => stored),
    site.cache,
    {
      nowMs,
      purge: (stored) => purgeOf(stored, asked, nowMs),
      suffices: (stored) =>
        planRange(request, stored, () => "-").kind !== "elsewhere",
    },
  );
}

async function served(
  asked: Asked,
  {
    kind,
    stored,
    ttlSeconds,
  }: Extract<Reuse, { kind: "serve" | "serve-stale" }>,
  held: readonly Held[],
  waited: ForwardReason | null,
  edge: Edge,
): Promise<Reply | null> {
  const chosen = heldOf(stored, held);
  if (chosen === null) return null;
  if (kind === "serve-stale") {
    const plan = { kind: "validate", stored, because: "stale" } as const;
    edge.world.later(refreshed(asked, { plan, held }, edge));
  }
  const key = asked.url;
  return serve(
    asked,
    chosen,
    waited === null
      ? { kind: "hit", ttlSeconds, key }
      : { kind: "forward", because: waited, collapsed: true, ttlSeconds, key },
    edge,
  );
}

/** RFC 5861 §3: one request fetches anew while all are answered with what there is. */
async function refreshed(
  asked: Asked,
  fetching: Fetching,
  edge: Edge,
): Promise<void> {
  const { isolate } = edge;
  const key = flightKey(asked, fetching);
  if (isolate.flights.has(key)) return;
  await led(key, asked, fetching, edge);
}

/** One request goes to the origin for all that ask the same meanwhile. */
async function fetched(
  asked: Asked,
  fetching: Fetching,
  deadlineMs: number,
  edge: Edge,
): Promise<Answered | { kind: "look-again" }> {
  const { key: about } = asked.resource;
  if (!isCollapsible(asked, fetching.plan, edge))
    return fetchFor(asked, fetching, new OriginFlight(about), edge);
  const key = flightKey(asked, fetching);
  const flight = edge.isolate.flights.get(key);
  if (flight === undefined) return led(key, asked, fetching, edge);
  const landing = await flight.landed(deadlineMs, edge.world);
  switch (landing.kind) {
    case "stored":
      return { kind: "look-again" };
    case "failed": {
      const reply = await standIn(asked, fetching, landing, edge);
      return reply === null ? landing : { kind: "reply", reply };
    }
    case "overdue":
      // Whoever led it may be gone for good.
      edge.isolate.flights.delete(key);
      return fetchFor(asked, fetching, new OriginFlight(about), edge);
    case "unshareable":
      return fetchFor(asked, fetching, new OriginFlight(about), edge);
  }
}

async function led(
  key: string,
  asked: Asked,
  fetching: Fetching,
  edge: Edge,
): Promise<Answered> {
  const { flights } = edge.isolate;
  const flight = new OriginFlight(asked.resource.key);
  flights.set(key, flight);
  const work = fetchFor(asked, fetching, flight, edge);
  // It goes on for the others when the visitor who led it goes away.
  edge.world.later(Promise.all([work, cleared(key, flight, flights)]));
  return work;
}

async function cleared(
  key: string,
  flight: OriginFlight,
  flights: Map<string, OriginFlight>,
): Promise<void> {
  await flight.landing;
  if (flights.get(key) === flight) flights.delete(key);
}

/** Answers to these belong to whoever asked, or are not looked for in the cache at all. */
function isCollapsible(
  { request, resource: { key } }: Asked,
  plan: Fetching["plan"],
  edge: Edge,
): boolean {
  const { method, fields } = request;
  const isAlone =
    method !== "GET" ||
    fields.get("authorization") !== null ||
    isUnshareable(key, "everybody", edge) ||
    (fields.get("cookie") !== null && isUnshareable(key, "with-cookie", edge));
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

/** Who asks the same: the key, and the values of the fields by which its stored responses vary. */
function flightKey({ request, resource }: Asked, { held }: Fetching): string {
  const names = new Set(
    held.flatMap(({ stored }) => stored.varyOn.map(([name]) => name)),
  );
  const values = [...names].map((name) => [name, request.fields.get(name)]);
  return JSON.stringify([resource.key, request.fields.get("range"), values]);
}
