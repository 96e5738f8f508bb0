import { canonicalHost } from "../http/host.ts";
import type { Parsed } from "../parse/parsed.ts";
import type { ProxyError } from "../http/proxy-status.ts";
import type { OriginRequest } from "../ports.ts";

/*
 * `fetch` takes Host from the URL. To ask an origin under another one:
 *
 * - On Cloudflare, `cf.resolveOverride` names the host to connect to, and the URL the Host. It is ignored without a word unless
 *   both are names of the Worker's own zone, and the request then goes wherever the visitor's host leads: that is why
 *   HOST_ZONES must say so first.
 * - workerd by itself has no such thing. A program beside it sends the request on (src/cli/host-dispatcher.ts); its address, with
 *   the key that it asks for, is the variable HOST_DISPATCHER.
 */

/** The variables that say how a Host is chosen here. */
export interface HostVariables {
  /** Zones of the operator, separated by commas. */
  HOST_ZONES?: string;
  HOST_DISPATCHER?: string;
}

/** What is fetched. */
export type Address =
  | { kind: "origin"; url: string }
  | { kind: "dispatcher"; url: string }
  /** The visitor's URL, by a connection to another host. */
  | { kind: "override"; url: string; connectTo: string };

/** The status by which the dispatcher says why there is no connection to the origin. */
const failedStatus = 999;

/** What to fetch so that the origin gets the request's Host; the problem is the operator's to solve. */
export function addressOf(
  { url, host }: Pick<OriginRequest, "url" | "host">,
  { HOST_DISPATCHER: dispatcher, HOST_ZONES: zones = "" }: HostVariables,
): Parsed<Address> {
  if (host === null || host === url.host)
    return { ok: true, value: { kind: "origin", url: url.href } };
  if (dispatcher !== undefined)
    return { ok: true, value: dispatched(url, host, dispatcher) };
  return overridden(url, host, zonesOf(zones));
}

/** The origin and the Host are in the path, where no field of a visitor's can stand beside them. */
function dispatched(url: URL, host: string, dispatcher: string): Address {
  const errand = [host, url.origin].map(encodeURIComponent).join("/");
  return {
    kind: "dispatcher",
    url: `${dispatcher}/${errand}${url.pathname}${url.search}`,
  };
}

function overridden(
  url: URL,
  host: string,
  zones: readonly string[],
): Parsed<Address> {
  const problem = (why: string): Parsed<Address> => ({
    ok: false,
    problem: `the Host ${host} cannot be sent to ${url.host}: ${why}`,
  });
  const override = URL.parse(`${url.protocol}//${host}`);
  if (override === null) return problem("it is no host");
  if (override.port !== url.port)
    return problem("Cloudflare connects to the port that Host names");
  const isCommon = zones.some((zone) =>
    [override, url].every(({ hostname }) => isWithin(hostname, zone)),
  );
  if (!isCommon)
    return problem(
      "HOST_ZONES names no zone that has both, and Cloudflare would ignore where to connect to",
    );
  return {
    ok: true,
    value: {
      kind: "override",
      url: override.origin + url.pathname + url.search,
      connectTo: url.hostname,
    },
  };
}

function zonesOf(list: string): string[] {
  return list.split(",").flatMap((name) => {
    const zone = canonicalHost(name.trim());
    return zone.ok ? [zone.value] : [];
  });
}

function isWithin(hostname: string, zone: string): boolean {
  return hostname === zone || hostname.endsWith(`.${zone}`);
}

/** Why a request did not reach its origin, although there is a response. */
export interface Astray {
  error: ProxyError;
  /** For operators. */
  details: string;
}

/** Null for a response of the origin's. */
export function astrayIn(
  response: Pick<Response, "status" | "statusText" | "headers">,
  address: Address,
  edge: string,
): Astray | null {
  switch (address.kind) {
    case "origin":
      return null;
    case "dispatcher":
      return response.status === failedStatus
        ? failureIn(response.statusText)
        : null;
    case "override":
      return isOwnLoop(response, edge)
        ? {
            error: "proxy_configuration_error",
            details: `${address.url} led back to this edge: Cloudflare ignored that ${address.connectTo} is to be connected to`,
          }
        : null;
  }
}

function failureIn(word: string): Astray {
  switch (word) {
    case "tls_certificate_error":
      return { error: word, details: "the origin's certificate is not valid" };
    case "tls_protocol_error":
      return { error: word, details: "the origin did not agree on TLS" };
    default:
      return {
        error: "dns_error",
        details: "the origin's name has no address",
      };
  }
}

/**
 * Is this the answer of this very edge to a request of its own? Then the override was ignored: the visitor's host leads here, and
 * a request that has been here before is a loop (RFC 8586), which is answered before anything else is done for it.
 */
function isOwnLoop(
  { status, headers }: Pick<Response, "status" | "headers">,
  edge: string,
): boolean {
  const own = `${edge.toLowerCase()};error=proxy_loop_detected`;
  const members = (headers.get("proxy-status") ?? "").toLowerCase().split(",");
  return status === 502 && members.some((member) => member.trim() === own);
}
