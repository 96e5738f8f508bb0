import { freshnessOf } from "../cache/freshness.ts";
import type { Reuse } from "../cache/reuse.ts";
import { staleOnError, type Failure } from "../cache/stale.ts";
import type { Handled } from "../cache/status.ts";
import type { Received } from "../cache/storing.ts";
import type { Stored } from "../cache/stored.ts";
import { freshen, freshenByHead, validatedBy } from "../cache/validation.ts";
import { selectVariants } from "../cache/vary.ts";
import { fieldsOf } from "../http/fields.ts";
import type { Reply } from "../world.ts";
import type { Asked } from "./asked.ts";
import type { Edge } from "./edge.ts";
import type { OriginFlight } from "./origin-flight.ts";
import type { Failed, Forwarded } from "./forward.ts";
import { heldOf, hold, release } from "./holdings.ts";
import { keep, type Keeping } from "./keep.ts";
import { discard, exchange, type Exchange } from "./query.ts";
import type { Held } from "./response-memory.ts";
import {
  asStored,
  receivedFrom,
  replyFrom,
  withConditions,
  type Arrived,
} from "./received.ts";
import { serve } from "./serve.ts";

/** Why the origin is asked, and what was stored when that was decided. */
export interface Fetching {
  plan: Extract<Reuse, { kind: "validate" | "forward" }>;
  held: readonly Held[];
}

export type Fetched = { kind: "reply"; reply: Reply } | Failed;

/** Asks the origin on behalf of the cache, and makes of its answer what RFC 9111 says. The flight always lands. */
export async function fetchFor(
  asked: Asked,
  { plan, held }: Fetching,
  flight: OriginFlight,
  edge: Edge,
): Promise<Fetched> {
  const nominated = held.flatMap(({ stored }) =>
    stored.varyOn.map(([name]) => name),
  );
  const about = plan.kind === "validate" ? [plan.stored] : askedAbout(plan);
  let answer = await exchange(asked, plan, about, nominated, edge);
  if (isNotModified(answer.sent) && about.length > 0) {
    const arrived = answer.sent;
    const reply = await validated(
      { asked, plan, held },
      arrived,
      about,
      flight,
      edge,
    );
    if (reply !== null) return { kind: "reply", reply };
    answer = await exchange(asked, plan, [], nominated, edge);
  }
  const reply = await standIn(asked, { plan, held }, answer.sent, edge);
  if (reply !== null) {
    flight.land(
      answer.sent.kind === "failed" ? answer.sent : { kind: "unshareable" },
    );
    discard(answer.sent);
    return { kind: "reply", reply };
  }
  if (answer.sent.kind === "failed") {
    flight.land(answer.sent);
    return answer.sent;
  }
  const { sent, sharing } = answer;
  return {
    kind: "reply",
    reply: passedOn({ asked, plan, held }, sent, sharing, flight, edge),
  };
}

/** RFC 9111 §4.2.4, RFC 5861 §4: the stored response, stale, for an origin that failed; null where that is forbidden. */
export async function standIn(
  asked: Asked,
  { plan, held }: Fetching,
  sent: Forwarded,
  edge: Edge,
): Promise<Reply | null> {
  const failure = failureOf(sent);
  if (failure === null || plan.kind !== "validate") return null;
  const { request, site, url } = asked;
  const stale = staleOnError(
    plan.stored,
    request.fields,
    failure,
    site.cache,
    edge.world.nowMs(),
  );
  const chosen = heldOf(plan.stored, held);
  if (stale.kind === "fail" || chosen === null) return null;
  const handled: Handled = {
    kind: "forward",
    because: plan.because,
    ...(failure.kind === "status" && { status: failure.status }),
    ttlSeconds: stale.ttlSeconds,
    key: url,
    detail: "stale-on-error",
  };
  return serve(asked, chosen, handled, edge);
}

function failureOf(sent: Forwarded): Failure | null {
  if (sent.kind === "failed") return { kind: "unreachable" };
  const { status } = sent.response;
  return status >= 500 ? { kind: "status", status } : null;
}

function isNotModified(sent: Forwarded): sent is Arrived {
  return sent.kind === "answered" && sent.response.status === 304;
}

/** RFC 9111 §4.3.2: on a miss, other variants may turn out to be what is wanted. */
function askedAbout(
  plan: Extract<Reuse, { kind: "forward" }>,
): readonly Stored[] {
  return plan.because === "vary-miss" ? plan.known : [];
}

/** RFC 9111 §4.3.4: freshens what a 304 is about, and answers with it; null when it is about nothing that is stored. */
async function validated(
  { asked, plan, held }: Fetching & { asked: Asked },
  arrived: Arrived,
  about: readonly Stored[],
  flight: OriginFlight,
  edge: Edge,
): Promise<Reply | null> {
  const { request, site, resource, url } = asked;
  const received = receivedFrom(asked, arrived, edge);
  const renewed = validatedBy(fieldsOf(received.fields), about).flatMap(
    (stored) => {
      const one = heldOf(stored, held);
      return one === null
        ? []
        : [
            {
              one,
              made: freshen(stored, request.fields, received, site.cache),
            },
          ];
    },
  );
  const [first] = renewed;
  if (first === undefined) return null;
  for (const { one, made } of renewed)
    if (made.kind === "keep")
      hold(resource.key, { ...one, stored: made.stored }, edge);
  const isKept = first.made.kind === "keep" && !flight.spoiled;
  flight.land({ kind: isKept ? "stored" : "unshareable" });
  const { stored } = first.made;
  return serve(
    asked,
    { ...first.one, stored },
    {
      kind: "forward",
      because: plan.because,
      status: 304,
      stored: isKept,
      ttlSeconds: freshnessOf(stored, site.cache, edge.world.nowMs())
        .ttlSeconds,
      key: url,
    },
    edge,
  );
}

/** The origin's answer to the visitor, stored on the way where that may be. */
function passedOn(
  { asked, plan, held }: Fetching & { asked: Asked },
  arrived: Arrived,
  sharing: Exchange["sharing"],
  flight: OriginFlight,
  edge: Edge,
): Reply {
  const { request, site, url } = asked;
  const received = receivedFrom(asked, arrived, edge);
  if (request.method === "HEAD") freshenHeld(asked, received, held, edge);
  const body = arrived.response.body ?? new Uint8Array();
  const keeping = keptIfShared(asked, received, body, sharing, flight, edge);
  const handled: Handled = {
    kind: "forward",
    because: plan.because,
    status: received.status,
    stored: keeping.kind === "stored",
    key: url,
    ...(keeping.kind === "stored"
      ? {
          ttlSeconds: freshnessOf(
            asStored(received),
            site.cache,
            edge.world.nowMs(),
          ).ttlSeconds,
        }
      : { detail: keeping.because }),
  };
  const { visitor } = keeping;
  const reply = replyFrom(asked, received, visitor, handled, edge);
  return sharing.kind === "past-the-cache"
    ? reply
    : withConditions(asked, received, visitor, reply);
}

type Passing =
  Keeping | { kind: "passed"; visitor: Keeping["visitor"]; because: string };

function keptIfShared(
  asked: Asked,
  received: Received,
  body: Keeping["visitor"],
  sharing: Exchange["sharing"],
  flight: OriginFlight,
  edge: Edge,
): Passing {
  switch (sharing.kind) {
    case "shareable":
      return keep(asked, received, body, flight, edge);
    case "past-the-cache":
      flight.land({ kind: "unshareable" });
      return { kind: "passed", visitor: body, because: "bypass" };
    case "ask-again":
    case "unshareable":
      flight.land({ kind: "unshareable" });
      return { kind: "passed", visitor: body, because: "unkeyed-fields" };
  }
}

/** RFC 9111 §4.3.5: what a HEAD tells of the stored responses it could have been answered with. */
function freshenHeld(
  { request, site, resource }: Asked,
  received: Received,
  held: readonly Held[],
  edge: Edge,
): void {
  if (received.status !== 200) return;
  const selected = selectVariants(
    request.fields,
    held.map(({ stored }) => stored),
  );
  for (const stored of selected) {
    const one = heldOf(stored, held);
    if (one === null) continue;
    const made = freshenByHead(stored, request.fields, received, site.cache);
    if (made === null) release(resource.key, one.name, edge);
    else if (made.kind === "keep")
      hold(resource.key, { ...one, stored: made.stored }, edge);
  }
}
