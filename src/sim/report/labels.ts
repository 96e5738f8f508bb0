import type { VisitOutcome } from "../result.ts";

/** The word for an outcome wherever a report speaks of it. */
export const labels: Record<VisitOutcome, string> = {
  served: "served",
  cached: "cached",
  stale: "stale",
  refused: "refused",
  error: "error",
  "other-provider": "other provider",
  unreachable: "unreachable",
};
