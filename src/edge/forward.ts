import type { Site } from "../customer/site.ts";
import { privateAddress } from "../http/address.ts";
import type { FieldLine } from "../http/fields.ts";
import { fieldsForOrigin, maxForwards, type Hop } from "../http/forwarding.ts";
import { targetOnOrigin } from "../http/target.ts";
import { mayTryNext } from "../origin/retry.ts";
import type { Inbound, OriginAnswer, OriginResponse } from "../world.ts";
import type { Admission } from "./admit.ts";
import type { Edge } from "./edge.ts";

export type Forwarded =
  /** RFC 9110 §7.6.2: no hops are left, the answer is ours. */
  | { kind: "final" }
  | { kind: "answered"; response: OriginResponse; origin: string }
  | Extract<OriginAnswer, { kind: "failed" }>;

type Admitted = Extract<Admission, { kind: "admitted" }>;

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

function upgradeOf(request: Inbound): "none" | "websocket" {
  const asked = request.fields.get("upgrade")?.trim().toLowerCase();
  return asked === "websocket" && request.method === "GET"
    ? "websocket"
    : "none";
}

/** Step 6: sends the request to the site's origins in their order until one answers. */
export async function forward(
  request: Inbound,
  admitted: Admitted,
  site: Site,
  edge: Edge,
): Promise<Forwarded> {
  const { world, config } = edge;
  const hops = maxForwards(request.method, request.fields);
  if (hops.kind === "final") return hops;
  const upgrade = upgradeOf(request);
  const fields: FieldLine[] = [
    ...fieldsForOrigin(request.fields, hopOf(request, admitted, edge), {
      upgrade,
      traceIds: { trace: world.randomHex(16), parent: world.randomHex(8) },
    }).filter(([name]) => !isSetBySite(site, name)),
    ...(hops.value === null ? [] : [["Max-Forwards", hops.value] as const]),
    ...site.originFields,
  ];
  const body = request.body === null ? "none" : "streaming";
  let failed: Extract<OriginAnswer, { kind: "failed" }> = {
    kind: "failed",
    error: "proxy_configuration_error",
    details: "the site record names no origin",
  };
  for (const origin of site.origins) {
    const url = targetOnOrigin(origin, admitted.target);
    if (!url.ok)
      return {
        kind: "failed",
        error: "http_request_error",
        details: url.problem,
      };
    const prohibited =
      config.privateOrigins === "refused"
        ? privateAddress(url.value.hostname)
        : null;
    const answer: OriginAnswer =
      prohibited === null
        ? await world.send({
            method: request.method,
            url: url.value,
            fields,
            body: request.body,
            upgrade,
            timeoutMs: site.timeoutSeconds * 1000,
          })
        : {
            kind: "failed",
            error: "destination_ip_prohibited",
            details: `${url.value.hostname}: ${prohibited}`,
          };
    if (answer.kind === "answered")
      return { kind: "answered", response: answer, origin };
    failed = answer;
    if (!mayTryNext({ method: request.method, body }, answer.error)) break;
  }
  return failed;
}

/** As CGI and its heirs read a name: "_" and "-" are one. */
const read = (name: string) => name.toLowerCase().replaceAll("_", "-");

function isSetBySite(site: Site, name: string): boolean {
  return site.originFields.some(([set]) => read(set) === read(name));
}
