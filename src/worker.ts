import { WorkerEntrypoint } from "cloudflare:workers";
import { Hono, type Context } from "hono";
import { health, version } from "./cloudflare/health.ts";
import { toInbound, type Via } from "./cloudflare/inbound.ts";
import { Metrics } from "./cloudflare/metrics.ts";
import { operate } from "./cloudflare/operations.ts";
import { OriginProbes } from "./cloudflare/origin-probes.ts";
import { toResponse, type Waiting } from "./cloudflare/reply.ts";
import { Visitor } from "./cloudflare/visitor.ts";
import { cloudflareWorld } from "./cloudflare/world.ts";
import { renderOwnPage } from "./edge/own-reply.ts";
import { parseConfig, type EdgeConfig } from "./config.ts";
import type { Edge } from "./edge/edge.ts";
import { handle, handleDecision } from "./edge/handle.ts";
import { newIsolate, type Isolate } from "./edge/isolate.ts";
import { ownPath } from "./page/own-path.ts";
import { problemTypePage } from "./page/notice.ts";
import type { OwnPage } from "./page/reason.ts";
import type { Inbound, Reply } from "./ports.ts";

/** To the router, all that belongs to a request is its environment. */
type WorkerContext = Context<{ Bindings: RuntimeRequest }>;

/** A request as the runtime hands it over. */
interface RuntimeRequest {
  request: Request;
  env: Env;
  ctx: Waiting;
  via: Via;
}

/** What lives as long as the isolate does. */
interface Runtime {
  config: EdgeConfig;
  isolate: Isolate;
  metrics: Metrics;
  worldOf: ReturnType<typeof cloudflareWorld>;
}

let runtime: Runtime | undefined;

function start(env: Env): Runtime {
  const config = parseConfig({ ...env });
  if (!config.ok) throw new Error(config.problem);
  const probes = new OriginProbes();
  const metrics = new Metrics();
  return {
    config: config.value,
    isolate: newIsolate(config.value),
    metrics,
    worldOf: cloudflareWorld(env, { config: config.value, probes, metrics }),
  };
}

/** Has a request answered. */
async function replied(
  { request, env, ctx, via }: RuntimeRequest,
  reply: (request: Inbound, edge: Edge) => Reply | Promise<Reply>,
): Promise<Response> {
  runtime ??= start(env);
  const { config, isolate, worldOf } = runtime;
  const visitor = new Visitor(request);
  const inbound = toInbound(request, config, via);
  const world = worldOf({ ctx, visitor, pop: inbound.pop });
  const edge = { config, isolate, world };
  return toResponse(await reply(inbound, edge), ctx, visitor);
}

function page({ env }: WorkerContext, own: OwnPage): Promise<Response> {
  return replied(env, (request, edge) => renderOwnPage(own, request, edge));
}

/** Could this be one of the routes below, however it is written? Customers' requests need no router. */
function mayBeRoute(url: string): boolean {
  return url.includes(ownPath) || url.includes("%");
}

const app = new Hono<{ Bindings: RuntimeRequest }>({ strict: true });

app.get(`${ownPath}/health`, ({ env }) => health(env.env));
app.get(`${ownPath}/version`, () => version());
app.get(`${ownPath}/`, (c) => page(c, { kind: "about" }));
app.get(`${ownPath}/problems/:type`, (c) =>
  page(c, problemTypePage(c.req.param("type"))),
);
app.get(`${ownPath}/decision`, ({ env }) => replied(env, handleDecision));
app.all(`${ownPath}/*`, (c) => page(c, { kind: "no-page" }));
app.all("*", ({ env }) => replied(env, handle));
app.onError((error) => {
  throw error;
});

/** What the operator's own programs reach, at an address or by a binding of their own. */
export class Operations extends WorkerEntrypoint<Env> {
  override fetch(request: Request): Promise<Response> {
    const { env, ctx } = this;
    runtime ??= start(env);
    const { config, isolate, metrics, worldOf } = runtime;
    const world = worldOf({ ctx, visitor: new Visitor(request), pop: null });
    return operate(request, { env, edge: { config, isolate, world }, metrics });
  }
}

/** What the operator's own proxies reach, at an address of its own, and nobody else: they say who their visitors are. */
export class Proxied extends WorkerEntrypoint<Env> {
  override fetch(request: Request): Promise<Response> {
    const { env, ctx } = this;
    return answered({ request, env, ctx, via: "proxy" });
  }
}

export default {
  fetch: (request, env, ctx) => answered({ request, env, ctx, via: "anybody" }),
} satisfies ExportedHandler<Env>;

async function answered(request: RuntimeRequest): Promise<Response> {
  try {
    return await (mayBeRoute(request.request.url)
      ? app.fetch(request.request, request)
      : replied(request, handle));
  } catch (error) {
    console.error(error);
    return new Response(null, {
      status: 500,
      headers: { "Cache-Control": "no-store" },
    });
  }
}
