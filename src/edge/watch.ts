import type { Visit } from "../customer/verdict.ts";
import type { Watch } from "../world.ts";
import type { Edge } from "./edge.ts";
import { gate } from "./gate.ts";

/**
 * A reply that takes long (a download, an event stream, a WebSocket) passes the gate again and again, so
 * that a drop also ends what was under way. A list that cannot be read cuts nothing.
 */
export function watchOf(visit: Visit, customer: string, edge: Edge): Watch {
  const { world, config } = edge;
  return async () => {
    const now = await gate(visit, edge);
    switch (now.kind) {
      case "pass":
        return {
          kind: "go-on",
          askAgainInMs:
            now.passage.kind === "notice"
              ? Math.min(
                  config.watchMs,
                  Math.max(now.passage.sunsetAtMs - world.nowMs(), 1),
                )
              : config.watchMs,
        };
      case "misconfigured":
      case "unavailable":
        return { kind: "go-on", askAgainInMs: config.watchMs };
      case "refused":
      case "maintenance":
      case "unknown-host":
        world.observe({ kind: "cut", host: visit.host, customer });
        return { kind: "cut" };
    }
  };
}
