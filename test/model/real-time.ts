import { availableParallelism, loadavg } from "node:os";
import type { History, Step } from "./history.ts";

const mostPauseMs = 6000;
/** The wait until something that is under way has surely ended. */
const restMs = 1000;
const shortRestMs = 600;
const timeoutSeconds = 3;

/** What can be done to isolates, caches and clocks in memory only. */
const meddling: ReadonlySet<Step["kind"]> = new Set([
  "restart",
  "pop-cache",
  "clock",
]);

/** A busy machine takes its time over more. */
const mostBytes = 40 * 1_048_576;

/** A machine with more to do than it has processors takes so many times longer. */
export function slownessOfMachine(): number {
  const [load = 0] = loadavg();
  return Math.max(1, load / availableParallelism());
}

/** Whether a history can be played where nobody can meddle with isolates and caches, and time is real. */
export function isForWorkerd({ isolates, resources, steps }: History): boolean {
  const bytes = steps.reduce((sum, step) => {
    const lengths =
      step.kind === "request" ? (resources[step.resource]?.lengths ?? []) : [];
    const copies = step.kind === "request" ? step.copies : 0;
    return sum + copies * Math.max(0, ...lengths);
  }, 0);
  return (
    isolates === 1 &&
    bytes <= mostBytes &&
    steps.every(({ kind }) => !meddling.has(kind))
  );
}

/** The same history with shorter waits of the kind that only has to be longer than others. */
export function inRealTime({ site, steps, ...rest }: History): History {
  return {
    ...rest,
    site: { ...site, timeoutSeconds },
    steps: steps.map((given): Step => {
      const waitMs = given.waitMs === restMs ? shortRestMs : given.waitMs;
      const step = { ...given, waitMs };
      if (step.kind !== "request" || step.reader.kind !== "pausing")
        return step;
      const pauseMs = Math.min(step.reader.pauseMs, mostPauseMs);
      return { ...step, reader: { kind: "pausing", pauseMs } };
    }),
  };
}
