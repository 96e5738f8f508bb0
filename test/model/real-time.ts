import type { History, Step } from "./history.ts";

const mostPauseMs = 6000;
const timeoutSeconds = 3;

/** Whether a history can be played where nobody can meddle with isolates and caches. */
export function isForWorkerd({ steps }: History): boolean {
  return steps.every(({ kind }) => kind !== "restart" && kind !== "pop-cache");
}

/** The same history with shorter waits of the kind that only has to be longer than others. */
export function inRealTime({ site, resources, steps }: History): History {
  return {
    site: { ...site, timeoutSeconds },
    resources,
    steps: steps.map((step): Step => {
      if (step.kind !== "request" || step.reader.kind !== "pausing")
        return step;
      const pauseMs = Math.min(step.reader.pauseMs, mostPauseMs);
      return { ...step, reader: { kind: "pausing", pauseMs } };
    }),
  };
}
