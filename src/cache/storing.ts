import { NamedFields } from "../http/fields.ts";
import type { FieldLine, Fields } from "../http/fields.ts";
import { requestDirectives } from "./directives.ts";
import { freshnessLifetime } from "./freshness.ts";
import type { Lifetime } from "./freshness.ts";
import { nominatedBy } from "./nominated.ts";
import { policyOf } from "./policy.ts";
import type { Policy } from "./policy.ts";
import { storedFields, withheldFields } from "./stored-fields.ts";
import type { Form, RequestFields } from "./request-fields.ts";
import { hasBypassCookie } from "./settings.ts";
import type { CacheSettings } from "./settings.ts";
import { forbidsStale } from "./stale.ts";
import { understood } from "./statuses.ts";
import { fieldsOf } from "./stored.ts";
import type { Nominated, Stored } from "./stored.ts";
import { unlistedBesides, varyOn } from "./vary.ts";

/** A request as the cache sees it, and how it was sent; `url` is absolute and the visitor's. */
export interface CacheRequest {
  method: string;
  url: string;
  fields: RequestFields;
  form: Form;
}

/** A response as it came from the next hop, and when. */
export interface ReceivedResponse {
  status: number;
  fields: readonly FieldLine[];
  requestTimeMs: number;
  responseTimeMs: number;
}

/** Why a response may not be stored: the word that Cache-Status shows as `detail`. */
export type StoreRefusal =
  | "bypass"
  | "method"
  | "status"
  | "not-understood"
  | "no-store"
  | "request-no-store"
  | "private"
  | "authorization"
  | "cookie"
  | "set-cookie"
  | "vary-star"
  | "vary-too-long"
  | "no-freshness-or-validator"
  | "unkeyed-fields";

export type StoreDecision =
  | { kind: "store"; stored: Omit<Stored, "bodyLength" | "range"> }
  /** A server error that states no freshness: not to be stored, but the same for all who wait for it. */
  | {
      kind: "once";
      stored: Omit<Stored, "bodyLength" | "range">;
      because: StoreRefusal;
    }
  | { kind: "refuse"; because: StoreRefusal };

/** RFC 9111 §3: whether a response may be stored. How many bytes, and for a 206 which, shows when its body has arrived. */
export function mayStore(
  request: CacheRequest,
  received: ReceivedResponse,
  settings: CacheSettings,
): StoreDecision {
  const response = {
    status: received.status,
    fields: fieldsOf(received),
  };
  const policy = policyOf(response, settings);
  const lifetime = freshnessLifetime(
    response,
    policy,
    received.responseTimeMs,
    settings,
  );
  const ofResponse =
    methodRefusal(request, response, lifetime) ??
    (isStorableStatus(response.status) ? null : "status") ??
    sharingRefusal(request.fields, response, policy, lifetime, settings);
  const isSharedError =
    ofResponse === "no-freshness-or-validator" && response.status >= 500;
  if (ofResponse !== null && !isSharedError)
    return { kind: "refuse", because: ofResponse };
  const varied = varyOn(request.fields, response.fields);
  const { form } = request;
  const directives = requestDirectivesOf(request);
  const unlisted = unlistedBesides(varied ?? [], directives, form, settings);
  const because = ofResponse ?? unkeyedRefusal(varied, unlisted);
  if (because !== null && !isSharedError) return { kind: "refuse", because };
  const stored = {
    method: "GET" as const,
    status: response.status,
    fields: storedFields(received, policy, settings),
    varyOn: varied ?? [],
    unlisted: unlisted ?? [],
    requestTimeMs: received.requestTimeMs,
    responseTimeMs: received.responseTimeMs,
    bodyRequestTimeMs: received.requestTimeMs,
  };
  return because === null
    ? { kind: "store", stored }
    : { kind: "once", stored, because };
}

/** Whether the request's own fields are too much to tell the response apart by. */
export function unkeyedRefusal(
  varied: readonly Nominated[] | null,
  unlisted: readonly Nominated[] | null,
): StoreRefusal | null {
  if (varied === null) return "vary-too-long";
  return unlisted === null ? "unkeyed-fields" : null;
}

/** The fields of a GET that the response may answer: those of a POST without what describes its content. */
function requestDirectivesOf({ method, fields }: CacheRequest): RequestFields {
  if (method !== "POST") return fields;
  const isOfContent = /^content-/;
  return new NamedFields(
    [...fields]
      .map(([name, value]): FieldLine => [name.toLowerCase(), value])
      .filter(([name]) => !isOfContent.test(name)),
  );
}

/** GET, and what RFC 9110 §9.3.3 allows of POST: a 200 that states its lifetime and that it is what a GET would give. */
function methodRefusal(
  request: CacheRequest,
  response: { status: number; fields: Fields },
  lifetime: Lifetime,
): StoreRefusal | null {
  if (request.method === "GET") return null;
  if (
    request.method !== "POST" ||
    response.status !== 200 ||
    lifetime.basis !== "explicit"
  )
    return "method";
  const location = response.fields.get("content-location");
  const named = location ? URL.parse(location, request.url) : null;
  const isSame = named !== null && named.href === URL.parse(request.url)?.href;
  return isSame ? null : "method";
}

/**
 * RFC 9111 §3: any final status. Not 304, which is no response of its own; nor 412 and 416, which answer a request's own
 * preconditions and ranges, for those are not in the cache key.
 */
function isStorableStatus(status: number): boolean {
  return (
    status >= 200 &&
    status <= 599 &&
    status !== 304 &&
    status !== 412 &&
    status !== 416
  );
}

/** The rest of RFC 9111 §3, which a validation that brings new fields must pass too. */
export function sharingRefusal(
  request: Fields,
  response: { status: number; fields: Fields },
  policy: Policy,
  lifetime: Lifetime,
  settings: CacheSettings,
): StoreRefusal | null {
  if (bypasses(request, settings)) return "bypass";
  // A site in force mode speaks for its origin on freshness, never on whose the response is.
  const stated =
    policy.from === "site"
      ? policyOf(response, { mode: { kind: "standard" } })
      : policy;
  const { directives } = stated;
  // §5.2.2.3: with must-understand, no-store is for those who do not understand the status.
  if (directives.mustUnderstand && !understood.has(response.status))
    return "not-understood";
  if (directives.noStore && !directives.mustUnderstand) return "no-store";
  if (
    settings.requestDirectives === "honoured" &&
    requestDirectives(request).noStore
  )
    return "request-no-store";
  if (directives.private === "response") return "private";
  if (request.get("authorization") && !allowsAuthorized(stated))
    return "authorization";
  // The same danger, and the same remedy: what a cookie chose for one visitor is not for all.
  if (request.get("cookie") && !allowsAuthorized(stated)) return "cookie";
  if (response.fields.get("set-cookie") && !allowsCookies(stated, settings))
    return "set-cookie";
  if (nominatedBy(response.fields).includes("*")) return "vary-star";
  return isWorthStoring(response.fields, policy, lifetime)
    ? null
    : "no-freshness-or-validator";
}

/** Whether the site keeps a request from its cache, both to answer it and to store what it brings. */
export function bypasses(request: Fields, settings: CacheSettings): boolean {
  return (
    settings.mode.kind === "bypass" ||
    hasBypassCookie(request.get("cookie"), settings)
  );
}

/** RFC 9111 §3.5: does it say that it is good for others than who asked? */
export function allowsAuthorized({ directives }: Policy): boolean {
  return (
    directives.public ||
    directives.mustRevalidate ||
    directives.sMaxage !== null
  );
}

/** RFC 9111 §7.3 leaves Set-Cookie to the origin's directives; many origins give none and mean one visitor. */
function allowsCookies(policy: Policy, settings: CacheSettings): boolean {
  if (withheldFields(policy).includes("set-cookie")) return true;
  const forAll =
    policy.directives.public ||
    policy.directives.sMaxage !== null ||
    policy.from === "targeted";
  switch (settings.setCookie) {
    case "never":
      return false;
    case "strip":
    case "when-public":
      return forAll;
    case "as-rfc":
      return true;
  }
}

/** What can be neither fresh, nor validated, nor used stale would only take up room. */
function isWorthStoring(
  response: Fields,
  policy: Policy,
  lifetime: Lifetime,
): boolean {
  if (response.get("etag") || response.get("last-modified")) return true;
  const { noCache, staleWhileRevalidate, staleIfError } = policy.directives;
  if (noCache === "response" || lifetime.basis === "none") return false;
  const staleSeconds = forbidsStale(policy)
    ? 0
    : Math.max(staleWhileRevalidate ?? 0, staleIfError ?? 0);
  return lifetime.seconds + staleSeconds > 0;
}
