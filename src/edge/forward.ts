import { hostFor } from "../customer/origin-host.ts";
import type { Site } from "../customer/site.ts";
import { privateAddress } from "../http/address.ts";
import { addOrigin } from "../http/destination.ts";
import type { FieldLine } from "../http/fields.ts";
import { fieldsForOrigin, type Hop } from "../http/forwarding.ts";
import { targetOnOrigin } from "../http/target.ts";
import { isRepeatable, mayTryNext } from "../origin/retry.ts";
import type {
  Inbound,
  OriginAnswer,
  OriginRequest,
  OriginResponse,
} from "../world.ts";
import type { Admitted } from "./admit.ts";
import { discardBody } from "./bytes.ts";
import type { RequestContext } from "./context.ts";
import type { Edge } from "./edge.ts";
import { timedBody, type BodyLimits } from "./timed-body.ts";

export type Forwarded =
  | {
      kind: "answered";
      response: OriginResponse;
      origin: string;
      requestTimeMs: number;
      responseTimeMs: number;
    }
  | Failed;

export type Failed = Extract<OriginAnswer, { kind: "failed" }>;

/** A request as any origin of its site would get it. */
export type Outgoing = Pick<
  OriginRequest,
  "method" | "fields" | "body" | "upgrade" | "watch"
> & {
  target: string;
  /** The host that the visitor asked for, with its port. */
  authority: string;
};

/** The version origins are spoken to in; the runtime does not say which it was. */
export const originHttpVersion = "1.1";

export function hopOf(
  request: Inbound,
  { scheme, authority }: Admitted,
  { config }: Edge,
): Hop {
  return {
    edge: config.name,
    httpVersion: request.httpVersion,
    scheme,
    host: authority,
    clientAddress: request.clientAddress,
  };
}

export function upgradeOf({ method, fields }: Inbound): "none" | "websocket" {
  const asked = fields.get("upgrade")?.trim().toLowerCase();
  return asked === "websocket" && method === "GET" ? "websocket" : "none";
}

/** The visitor's fields for the origin; `hopsLeft` is what Max-Forwards goes on with. */
export function forwardedFields({
  request,
  admitted,
  hopsLeft,
  traceIds,
  edge,
}: Pick<
  RequestContext,
  "request" | "admitted" | "hopsLeft" | "traceIds" | "edge"
>): FieldLine[] {
  const fields = fieldsForOrigin(
    request.fields,
    hopOf(request, admitted, edge),
    { upgrade: upgradeOf(request), traceIds },
  );
  // The content is framed anew for the origin's connection, by `OriginRequest.body`.
  const unframed = fields.filter(
    ([name]) => name.toLowerCase() !== "content-length",
  );
  return hopsLeft === null
    ? unframed
    : [...unframed, ["Max-Forwards", hopsLeft]];
}

/** Step 6: sends a request to the site's origins in their order until one answers. */
export async function send(
  outgoing: Outgoing,
  site: Site,
  edge: Edge,
): Promise<Forwarded> {
  const { world } = edge;
  const { target, authority, ...request } = outgoing;
  const host = hostFor(site.originHost, authority);
  const fields = [
    ...request.fields.filter(([name]) => !isSetBySite(site, name)),
    ...site.originFields,
  ];
  const content = request.body === null ? "none" : "streaming";
  const repeatable = { method: request.method, content } as const;
  let failed: Failed = {
    kind: "failed",
    error: "proxy_configuration_error",
    details: "the site record names no origin",
    sent: "nothing",
  };
  const last = site.origins.at(-1);
  for (const origin of site.origins) {
    const requestTimeMs = world.nowMs();
    // What may be sent once only goes on to the next origin only if this one is known to have got nothing.
    const probe =
      origin === last || isRepeatable(repeatable) ? "none" : "first";
    const answer = await sendTo(
      origin,
      target,
      { ...request, fields, host, probe },
      site,
      edge,
    );
    if (answer.kind === "answered")
      return {
        kind: "answered",
        response: answer,
        origin,
        requestTimeMs,
        responseTimeMs: world.nowMs(),
      };
    failed = answer;
    if (!mayTryNext(repeatable, answer)) break;
  }
  return failed;
}

async function sendTo(
  origin: string,
  target: string,
  request: Omit<OriginRequest, "url" | "timeoutMs" | "betweenBytesMs">,
  site: Site,
  edge: Edge,
): Promise<OriginAnswer> {
  const url = targetOnOrigin(origin, target);
  if (!url.ok)
    return {
      kind: "failed",
      error: "http_request_error",
      details: url.problem,
      sent: "nothing",
    };
  const { hostname } = url.value;
  const prohibited = prohibition(hostname, edge);
  if (prohibited !== null)
    return {
      kind: "failed",
      error: "destination_ip_prohibited",
      details: `${hostname}: ${prohibited}`,
      sent: "nothing",
    };
  const timeoutMs = site.timeoutSeconds * 1000;
  const limits = bodyLimits(site);
  const { betweenBytesMs } = limits;
  const base =
    request.host === null ? origin : `${url.value.protocol}//${request.host}`;
  const fields = addOrigin(request.fields, base);
  const answer = await edge.world.send({
    ...request,
    fields,
    url: url.value,
    timeoutMs,
    betweenBytesMs,
  });
  return checkPart(withLimits(answer, limits, edge), request);
}

/** The limits of the bodies that a site's origins send. */
export function bodyLimits(
  site: Pick<Site, "betweenBytesTimeoutSeconds" | "lastByteTimeoutSeconds">,
): BodyLimits {
  return {
    betweenBytesMs: site.betweenBytesTimeoutSeconds * 1000,
    lastByteMs: site.lastByteTimeoutSeconds * 1000,
  };
}

/** Whatever is made of a body, it comes within the limits or breaks off. */
function withLimits(
  answer: OriginAnswer,
  limits: BodyLimits,
  { world }: Edge,
): OriginAnswer {
  return answer.kind === "answered" && answer.body instanceof ReadableStream
    ? { ...answer, body: timedBody(answer.body, limits, world) }
    : answer;
}

/** RFC 9110 §15.3.7: 206 answers a Range. Who did not send one would take a part for the whole. */
function checkPart(
  answer: OriginAnswer,
  { fields }: Pick<OriginRequest, "fields">,
): OriginAnswer {
  if (answer.kind === "failed" || answer.status !== 206) return answer;
  if (fields.some(([name]) => name.toLowerCase() === "range")) return answer;
  discardBody(answer.body);
  return {
    kind: "failed",
    error: "http_protocol_error",
    details: "the origin answered 206 to a request without Range",
    sent: "perhaps",
  };
}

function prohibition(
  hostname: string,
  { config, isolate }: Edge,
): string | null {
  if (config.privateOrigins === "allowed") return null;
  const known = isolate.prohibited.get(hostname);
  if (known !== undefined) return known.because;
  const because = privateAddress(hostname);
  isolate.prohibited.set(hostname, { because });
  return because;
}

/** As CGI and its heirs read a name: "_" and "-" are one. */
const read = (name: string) => name.toLowerCase().replaceAll("_", "-");

function isSetBySite(site: Site, name: string): boolean {
  return site.originFields.some(([set]) => read(set) === read(name));
}
