import type { Parsed } from "../../parse/parsed.ts";
import type { Replay } from "./arguments.ts";
import { resolved, type Footprint } from "./capacity.ts";
import { footprintOf } from "./footprint.ts";
import { measure, Measurement, type TraceFigures } from "./measure.ts";
import type { ReplayResult } from "./outcome.ts";
import { count } from "../report/wording.ts";
import type { TraceFile } from "./trace-file.ts";

type ReplayInput = Pick<
  Replay,
  "file" | "algorithms" | "capacities" | "unit" | "warmUp"
>;

/** How often the trace is read. */
export function passesOf({
  capacities,
}: Pick<ReplayInput, "capacities">): 1 | 2 {
  return capacities.some(({ kind }) => kind === "share") ? 2 : 1;
}

/**
 * Reads a trace once, or twice when capacities are shares of what it asks for. Broken off, it has what it had read by then: null
 * in the first of two passes, which measures nothing yet.
 */
export async function replayPass(
  input: ReplayInput,
  trace: TraceFile,
  signal: AbortSignal,
  progress: Record<"counting" | "replaying", (requests: number) => void>,
): Promise<Parsed<ReplayResult | null>> {
  let footprint: Footprint | null = null;
  if (passesOf(input) === 2) {
    const counted = await footprintOf(trace.entries(signal), progress.counting);
    if (!counted.ok) return counted;
    footprint = counted.value;
    if (signal.aborted) return { ok: true, value: null };
  }
  const { algorithms, capacities, unit, warmUp, file } = input;
  const names = new Map(
    capacities.map((one) => [resolved(one, unit, footprint), one.text]),
  );
  const measurement = new Measurement(
    algorithms,
    [...names.keys()],
    unit,
    warmUp,
  );
  const measured = await measure(
    trace.entries(signal),
    measurement,
    progress.replaying,
  );
  if (!measured.ok) return measured;
  const figures = measured.value;
  const { passedOver, skipped } = trace;
  const isEmpty = figures.requests === 0 && !signal.aborted;
  return isEmpty
    ? { ok: false, problem: emptiness(figures, passedOver) }
    : {
        ok: true,
        value: {
          file,
          unit,
          partial: signal.aborted,
          names,
          footprint,
          passedOver,
          skipped,
          figures,
        },
      };
}

function emptiness(
  { emptyRequests, warmUpRequests }: TraceFigures,
  passedOver: number,
): string {
  if (warmUpRequests > 0)
    return `found ${count(warmUpRequests)} requests, all of them in the warm-up; expected more`;
  if (passedOver > 0)
    return `found ${count(passedOver)} requests that no cache keeps, expected some GET answered 200`;
  return emptyRequests > 0
    ? `found only requests for nothing (${count(emptyRequests)}), expected some with a size`
    : "found no request, expected some";
}
