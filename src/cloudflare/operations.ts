import type { Edge } from "../edge/edge.ts";
import { locate } from "../edge/records.ts";
import { canonicalHost } from "../http/host.ts";
import { health } from "./health.ts";
import type { RoomVariables } from "./cache-room.ts";
import type { Metrics } from "./metrics.ts";

const headers = { "Cache-Control": "no-store" };

/**
 * What the operator's own programs ask of an edge on one machine, at an address that no visitor reaches:
 *
 * - /metrics: Prometheus' text format.
 * - /health: as for visitors, at /.well-known/portcullis/health.
 * - /tls?domain=…: may a certificate be got for this name? 200, or 404 where it is no customer's (Caddy's on_demand_tls). A
 *   customer who was dropped has a page to show, and so a certificate.
 */
export async function operate(
  request: Request,
  {
    env,
    edge,
    metrics,
  }: { env: Env & RoomVariables; edge: Edge; metrics: Metrics },
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  switch (pathname) {
    case "/metrics":
      return new Response(metrics.text(gaugesOf(edge)), {
        headers: {
          ...headers,
          "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
        },
      });
    case "/health":
      return health(env);
    case "/tls":
      return certifiable(searchParams.get("domain") ?? "", edge);
    default:
      return plain(404, "Here are /metrics, /health and /tls?domain=NAME.");
  }
}

function gaugesOf({ isolate }: Edge) {
  const { bytes, keys } = isolate.cache.size;
  return [
    {
      name: "portcullis_memory_cache_bytes",
      help: "Stored responses in memory, with what the objects around them take.",
      value: bytes,
    },
    {
      name: "portcullis_memory_cache_keys",
      help: "Cache keys in memory.",
      value: keys,
    },
  ];
}

async function certifiable(domain: string, edge: Edge): Promise<Response> {
  const host = canonicalHost(domain);
  if (!host.ok) return plain(400, `domain: ${host.problem}`);
  const { site } = await locate(host.value, edge);
  switch (site.kind) {
    case "site":
    // Its record is malformed, but it is there.
    case "misconfigured":
      return plain(200, `${host.value} is a customer's.`);
    case "unknown-host":
      return plain(404, `${host.value} is no customer's.`);
    case "unreadable":
      return plain(503, "The list cannot be read.");
    case "withheld":
      return plain(503, "Too many unknown names are being asked for.");
  }
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers });
}
