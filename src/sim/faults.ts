import type { KvPhase } from "./kv.ts";
import type { OriginPhase } from "./origin.ts";
import type { Scenario } from "./scenario/form.ts";
import { momentMs } from "./scenario/values.ts";

/** The faults that are a state of a model for a while. */

/** When this edge's list fails or is slow. */
export function kvPhasesOf({ events, start }: Scenario): KvPhase[] {
  return events.flatMap(({ at, fault }): KvPhase[] => {
    const fromMs = momentMs(at, start);
    switch (fault?.kind) {
      case "list-down":
        return [
          {
            fromMs,
            untilMs: fromMs + fault.lasts,
            failureShare: fault.share,
            slowdown: 1,
          },
        ];
      case "list-slow":
        return [
          {
            fromMs,
            untilMs: fromMs + fault.lasts,
            failureShare: 0,
            slowdown: fault.factor,
          },
        ];
      case "origin-down":
      case "origin-errors":
      case "origin-slow":
      case "supplier-cuts":
      case "supplier-carries":
      case undefined:
        return [];
    }
  });
}

/** When the server of that customer is in trouble. */
export function originPhasesOf(
  { events, start }: Scenario,
  customer: string,
): OriginPhase[] {
  return events.flatMap(({ at, fault }): OriginPhase[] => {
    const fromMs = momentMs(at, start);
    switch (fault?.kind) {
      case "origin-down":
      case "origin-errors":
      case "origin-slow":
        return fault.customer === customer
          ? [
              {
                fromMs,
                untilMs: fromMs + fault.lasts,
                share: fault.share,
                trouble: troubleOf(fault),
              },
            ]
          : [];
      case "list-down":
      case "list-slow":
      case "supplier-cuts":
      case "supplier-carries":
      case undefined:
        return [];
    }
  });
}

type OriginFault = Extract<
  NonNullable<Scenario["events"][number]["fault"]>,
  { kind: `origin-${string}` }
>;

function troubleOf(fault: OriginFault): OriginPhase["trouble"] {
  switch (fault.kind) {
    case "origin-down":
      return { kind: fault.how };
    case "origin-errors":
      return { kind: "status", status: fault.status };
    case "origin-slow":
      return { kind: "slow", factor: fault.factor };
  }
}
