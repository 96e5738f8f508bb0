import * as Plot from "@observablehq/plot";
import type { Result } from "../../result.ts";
import { tick } from "../wording.ts";
import type { Size } from "./svg.ts";

/** The run's time from left to right, in UTC. */
export function timeAxis(result: Result, size: Size): Plot.ScaleOptions {
  const { startedAtMs, endedAtMs } = result;
  return {
    type: "utc",
    domain: [startedAtMs, Math.max(endedAtMs, startedAtMs + 1000)],
    label: null,
    ticks: size.name === "wide" ? 7 : 4,
    tickFormat: (at: Date) => tick(result, at.getTime()),
  };
}

/** A line for every event, with its number in the list of events where there is room for it. */
export function eventMarks(result: Result, size: Size): Plot.Markish[] {
  const labels = result.events.map(({ atMs }, index) => ({
    atMs,
    number: index + 1,
  }));
  const labelled = apart(labels, result, size);
  return [
    Plot.ruleX(apart(labels, result, size, 2), {
      x: "atMs",
      stroke: "currentColor",
      strokeOpacity: 0.55,
      strokeDasharray: "3,3",
    }),
    Plot.text(labelled, {
      x: "atMs",
      text: ({ number }: { number: number }) => String(number),
      frameAnchor: "top",
      dy: -12,
      fontWeight: 600,
    }),
  ];
}

/** Those that stand at least that many pixels behind the one before. */
export function apart<T extends { atMs: number }>(
  events: readonly T[],
  { startedAtMs, endedAtMs }: Result,
  { width }: Size,
  pixels = 16,
): T[] {
  const perMs = width / Math.max(1, endedAtMs - startedAtMs);
  let last = -Infinity;
  return events.filter(({ atMs }) => {
    if ((atMs - last) * perMs < pixels) return false;
    last = atMs;
    return true;
  });
}
