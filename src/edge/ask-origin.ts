import { surrogateDevice } from "../cache/policy.ts";
import { asksForOneRange, slicesFor, type ByteRange } from "../cache/ranges.ts";
import {
  fieldsForShared,
  sharing,
  type Sharing,
  type SharedRequest,
} from "../cache/request-fields.ts";
import type { Reuse } from "../cache/reuse.ts";
import { fieldsOf, type FieldLine } from "../http/fields.ts";
import type { RequestContext } from "./context.ts";
import type { Edge } from "./edge.ts";
import { forwardedFields, send, type Forwarded } from "./forward.ts";
import { sliceBytes, slicesPerFetch } from "./stored-body.ts";
import { discardBody } from "./bytes.ts";

/** What is asked of an origin besides what the visitor's own fields say. */
export interface Question {
  /** If-None-Match and If-Modified-Since of stored responses. */
  conditions: readonly FieldLine[];
  /** Range and If-Range. */
  range: readonly FieldLine[];
  /** Lower-case names of the fields by which stored responses of the resource vary. */
  nominated: readonly string[];
}

/** What an origin answered, and what its answer says of being shared. */
export interface Exchange {
  sent: Forwarded;
  sharing: Sharing | { kind: "past-the-cache" };
}

/**
 * Asks the origin for an answer that others may get too. When it turns out to depend on fields that were held back, it is
 * asked for once more with them.
 */
export async function askOrigin(
  context: RequestContext,
  question: Question,
  edge: Edge,
): Promise<Exchange> {
  const { site } = context;
  const lines = forwardedFieldsOf(context, edge);
  const ask = async (names: readonly string[]) => {
    const shared = fieldsForShared(lines, {
      nominated: new Set(names),
      vouched: site.cache.vouchedFields,
    });
    // An answer to fields that nothing keys must not freshen what all share.
    const isKeyed = [...shared.unkeyed].every((name) => names.includes(name));
    const fields = [
      ...shared.fields,
      ...edgeFields(shared, edge),
      ...question.range,
      ...(isKeyed ? question.conditions : []),
    ];
    const sent = await sendFor(context, fields, edge);
    return { sent, sharing: sharingOf(shared, sent) };
  };
  const first = await ask(question.nominated);
  if (first.sharing.kind !== "ask-again") return first;
  discard(first.sent);
  return ask([...question.nominated, ...first.sharing.names]);
}

/** Asks the origin what the visitor asked, for this visitor alone. */
export async function askForVisitor(
  context: RequestContext,
  edge: Edge,
): Promise<Exchange> {
  const fields = forwardedFieldsOf(context, edge);
  return {
    sent: await sendFor(context, fields, edge),
    sharing: { kind: "past-the-cache" },
  };
}

/** Nobody reads this answer. */
export function discard(sent: Forwarded): void {
  if (sent.kind === "answered") discardBody(sent.response.body);
}

/** The plans whose answers are neither looked for in the cache nor stored. A validation that a visitor asks for is not one. */
export function goesPastTheCache(
  plan: Extract<Reuse, { kind: "validate" | "forward" }>,
): boolean {
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

function forwardedFieldsOf(
  { request, admitted, hopsLeft }: RequestContext,
  edge: Edge,
): FieldLine[] {
  return forwardedFields(request, admitted, hopsLeft, edge);
}

function sendFor(
  { request, admitted, resource, site }: RequestContext,
  fields: readonly FieldLine[],
  edge: Edge,
): Promise<Forwarded> {
  const { method } = request;
  const { target } = resource;
  const { authority } = admitted;
  return send(
    {
      method,
      fields,
      target,
      authority,
      body: null,
      upgrade: "none",
      watch: null,
    },
    site,
    edge,
  );
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

function sharingOf(shared: SharedRequest, sent: Forwarded): Sharing {
  return sent.kind === "failed"
    ? { kind: "shareable" }
    : sharing(shared, fieldsOf(sent.response.fields));
}
