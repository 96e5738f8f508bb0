import type { History, Step } from "./history.ts";

const mostPauseMs = 6000;
const timeoutSeconds = 3;

/** A busy machine takes its time over more. */
const mostBytes = 40 * 1_048_576;

/** Whether a history can be played where nobody can meddle with isolates and caches, and time is real. */
export function isForWorkerd({ resources, steps }: History): boolean {
  const bytes = steps.reduce((sum, step) => {
    const lengths =
      step.kind === "request" ? (resources[step.resource]?.lengths ?? []) : [];
    const copies = step.kind === "request" ? step.copies : 0;
    return sum + copies * Math.max(0, ...lengths);
  }, 0);
  return (
    bytes <= mostBytes &&
    steps.every(({ kind }) => kind !== "restart" && kind !== "pop-cache")
  );
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
