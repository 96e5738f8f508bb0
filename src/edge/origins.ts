import { hostFor } from "../customer/origin-host.ts";
import type { Site } from "../customer/site.ts";
import { privateAddress } from "../http/address.ts";
import { addOrigin } from "../http/destination.ts";
import { cgiName, type FieldLine } from "../http/fields.ts";
import { fieldsForOrigin, type Hop } from "../http/forwarding.ts";
import type { ProxyError } from "../http/proxy-status.ts";
import { targetOnOrigin } from "../http/target.ts";
import { isRepeatable, mayTryNext } from "../origin/retry.ts";
import type {
  Inbound,
  OriginAnswer,
  OriginFailure,
  OriginRequest,
  OriginResponse,
} from "../ports.ts";
import { upgradeOf, type Admitted } from "./admit.ts";
import { discardBody } from "./bytes.ts";
import type { RequestContext } from "./context.ts";
import type { Edge } from "./edge.ts";
import { bodyLimits, timedBody } from "./timed-body.ts";

export type OriginResult =
  | {
      kind: "answered";
      response: OriginResponse;
      origin: string;
      requestTimeMs: number;
      responseTimeMs: number;
    }
  | OriginFailure;

/** A request as any origin of its site would get it. */
export type OutgoingRequest = Pick<
  OriginRequest,
  "method" | "fields" | "body" | "upgrade" | "watch"
> & { target: string };

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

/** Sends a request to the site's origins in their order until one answers. */
export async function sendToOrigins(
  context: Pick<RequestContext, "site" | "admitted" | "edge">,
  outgoing: OutgoingRequest,
): Promise<OriginResult> {
  const { site } = context;
  const { world } = context.edge;
  const content = outgoing.body === null ? "none" : "streaming";
  const repeatable = { method: outgoing.method, content } as const;
  const fields = [
    ...outgoing.fields.filter(([name]) => !isSetBySite(site, name)),
    ...site.originFields,
  ];
  let failed: OriginFailure = {
    kind: "failed",
    error: "proxy_configuration_error",
    details: "the site record names no origin",
    sent: "nothing",
  };
  const last = site.origins.at(-1);
  for (const origin of site.origins) {
    const requestTimeMs = world.nowMs();
    const request = originRequest(context, { ...outgoing, fields }, origin);
    // What may be sent once only goes on to the next origin only if this one is known to have got nothing.
    const probe =
      origin === last || isRepeatable(repeatable) ? "none" : "first";
    const response =
      request.kind === "failed"
        ? request
        : checkPart(
            withLimits(context, await world.send({ ...request.value, probe })),
            request.value,
          );
    if (response.kind === "answered")
      return {
        kind: "answered",
        response,
        origin,
        requestTimeMs,
        responseTimeMs: world.nowMs(),
      };
    failed = response;
    if (!mayTryNext(repeatable, response)) break;
  }
  return failed;
}

function unsent(error: ProxyError, details: string): OriginFailure {
  return { kind: "failed", error, details, sent: "nothing" };
}

/** The request as this origin gets it, or why it may not be sent. */
function originRequest(
  { site, admitted, edge }: Pick<RequestContext, "site" | "admitted" | "edge">,
  { target, ...outgoing }: OutgoingRequest,
  origin: string,
): { kind: "request"; value: Omit<OriginRequest, "probe"> } | OriginFailure {
  const url = targetOnOrigin(origin, target);
  if (!url.ok) return unsent("http_request_error", url.problem);
  const { hostname, protocol } = url.value;
  const prohibited = prohibition(hostname, edge);
  if (prohibited !== null)
    return unsent("destination_ip_prohibited", `${hostname}: ${prohibited}`);
  const host = hostFor(site.originHost, admitted.authority);
  const base = host === null ? origin : `${protocol}//${host}`;
  return {
    kind: "request",
    value: {
      ...outgoing,
      fields: addOrigin(outgoing.fields, base),
      url: url.value,
      host,
      timeoutMs: site.timeoutSeconds * 1000,
      betweenBytesMs: bodyLimits(site).betweenBytesMs,
    },
  };
}

/** Whatever is made of a body, it comes within the site's limits or breaks off. */
function withLimits(
  { site, edge }: Pick<RequestContext, "site" | "edge">,
  answer: OriginAnswer,
): OriginAnswer {
  return answer.kind === "answered" && answer.body instanceof ReadableStream
    ? { ...answer, body: timedBody(answer.body, bodyLimits(site), edge.world) }
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

function isSetBySite(site: Site, name: string): boolean {
  return site.originFields.some(([set]) => cgiName(set) === cgiName(name));
}
