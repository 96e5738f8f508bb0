import type { Visit } from "../customer/visit.ts";
import type { Fields } from "../http/fields.ts";
import { canonicalHost, portUnlessDefault } from "../http/host.ts";
import { isLoop } from "../http/forwarding.ts";
import { transferCodings } from "../http/framing.ts";
import { splitUrl } from "../http/target.ts";
import type { Inbound } from "../ports.ts";
import { mayHaveContent } from "./content.ts";

export type Admitted = Extract<Admission, { kind: "admitted" }>;

export type Admission =
  | {
      kind: "admitted";
      /** As it arrived. */
      request: Inbound;
      visit: Visit;
      /** Canonical: the one name that gate, routing and keys go by. */
      host: string;
      /** The same with the port, where it is not the scheme's own: what the origin is told. */
      authority: string;
      scheme: "http" | "https";
      target: string;
      /** Of the URL and the header section. */
      bytes: number;
    }
  | {
      kind: "malformed";
      status: 400 | 405 | 414 | 431 | 501;
      problem: string;
    }
  | { kind: "loop"; host: string };

export const maxUrlCharacters = 16_384;
const largestFieldSection = 65_536;
const methodsRefused = new Set(["CONNECT", "TRACE", "TRACK"]);

/** Methods named to a client whose own is refused (RFC 9110 §10.2.1). */
export const allowedMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/** Is this a request that the edge can act on at all? */
export function admit(request: Inbound, edge: string): Admission {
  const { method, url, fields } = request;
  if (methodsRefused.has(method.toUpperCase()))
    return malformed(405, `the method ${method} is not served here`);
  if (url.length > maxUrlCharacters)
    return malformed(
      414,
      `the URL has ${url.length} characters, at most ${maxUrlCharacters} are served`,
    );
  const fieldBytes = sectionLength(fields);
  if (fieldBytes > largestFieldSection)
    return malformed(
      431,
      `the header section is larger than ${largestFieldSection} bytes`,
    );
  // RFC 9112 §6.1: the runtime hands such a body over as it came, and the origin would not be told how it is coded.
  const codings = transferCodings(fields);
  if (codings.length > 0)
    return malformed(
      501,
      `the transfer coding ${codings.join(", ")} is not decoded here`,
    );

  const authority = fields.get("host") ?? "";
  const host = canonicalHost(authority);
  if (!host.ok) return malformed(400, `Host: ${host.problem}`);
  const inUrl = splitUrl(url);
  if (!isSameHost(inUrl.authority, authority, host.value))
    return malformed(400, "Host and the request target name different hosts");
  if (isLoop(fields, edge)) return { kind: "loop", host: host.value };
  const scheme = url.startsWith("https:") ? "https" : "http";
  const { target } = inUrl;
  return {
    kind: "admitted",
    request,
    visit: {
      method,
      host: host.value,
      country: request.country,
      target,
      upgrade: upgradeOf(request),
      content: mayHaveContent(request) ? "some" : "none",
    },
    host: host.value,
    authority: host.value + portUnlessDefault(authority, scheme),
    scheme,
    target,
    bytes: url.length + fieldBytes,
  };
}

type Malformed = Extract<Admission, { kind: "malformed" }>;

function malformed(status: Malformed["status"], problem: string): Malformed {
  return { kind: "malformed", status, problem };
}

function isSameHost(
  inUrl: string,
  inField: string,
  canonical: string,
): boolean {
  if (inUrl === inField) return true;
  const host = canonicalHost(inUrl);
  return host.ok && host.value === canonical;
}

function sectionLength(fields: Fields & Iterable<readonly string[]>): number {
  let length = 0;
  for (const [name = "", value = ""] of fields)
    length += name.length + value.length + 4;
  return length;
}

export function upgradeOf({ method, fields }: Inbound): "none" | "websocket" {
  const requested = fields.get("upgrade")?.trim().toLowerCase();
  return requested === "websocket" && method === "GET" ? "websocket" : "none";
}
