import type { RegistryEnv } from "./cloudflare/registry-object.ts";

export { Feed } from "./cloudflare/registry-feed.ts";
export { RegistryObject } from "./cloudflare/registry-object.ts";

/** The registry's own Worker: it has no route on a customer's host, and hands everything to the one object. */
export default {
  fetch: (request, { REGISTRY }) =>
    REGISTRY.getByName("registry").fetch(request),
} satisfies ExportedHandler<RegistryEnv>;
