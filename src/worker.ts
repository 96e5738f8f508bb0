import { Hono } from "hono";
import { toInbound } from "./cloudflare/inbound.ts";
import { toResponse } from "./cloudflare/reply.ts";
import { cloudflareWorld } from "./cloudflare/world.ts";
import { parseConfig, type EdgeConfig } from "./edge/config.ts";
import { handle } from "./edge/handle.ts";
import { newIsolate, type Isolate } from "./edge/isolate.ts";
import type { Parsed } from "./http/parsed.ts";
import { health, version } from "./cloudflare/health.ts";

let config: Parsed<EdgeConfig> | undefined;
let isolate: Isolate | undefined;

const app = new Hono<{ Bindings: Env }>({ strict: true });

app.get("/.well-known/portcullis/health", ({ env }) => health(env));
app.get("/.well-known/portcullis/version", () => version());
app.all("*", async (c) => {
  config ??= parseConfig({ ...c.env });
  if (!config.ok) throw new Error(config.problem);
  isolate ??= newIsolate(config.value);
  const world = cloudflareWorld(c.env, c.executionCtx, config.value);
  const reply = await handle(toInbound(c.req.raw, config.value), {
    config: config.value,
    isolate,
    world,
  });
  return toResponse(reply, c.executionCtx);
});
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
