import type { EdgeConfig } from "../edge/config.ts";
import type { EdgeEvent, World } from "../ports.ts";
import type { RoomVariables } from "./cache-room.ts";
import { clock } from "./clock.ts";
import type { HostVariables } from "./host-override.ts";
import { readRecord } from "./list.ts";
import type { OriginProbes } from "./origin-probes.ts";
import { PopCache } from "./pop-cache.ts";
import type { Waiting } from "./reply.ts";
import { send } from "./send.ts";
import type { Visitor } from "./visitor.ts";

/** The real outside: Workers KV, the Cache API, the network and the clock, for one request. */
export function cloudflareWorld(
  env: Env & HostVariables & RoomVariables,
  ctx: Waiting,
  {
    config,
    visitor,
    probes,
  }: { config: EdgeConfig; visitor: Visitor; probes: OriginProbes },
): World {
  const observe = (event: EdgeEvent) => log(event, config.logRequests);
  const { recall, keep, forget, recallBytes, keepBytes } = new PopCache(
    observe,
    env.CACHE_KEEPER,
  );
  return {
    ...clock,
    randomHex,
    readRecord: (key) => readRecord(env.CUSTOMERS, key),
    recall,
    keep,
    forget,
    recallBytes,
    keepBytes,
    send: (request) =>
      send(request, {
        ctx,
        visitor,
        variables: env,
        probes,
        edge: config.name,
      }),
    later: (work) => ctx.waitUntil(work),
    observe,
  };
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
