import type { EdgeConfig } from "../edge/config.ts";
import type { EdgeEvent, World } from "../world.ts";
import { readList } from "./list.ts";
import type { Waiting } from "./reply.ts";
import { send } from "./send.ts";
import { forget, keep, keepBytes, recall, recallBytes } from "./shelf.ts";

/** The real outside: Workers KV, the Cache API, the network and the clock, for one request. */
export function cloudflareWorld(
  env: Env,
  ctx: Waiting,
  config: EdgeConfig,
): World {
  return {
    nowMs: () => Date.now(),
    randomHex,
    readList: (keys) => readList(env.CUSTOMERS, keys, config.listDeadlineMs),
    recall,
    keep,
    forget,
    recallBytes,
    keepBytes,
    send: (request) => send(request, ctx),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    later: (work) => ctx.waitUntil(work),
    observe: (event) => log(event, config.logRequests),
  };
}

function randomHex(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toHex();
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
