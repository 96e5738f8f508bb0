import { accessField } from "./admin/api.ts";
import { emailOf } from "./cloudflare/access.ts";
import type { RegistryEnv } from "./cloudflare/registry-object.ts";

export { Feed } from "./cloudflare/registry-feed.ts";
export { RegistryObject } from "./cloudflare/registry-object.ts";

/** The registry's own Worker: it has no route on a customer's host, and hands everything to the one object. */
export default {
  async fetch(request, env, ctx) {
    const email = await emailOf(ctx, env.ACCESS_AUD);
    const headers = new Headers(request.headers);
    headers.delete(accessField);
    if (email !== null) headers.set(accessField, email);
    const registry = env.REGISTRY.getByName("registry");
    return registry.fetch(new Request(request, { headers }));
  },
} satisfies ExportedHandler<RegistryEnv>;
