import packageJson from "../../package.json" with { type: "json" };
import { edgeKey } from "../customer/keys.ts";
import { hasRoom, type RoomVariables } from "./cache-room.ts";
import { readRecord } from "./list.ts";
import { hasFailedLately } from "./pop-cache.ts";

const deadlineMs = 1000;
const headers = { "Cache-Control": "no-store" };

/**
 * Can this PoP read the customer list right now? 200 when it can, 503 when it cannot. Beside that, whether its cache takes what
 * it is given: "full" where the disk is short, "failing" where an operation failed within the last minute. Visitors are served
 * all the same.
 */
export async function health(env: Env & RoomVariables): Promise<Response> {
  const [isReadable, isRoomy] = await Promise.all([
    canReadList(env),
    hasRoom(env.CACHE_KEEPER),
  ]);
  const cache = isRoomy ? (hasFailedLately() ? "failing" : "ok") : "full";
  const list = isReadable ? "readable" : "unreadable";
  const isWell = isReadable && cache === "ok";
  return Response.json(
    { status: isWell ? "ok" : "degraded", list, cache },
    { status: isReadable ? 200 : 503, headers },
  );
}

/** As new as KV has it. */
const minCacheSeconds = 30;

async function canReadList(env: Env): Promise<boolean> {
  const { kind } = await Promise.race([
    readRecord(env.CUSTOMERS, edgeKey, minCacheSeconds),
    new Promise<{ kind: "overdue" }>((resolve) =>
      setTimeout(() => resolve({ kind: "overdue" }), deadlineMs),
    ),
  ]);
  return kind === "read";
}

export function version(): Response {
  return Response.json(
    { name: packageJson.name, version: packageJson.version },
    { headers },
  );
}
