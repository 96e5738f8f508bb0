import type { Run } from "../run.ts";
import { crowdFindings } from "./crowd.ts";
import { contentFindings } from "./content.ts";
import { gateFindings } from "./gate.ts";
import { Knowledge, type Finding, type Terms } from "./knowledge.ts";
import { waitFindings } from "./waits.ts";

/**
 * Holds every answer of a run against what the origin could have meant. Pure: the same run is always judged the same. An
 * empty list means that nothing is wrong.
 */
export function judge(run: Run, terms: Terms): Finding[] {
  const knowledge = new Knowledge(run, terms);
  const { observations } = run;
  return [
    ...observations.flatMap((seen) => {
      const gated = gateFindings(seen, knowledge);
      return [
        ...(gated.kind === "refused" ? [] : contentFindings(seen, knowledge)),
        ...gated.findings,
        ...waitFindings(seen, knowledge),
      ];
    }),
    ...crowdFindings(knowledge),
  ];
}
