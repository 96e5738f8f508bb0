import { mapCookieDomain } from "./cookie.ts";
import type { FieldLine } from "./fields.ts";

/** Whose response it is and who gets it: what a reference is mapped from and to. */
export interface Mapping {
  /** "https://host[:port]" as the visitor asked for it, canonical. */
  visitorBase: string;
  /** All origins of the site, each "https://host[:port]" with a canonical host. */
  origins: readonly string[];
}

type MapValue = (value: string, mapping: Mapping) => string;

/**
 * Response fields that hold references, and how each is read. Left alone on purpose: Content-Security-Policy, Report-To and
 * NEL, which say whom a page trusts, and mapping them could loosen a policy; WWW-Authenticate, whose realm is part of what
 * clients sign (RFC 7616 §3.4.2) and of how they file passwords; the parameters of Link.
 */
const references = new Map<string, MapValue>([
  ["access-control-allow-origin", mapOrigins],
  ["content-location", mapReference],
  ["link", mapLink],
  ["location", mapReference],
  ["refresh", mapRefresh],
  ["set-cookie", mapCookie],
  ["sourcemap", mapReference],
  ["timing-allow-origin", mapOrigins],
  ["x-pingback", mapReference],
  ["x-sourcemap", mapReference],
]);

/**
 * A line of an origin's response for the visitor: references to an origin of the site lead to the visitor's host. The same
 * line when there is nothing to change.
 */
export function mapLine(line: FieldLine, mapping: Mapping): FieldLine {
  const [name, value] = line;
  const mapped = references.get(name.toLowerCase())?.(value, mapping) ?? value;
  return mapped === value ? line : [name, mapped];
}

// No server has this name (RFC 6761 §6.4).
const nowhere = "relative.invalid";
const webSchemes = new Set(["http:", "https:", "ws:", "wss:"]);

/**
 * A reference to an origin's host as one to the visitor's; any other as it is. It is read as a browser reads it (WHATWG URL):
 * `\\host`, `/\host` and `http:/\host` name a host too. The host alone decides: whatever scheme or port an origin gives, to
 * leave its name in would lead visitors around the gate. Left alone are relative references, which the visitor resolves
 * against the right host (RFC 9110 §10.2.2), and those to another host or of a scheme that is not of the web.
 */
export function mapReference(
  reference: string,
  { visitorBase, origins }: Mapping,
): string {
  const scheme = visitorBase.startsWith("https:") ? "https:" : "http:";
  // What is relative ends up at the base's host.
  const url = URL.parse(reference, `${scheme}//${nowhere}`);
  if (
    url === null ||
    !webSchemes.has(url.protocol) ||
    !isHostOf(url.hostname, origins)
  )
    return reference;
  const base = url.protocol.startsWith("ws")
    ? visitorBase.replace(/^http/, "ws")
    : visitorBase;
  return base + url.pathname + url.search + url.hash;
}

/**
 * The Location of a redirect (RFC 9110 §15.4) after `mapReference` has changed it. An origin that sends plain requests on to TLS answers one for
 * http with its own https URL. Mapped, that would lead from `requested` to itself for ever, so it is https then. Where TLS
 * listens beside another port than 80 is not known; `received` is Location as the origin sent it.
 */
export function mapRedirect(
  mapped: string,
  received: string,
  requested: readonly string[],
): string {
  if (!/^\s*https:/i.test(received)) return mapped;
  const url = URL.parse(mapped);
  if (url === null || url.protocol !== "http:" || url.port !== "")
    return mapped;
  url.hash = "";
  const leadsBack = requested.some(
    (visited) => URL.parse(visited)?.href === url.href,
  );
  return leadsBack ? mapped.replace(/^http:/, "https:") : mapped;
}

function isHostOf(hostname: string, origins: readonly string[]): boolean {
  const host = hostname.replace(/\.$/, "");
  return origins.some((origin) => URL.parse(origin)?.hostname === host);
}

/** Origins without a path, one or a list (Fetch §3.3.3, Resource Timing §4.5.1). */
function mapOrigins(value: string, mapping: Mapping): string {
  return value.replaceAll(/[^\s,]+/g, (origin) =>
    mapReference(origin, mapping) === origin ? origin : mapping.visitorBase,
  );
}

/** RFC 8288 §3: the target of every member. What stands in quotes is a parameter's. */
function mapLink(value: string, mapping: Mapping): string {
  // Each alternative ends at the value's end at the latest, so a hostile value costs no more than its length.
  return value.replaceAll(
    /"(?:[^"\\]|\\.)*(?:"|\\?$)|<([^>]*)(?:>|$)/g,
    (found: string, target: string | undefined) =>
      target === undefined
        ? found
        : found.replace(target, () => mapReference(target, mapping)),
  );
}

/** HTML, "shared declarative refresh steps": seconds, a separator, perhaps `url=`, and a URL perhaps in quotes. */
function mapRefresh(value: string, mapping: Mapping): string {
  const [before, quote] =
    /^\s*[\d.]*\s*[;,]?\s*(?:url\s*=\s*)?(["']?)/i.exec(value) ?? [];
  if (before === undefined) return value;
  const rest = value.slice(before.length);
  const end = quote ? rest.indexOf(quote) : -1;
  const reference = end === -1 ? rest : rest.slice(0, end);
  return (
    before + mapReference(reference, mapping) + rest.slice(reference.length)
  );
}

function mapCookie(value: string, { visitorBase, origins }: Mapping): string {
  const visitorHost = URL.parse(visitorBase)?.hostname ?? "";
  const originHosts = origins.flatMap(
    (origin) => URL.parse(origin)?.hostname ?? [],
  );
  return mapCookieDomain(value, visitorHost, originHosts);
}
