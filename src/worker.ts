import { Hono, type Context } from "hono";
import { health, version } from "./cloudflare/health.ts";
import { toInbound } from "./cloudflare/inbound.ts";
import { OriginProbes } from "./cloudflare/origin-probes.ts";
import { toResponse } from "./cloudflare/reply.ts";
import { Visitor } from "./cloudflare/visitor.ts";
import { cloudflareWorld } from "./cloudflare/world.ts";
import { renderReply } from "./edge/own-reply.ts";
import { parseConfig, type EdgeConfig } from "./edge/config.ts";
import type { Edge } from "./edge/edge.ts";
import { handle } from "./edge/handle.ts";
import { newIsolate, type Isolate } from "./edge/isolate.ts";
import type { Parsed } from "./parse/parsed.ts";
import { problemTypePage } from "./page/notice.ts";
import type { OwnPage } from "./page/reason.ts";
import type { Inbound, Reply } from "./ports.ts";

type WorkerContext = Context<{ Bindings: Env }>;

let config: Parsed<EdgeConfig> | undefined;
let isolate: Isolate | undefined;
const probes = new OriginProbes();

/** Has a request answered, with what lives as long as the isolate does. */
async function replied(
  c: WorkerContext,
  reply: (request: Inbound, edge: Edge) => Reply | Promise<Reply>,
): Promise<Response> {
  config ??= parseConfig({ ...c.env });
  if (!config.ok) throw new Error(config.problem);
  isolate ??= newIsolate(config.value);
  const { env, executionCtx, req } = c;
  const visitor = new Visitor(req.raw);
  const world = cloudflareWorld(env, executionCtx, {
    config: config.value,
    visitor,
    probes,
  });
  const edge = { config: config.value, isolate, world };
  const request = toInbound(req.raw, config.value);
  return toResponse(await reply(request, edge), executionCtx, visitor);
}

function page(c: WorkerContext, shown: OwnPage): Promise<Response> {
  return replied(c, (request, edge) => renderReply(shown, request, edge));
}

const app = new Hono<{ Bindings: Env }>({ strict: true });

// On every host: what stands here is about the edge, whatever becomes of the site.
const own = "/.well-known/portcullis";
app.get(`${own}/health`, ({ env }) => health(env));
app.get(`${own}/version`, () => version());
app.get(`${own}/`, (c) => page(c, { kind: "about" }));
app.get(`${own}/problems/:type`, (c) =>
  page(c, problemTypePage(c.req.param("type"))),
);
app.all(`${own}/*`, (c) => page(c, { kind: "no-page" }));
app.all("*", (c) => replied(c, handle));
app.onError((error) => {
  throw error;
});

export default {
  async fetch(request, env, ctx) {
    try {
      return await app.fetch(request, env, ctx);
    } catch (error) {
      console.error(error);
      return new Response(null, {
        status: 500,
        headers: { "Cache-Control": "no-store" },
      });
    }
  },
} satisfies ExportedHandler<Env>;
