import { remainder } from "../cache/partial.ts";
import { surrogateDevice } from "../cache/policy.ts";
import { asksForOneRange } from "../cache/ranges.ts";
import {
  fieldsForShared,
  sharing,
  type Sharing,
  type SharedRequest,
} from "../cache/request-fields.ts";
import type { Reuse } from "../cache/reuse.ts";
import type { Stored } from "../cache/stored.ts";
import { conditionalFields } from "../cache/validation.ts";
import { fieldsOf, type FieldLine } from "../http/fields.ts";
import type { Asked } from "./asked.ts";
import type { Edge } from "./edge.ts";
import { forwardedFields, send, type Forwarded } from "./forward.ts";
import { discardBody } from "./received.ts";

type Plan = Extract<Reuse, { kind: "validate" | "forward" }>;

/** What was asked of the origin, and what its answer says of being shared. */
export interface Exchange {
  sent: Forwarded;
  sharing: Sharing | { kind: "past-the-cache" };
}

/**
 * Asks the origin about stored responses `about`, or anew when there are none. When the answer turns out
 * to depend on fields that were held back, it is asked for once more with them.
 */
export async function exchange(
  asked: Asked,
  plan: Plan,
  about: readonly Stored[],
  nominated: readonly string[],
  edge: Edge,
): Promise<Exchange> {
  const { request, site, hopsLeft, resource } = asked;
  const { method } = request;
  const visitors = forwardedFields(request, asked.admitted, hopsLeft, edge);
  const ask = (fields: readonly FieldLine[]) =>
    send(
      {
        method,
        fields,
        target: resource.target,
        body: null,
        upgrade: "none",
        watch: null,
      },
      site,
      edge,
    );
  if (goesPastTheCache(plan))
    return { sent: await ask(visitors), sharing: { kind: "past-the-cache" } };

  const askShared = async (names: readonly string[]) => {
    const shared = fieldsForShared(visitors, {
      nominated: new Set(names),
      vouched: site.cache.vouchedFields,
    });
    // An answer to fields that nothing keys must not freshen what all share.
    const isKeyed = [...shared.unkeyed].every((name) => names.includes(name));
    const conditions = isKeyed ? conditionalFields(about) : [];
    const sent = await ask([
      ...sharedFields(asked, plan, shared, edge),
      ...conditions,
    ]);
    return { sent, sharing: sharingOf(shared, sent) };
  };
  const first = await askShared(nominated);
  if (first.sharing.kind !== "ask-again") return first;
  discard(first.sent);
  return askShared([...nominated, ...first.sharing.names]);
}

/** Nobody reads this answer. */
export function discard(sent: Forwarded): void {
  if (sent.kind === "answered") discardBody(sent.response.body);
}

/** The plans whose answers are neither looked for in the cache nor stored. A validation that a visitor asks for is not one. */
function goesPastTheCache(plan: Plan): boolean {
  if (plan.kind === "validate") return false;
  const { because } = plan;
  return because === "bypass" || because === "method" || because === "request";
}

function sharedFields(
  asked: Asked,
  plan: Plan,
  shared: SharedRequest,
  { config }: Edge,
): FieldLine[] {
  const fields = [...shared.fields];
  // Many origins take no request without one; this one tells the same to all.
  if (shared.heldBack.has("user-agent"))
    fields.push(["User-Agent", config.name]);
  fields.push(["Surrogate-Capability", `${surrogateDevice}="Surrogate/1.0"`]);
  return [...fields, ...rangeFields(asked, plan)];
}

/** The visitor's own range, or the rest of what a stored part lacks. A validation asks for the whole. */
function rangeFields({ request }: Asked, plan: Plan): FieldLine[] {
  if (plan.kind === "validate" || request.method !== "GET") return [];
  const range = request.fields.get("range");
  const condition = request.fields.get("if-range");
  if (range !== null && asksForOneRange(range))
    return [
      ["Range", range],
      ...(condition === null ? [] : [["If-Range", condition] as const]),
    ];
  const [known] = plan.known;
  if (
    range !== null ||
    plan.because !== "partial" ||
    known === undefined ||
    known.range === null
  )
    return [];
  const whole = { first: 0, last: known.range.complete - 1 };
  return Object.entries(
    remainder({ ...known, range: known.range }, whole) ?? {},
  );
}

function sharingOf(shared: SharedRequest, sent: Forwarded): Sharing {
  return sent.kind === "failed"
    ? { kind: "shareable" }
    : sharing(shared, fieldsOf(sent.response.fields));
}
