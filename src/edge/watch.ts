import type { Visit } from "../customer/verdict.ts";
import type { Watch } from "../world.ts";
import type { Edge } from "./edge.ts";
import { gate, type Passed } from "./gate.ts";

/**
 * A reply that takes long (a download, an event stream, a WebSocket) passes the gate again and again, so
 * that a drop also ends what was under way. A list that cannot be read cuts nothing.
 */
export function watchOf(
  visit: Visit,
  { site, passage }: Passed,
  edge: Edge,
): Watch {
  return {
    firstInMs: untilNextLook(passage, edge),
    ask: async () => {
      const now = await gate(visit, edge);
      switch (now.kind) {
        case "pass":
          return {
            kind: "go-on",
            askAgainInMs: untilNextLook(now.passage, edge),
          };
        case "misconfigured":
        case "unavailable":
          return { kind: "go-on", askAgainInMs: edge.config.watchMs };
        case "refused":
        case "maintenance":
        case "unknown-host":
          edge.world.observe({
            kind: "cut",
            host: visit.host,
            customer: site.customer,
          });
          return { kind: "cut" };
      }
    },
  };
}

/** A drop that is announced is met at its very moment. */
function untilNextLook(
  passage: Passed["passage"],
  { config, world }: Edge,
): number {
  if (passage.kind !== "notice") return config.watchMs;
  const untilDropMs = Math.max(passage.sunsetAtMs - world.nowMs(), 1);
  return Math.min(config.watchMs, untilDropMs);
}
