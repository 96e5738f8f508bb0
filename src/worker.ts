import { Hono, type Context } from "hono";
import { health, version } from "./cloudflare/health.ts";
import { toInbound } from "./cloudflare/inbound.ts";
import { OriginProbes } from "./cloudflare/origin-probes.ts";
import { toResponse, type Waiting } from "./cloudflare/reply.ts";
import { Visitor } from "./cloudflare/visitor.ts";
import { cloudflareWorld } from "./cloudflare/world.ts";
import { renderReply } from "./edge/own-reply.ts";
import { parseConfig, type EdgeConfig } from "./edge/config.ts";
import type { Edge } from "./edge/edge.ts";
import { handle } from "./edge/handle.ts";
import { newIsolate, type Isolate } from "./edge/isolate.ts";
import { problemTypePage } from "./page/notice.ts";
import type { OwnPage } from "./page/reason.ts";
import type { Inbound, Reply } from "./ports.ts";

type WorkerContext = Context<{ Bindings: Env }>;

/** A request as the runtime hands it over. */
interface RuntimeRequest {
  request: Request;
  env: Env;
  ctx: Waiting;
}

/** What lives as long as the isolate does. */
interface Runtime {
  config: EdgeConfig;
  isolate: Isolate;
  worldOf: ReturnType<typeof cloudflareWorld>;
}

let runtime: Runtime | undefined;

function start(env: Env): Runtime {
  const config = parseConfig({ ...env });
  if (!config.ok) throw new Error(config.problem);
  const probes = new OriginProbes();
  return {
    config: config.value,
    isolate: newIsolate(config.value),
    worldOf: cloudflareWorld(env, { config: config.value, probes }),
  };
}

/** Has a request answered. */
async function replied(
  { request, env, ctx }: RuntimeRequest,
  reply: (request: Inbound, edge: Edge) => Reply | Promise<Reply>,
): Promise<Response> {
  runtime ??= start(env);
  const { config, isolate, worldOf } = runtime;
  const visitor = new Visitor(request);
  const inbound = toInbound(request, config);
  const world = worldOf({ ctx, visitor, pop: inbound.pop });
  const edge = { config, isolate, world };
  return toResponse(await reply(inbound, edge), ctx, visitor);
}

function page(c: WorkerContext, own: OwnPage): Promise<Response> {
  return replied(requestOf(c), (request, edge) =>
    renderReply(own, request, edge),
  );
}

function requestOf({ req, env, executionCtx }: WorkerContext): RuntimeRequest {
  return { request: req.raw, env, ctx: executionCtx };
}

/** Could this be one of the routes below, however it is written? Customers' requests need no router. */
function mayBeRoute(url: string): boolean {
  return url.includes(ownPath) || url.includes("%");
}

const app = new Hono<{ Bindings: Env }>({ strict: true });

// On every host: what stands here is about the edge, whatever becomes of the site.
const ownPath = "/.well-known/portcullis";
app.get(`${ownPath}/health`, ({ env }) => health(env));
app.get(`${ownPath}/version`, () => version());
app.get(`${ownPath}/`, (c) => page(c, { kind: "about" }));
app.get(`${ownPath}/problems/:type`, (c) =>
  page(c, problemTypePage(c.req.param("type"))),
);
app.all(`${ownPath}/*`, (c) => page(c, { kind: "no-page" }));
app.all("*", (c) => replied(requestOf(c), handle));
app.onError((error) => {
  throw error;
});

export default {
  async fetch(request, env, ctx) {
    try {
      return await (mayBeRoute(request.url)
        ? app.fetch(request, env, ctx)
        : replied({ request, env, ctx }, handle));
    } catch (error) {
      console.error(error);
      return new Response(null, {
        status: 500,
        headers: { "Cache-Control": "no-store" },
      });
    }
  },
} satisfies ExportedHandler<Env>;
