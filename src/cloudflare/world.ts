import type { EdgeConfig } from "../config.ts";
import type { EdgeEvent, Inbound, World } from "../ports.ts";
import type { RoomVariables } from "./cache-room.ts";
import { clock } from "./clock.ts";
import { readFeed, type RegistryBinding } from "./feed.ts";
import type { HostVariables } from "./host-override.ts";
import { readRecord } from "./list.ts";
import type { Metrics } from "./metrics.ts";
import type { OriginProbes } from "./origin-probes.ts";
import { PopCache } from "./pop-cache.ts";
import type { Waiting } from "./reply.ts";
import { send } from "./send.ts";
import type { Visitor } from "./visitor.ts";

/** What the outside of one request needs of it. */
interface RequestParts {
  ctx: Waiting;
  visitor: Visitor;
  pop: Inbound["pop"];
}

/**
 * The real outside: Workers KV, the Cache API, the network and the clock. Most of it is the same for all requests of an isolate; the
 * result makes the one for a request.
 */
export function cloudflareWorld(
  env: Env & HostVariables & RoomVariables & RegistryBinding,
  {
    config,
    probes,
    metrics,
  }: { config: EdgeConfig; probes: OriginProbes; metrics: Metrics },
): (request: RequestParts) => World {
  const observe = (event: EdgeEvent) => {
    metrics.observe(event);
    log(event, config.logRequests);
  };
  const { recall, keep, forget, recallBytes, keepBytes } = new PopCache(
    observe,
    env.CACHE_KEEPER,
  );
  const ofIsolate = {
    ...clock,
    randomHex,
    readRecord: (key: string) =>
      readRecord(env.CUSTOMERS, key, config.listCacheMs / 1000),
    recall,
    keep,
    forget,
    recallBytes,
    keepBytes,
    observe,
  };
  return ({ ctx, visitor, pop }) => ({
    ...ofIsolate,
    readFeed: (after) => readFeed(env.REGISTRY, pop ?? config.name, after),
    send: (request) =>
      send(request, {
        ctx,
        visitor,
        variables: env,
        probes,
        edge: config.name,
      }),
    later: (work) => ctx.waitUntil(work),
  });
}

// Asking for few at a time costs as much as asking for many.
const randomBytes = new Uint8Array(4096);
let usedRandomBytes = randomBytes.length;

function randomHex(bytes: number): string {
  if (usedRandomBytes + bytes > randomBytes.length) {
    crypto.getRandomValues(randomBytes);
    usedRandomBytes = 0;
  }
  const from = usedRandomBytes;
  usedRandomBytes += bytes;
  return randomBytes.subarray(from, usedRandomBytes).toHex();
}

/** One line of JSON an event, for Workers Logs; problems as errors. */
function log(event: EdgeEvent, requests: EdgeConfig["logRequests"]): void {
  if (event.kind !== "request" && event.kind !== "cut")
    console.error(JSON.stringify(event));
  else if (requests === "all" || isProblem(event))
    console.log(JSON.stringify(event));
}

function isProblem(event: EdgeEvent): boolean {
  return event.kind === "request" && event.outcome === "unreachable";
}
