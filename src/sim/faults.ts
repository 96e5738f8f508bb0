import type { EdgePhase } from "./edge-trouble.ts";
import type { KvPhase } from "./kv.ts";
import type { OriginPhase } from "./origin.ts";
import type { RegistryPhase } from "./registry.ts";
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
      case "edge-errors":
      case "pop-down":
      case "registry-down":
      case "registry-slow":
      case "supplier-cuts":
      case "supplier-carries":
      case undefined:
        return [];
    }
  });
}

/** When this edge fails, or a point of presence of it cannot be reached. */
export function edgePhasesOf({ events, start }: Scenario): EdgePhase[] {
  return events.flatMap(({ at, fault }): EdgePhase[] => {
    if (fault?.kind !== "edge-errors" && fault?.kind !== "pop-down") return [];
    const fromMs = momentMs(at, start);
    return [
      {
        fromMs,
        untilMs: fromMs + fault.lasts,
        pops: fault.pops === undefined ? null : new Set(fault.pops),
        trouble:
          fault.kind === "edge-errors"
            ? { kind: "errors", share: fault.share }
            : { kind: fault.how },
      },
    ];
  });
}

/** When the registry does not answer, or is slow. */
export function registryPhasesOf({ events, start }: Scenario): RegistryPhase[] {
  return events.flatMap(({ at, fault }): RegistryPhase[] => {
    if (fault?.kind !== "registry-down" && fault?.kind !== "registry-slow")
      return [];
    const fromMs = momentMs(at, start);
    return [
      {
        fromMs,
        untilMs: fromMs + fault.lasts,
        trouble:
          fault.kind === "registry-down"
            ? { kind: "down" }
            : { kind: "slow", factor: fault.factor },
      },
    ];
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
      case "edge-errors":
      case "pop-down":
      case "registry-down":
      case "registry-slow":
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
