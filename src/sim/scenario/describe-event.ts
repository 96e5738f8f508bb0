import type { Command } from "../../customer/command.ts";
import type { Scenario } from "./form.ts";

/** A command in a line of a report. */
export function describeCommand(command: Command): string {
  switch (command.kind) {
    case "add":
    case "change":
    case "remove":
      return `${command.kind} ${command.host}`;
    case "deny": {
      const { ground, effectiveAtMs, endsAtMs } = command.denial;
      const parts = [
        `${command.verb} ${command.customer}`,
        ground === null ? "" : `on the ground ${ground}`,
        effectiveAtMs === null ? "" : `from ${instantText(effectiveAtMs)}`,
        endsAtMs === null ? "" : `until ${instantText(endsAtMs)}`,
      ];
      return parts.filter((part) => part !== "").join(" ");
    }
    case "restore":
      return `restore ${command.customer}`;
    case "purge":
      return `purge ${command.what.kind} of ${command.customer}`;
    case "maintenance":
      return `maintenance ${command.maintenance === null ? "off" : "on"}`;
  }
}

/** A fault in a line of a report. */
export function describeFault(
  fault: NonNullable<Scenario["events"][number]["fault"]>,
): string {
  switch (fault.kind) {
    case "list-down":
      return `the list fails for ${percent(fault.share)} of what reaches its centre, for ${spanText(fault.lasts)}`;
    case "list-slow":
      return `the list is ${fault.factor} times as slow for ${spanText(fault.lasts)}`;
    case "origin-down":
      return `the origin of ${fault.customer} ${fault.how === "refuses" ? "refuses connections" : "falls silent"} for ${spanText(fault.lasts)}`;
    case "origin-errors":
      return `the origin of ${fault.customer} answers ${fault.status} for ${spanText(fault.lasts)}`;
    case "origin-slow":
      return `the origin of ${fault.customer} is ${fault.factor} times as slow for ${spanText(fault.lasts)}`;
    case "edge-errors":
      return `the edge fails ${percent(fault.share)} of its requests${fault.pops === undefined ? "" : ` in ${fault.pops.join(", ")}`} for ${spanText(fault.lasts)}`;
    case "pop-down":
      return `${fault.pops.join(", ")} cannot be reached for ${spanText(fault.lasts)}${fault.how === "rerouted" ? ", and visitors are led elsewhere" : ""}`;
    case "registry-down":
      return `the registry does not answer for ${spanText(fault.lasts)}`;
    case "registry-slow":
      return `the registry is ${fault.factor} times as slow for ${spanText(fault.lasts)}`;
    case "supplier-cuts":
      return `the supplier of ${fault.provider} cuts it off`;
    case "supplier-carries":
      return `the supplier of ${fault.provider} carries it again`;
  }
}

function instantText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function spanText(ms: number): string {
  const minutes = ms / 60_000;
  return minutes < 1 ? `${ms / 1_000} s` : `${Number(minutes.toFixed(1))} min`;
}
