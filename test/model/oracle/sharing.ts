import { contentOf, type Exchange } from "../exchange.ts";
import type { Observation } from "../run.ts";
import { named, type Knowledge } from "./knowledge.ts";

/** Why an exchange that another request caused may not answer this one (RFC 9111 §3, §3.5, §4.1, §7.3); null when it may. */
export function unshared(
  seen: Observation,
  exchange: Exchange,
  knowledge: Knowledge,
): string | null {
  if (exchange.request === seen.number) return null;
  const { policy, fields, setCookie, answer } = exchange;
  const from = named(exchange);
  if (policy.noStore) return `${from} said no-store`;
  if (policy.private) return `${from} said private`;
  const forAll = policy.public || policy.sMaxage !== null;
  if (
    (fields.has("authorization") || fields.has("cookie")) &&
    !forAll &&
    !policy.mustRevalidate
  )
    return `${from} answered a request with Authorization or Cookie`;
  if (setCookie !== null && !forAll) return `${from} set a cookie`;
  if (/\bno-store\b/.test(fields.get("cache-control") ?? ""))
    return `${from} was asked for with no-store`;
  if (answer.kind === "precondition-failed")
    return `${from} answered another request's condition`;
  const unlike = knowledge
    .resource(exchange.resource)
    .vary.find((name) => fields.get(name) !== seen.fields.get(name));
  // A preference for one language above all others selects what is in that language, whatever else is accepted.
  const isEquivalent =
    unlike === "accept-language" || unlike === "accept-encoding";
  const isSame =
    contentOf(exchange)?.representation === knowledge.representationFor(seen);
  return unlike === undefined || (isEquivalent && isSame)
    ? null
    : `${from} was for another ${unlike}`;
}
