import { WorkerEntrypoint } from "cloudflare:workers";
import type { RegistryEnv } from "./registry-object.ts";

/** What the edge's service binding reaches, and nobody else: it has no URL. */
export class Feed extends WorkerEntrypoint<RegistryEnv> {
  override async fetch({ url }: Request): Promise<Response> {
    const { searchParams } = new URL(url);
    const pop = searchParams.get("pop") ?? "";
    const after = Number(searchParams.get("after"));
    const registry = this.env.REGISTRY.getByName("registry");
    return Response.json(await registry.readFeed(pop, after));
  }
}
