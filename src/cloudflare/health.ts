import packageJson from "../../package.json" with { type: "json" };
import { readList } from "./list.ts";
import { edgeKey } from "../customer/keys.ts";

const deadlineMs = 1000;
const headers = { "Cache-Control": "no-store" };

/** Can this PoP read the customer list right now? 200 when it can, 503 when it cannot. */
export async function health(env: Env): Promise<Response> {
  const { problem } = await readList(env.CUSTOMERS, [edgeKey], deadlineMs);
  return problem === null
    ? Response.json({ status: "ok", list: "readable" }, { headers })
    : Response.json(
        { status: "degraded", list: "unreadable" },
        { status: 503, headers },
      );
}

export function version(): Response {
  return Response.json(
    { name: packageJson.name, version: packageJson.version },
    { headers },
  );
}
