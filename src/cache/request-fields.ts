import type { FieldLine, Fields } from "../http/fields.ts";
import { nominatedBy } from "./vary.ts";

/** A request whose answer may be stored for others: what is sent of its fields, and what the answer must say of them. */
export interface SharedRequest {
  fields: FieldLine[];
  /** Lower-case names of fields that the visitor sent and the origin does not get. */
  heldBack: ReadonlySet<string>;
  /** Lower-case names of fields that the origin gets although nothing keys them yet. */
  unkeyed: ReadonlySet<string>;
}

/** What an answer's Vary says of the request that got it. */
export type Sharing =
  | { kind: "shareable" }
  /** It depends on fields the origin was not sent: ask again with them. */
  | { kind: "ask-again"; names: string[] }
  /** It may depend on fields that Vary does not name: for this visitor only, neither stored nor used to freshen. */
  | { kind: "unshareable"; names: string[] };

/**
 * Sent as they are. Negotiation is the origin's to key by Vary. Cookie and Authorization are what sites live by: the storing
 * rules judge them (RFC 9111 §3.5). Directives are for every cache on the way (§5.2). The last five are this edge's own words,
 * which replaced the visitor's before these rules are asked.
 */
const passed = new Set([
  "accept",
  "accept-encoding",
  "accept-language",
  "authorization",
  "cache-control",
  "cookie",
  "pragma",
  "traceparent",
  "tracestate",
  "cdn-loop",
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
]);

/** Answered by this edge from what it stored; when the origin must be asked, the edge writes its own. */
const answeredHere = new Set([
  "if-modified-since",
  "if-none-match",
  "if-range",
  "range",
]);

/**
 * Held back until Vary names them: browsers send these with nearly every request, so to treat them as unknown would be to
 * store nothing, and to send them unkeyed would let anybody choose what others get.
 */
const ofTheVisitor = new Set([
  "accept-charset",
  "device-memory",
  "dnt",
  "downlink",
  "dpr",
  "ect",
  "priority",
  "purpose",
  "referer",
  "rtt",
  "save-data",
  "upgrade-insecure-requests",
  "user-agent",
  "viewport-width",
  "width",
  "x-correlation-id",
  "x-moz",
  "x-purpose",
  "x-request-id",
  // These would make the origin answer for another method than the one that is gated and keyed.
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
]);

/**
 * The fields to send with a GET or HEAD whose answer may be stored, from those `fieldsForOrigin` gave. Fields nobody knows
 * are sent, as RFC 9110 §5.1 requires of a proxy, but then the answer is shared only if its Vary names them. `nominated`:
 * lower-case names by which stored responses of this very resource vary. `vouched`: names the site record adds.
 */
export function fieldsForShared(
  lines: Iterable<FieldLine>,
  known: { nominated: ReadonlySet<string>; vouched: readonly string[] },
): SharedRequest {
  const vouched = new Set(known.vouched.map((name) => name.toLowerCase()));
  const fields: FieldLine[] = [];
  const heldBack = new Set<string>();
  const unkeyed = new Set<string>();
  for (const line of lines) {
    const name = line[0].toLowerCase();
    if (answeredHere.has(name)) continue;
    if (!passed.has(name) && !vouched.has(name)) {
      if (isOfTheVisitor(name) && !known.nominated.has(name)) {
        heldBack.add(name);
        continue;
      }
      unkeyed.add(name);
    }
    fields.push(line);
  }
  return { fields, heldBack, unkeyed };
}

/** Judges an answer to a request by its Vary: a field that it does not name may still have decided the answer. */
export function sharing(request: SharedRequest, response: Fields): Sharing {
  const named = new Set(nominatedBy(response));
  const missing = [...request.heldBack].filter((name) => named.has(name));
  if (missing.length > 0) return { kind: "ask-again", names: missing };
  const unnamed = [...request.unkeyed].filter((name) => !named.has(name));
  return unnamed.length > 0
    ? { kind: "unshareable", names: unnamed }
    : { kind: "shareable" };
}

/** Only browsers write Sec- fields, and they invent new ones; anybody else may write them too. */
function isOfTheVisitor(name: string): boolean {
  // CGI and its heirs read "_" and "-" as one.
  const read = name.replaceAll("_", "-");
  return ofTheVisitor.has(read) || read.startsWith("sec-");
}
