import packageJson from "../../package.json" with { type: "json" };
import { edgeKey } from "../customer/keys.ts";
import { hasRoom, type RoomVariables } from "./cache-room.ts";
import { readList } from "./list.ts";
import { hasFailedLately } from "./pop-cache.ts";

const deadlineMs = 1000;
const headers = { "Cache-Control": "no-store" };

/**
 * Can this PoP read the customer list right now? 200 when it can, 503 when it cannot. Beside that, whether its cache takes what
 * it is given: "full" where the disk is short, "failing" where an operation failed within the last minute. Visitors are served
 * all the same.
 */
export async function health(env: Env & RoomVariables): Promise<Response> {
  const [{ problem }, isRoomy] = await Promise.all([
    readList(env.CUSTOMERS, [edgeKey], deadlineMs),
    hasRoom(env.CACHE_KEEPER),
  ]);
  const cache = isRoomy ? (hasFailedLately() ? "failing" : "ok") : "full";
  const list = problem === null ? "readable" : "unreadable";
  const isWell = list === "readable" && cache === "ok";
  const status = list === "readable" ? 200 : 503;
  return Response.json(
    { status: isWell ? "ok" : "degraded", list, cache },
    { status, headers },
  );
}

export function version(): Response {
  return Response.json(
    { name: packageJson.name, version: packageJson.version },
    { headers },
  );
}
