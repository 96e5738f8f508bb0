import type { Parsed } from "../../parse/parsed.ts";
import type { Member } from "./members.ts";

/** What `--vary` says: `edge.LIST_CACHE_SECONDS=30..120/10`, `cache.capacity=10MB,100MB`. */
export interface Variation {
  /** The member's path. */
  name: string;
  numbers: readonly number[] | { from: number; to: number; steps: number };
  /** "" for none. */
  unit: string;
}

const defaultSteps = 6;

const expected =
  "expected a member of the scenario and its values, such as edge.LIST_CACHE_SECONDS=30..120, edge.LIST_CACHE_SECONDS=30..120/10 or cache.capacity=10MB,100MB";

export function parseVariation(text: string): Parsed<Variation> {
  const {
    name = "",
    values = "",
    steps,
  } = /^(?<name>[^=]+)=(?<values>[^/]+)(?:\/(?<steps>\d{1,4}))?$/.exec(text)
    ?.groups ?? {};
  const isRange = values.includes("..");
  const parts = values
    .split(isRange ? ".." : ",")
    .map((value) => /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(value));
  if (parts.includes(null)) return wrong(`--vary is "${text}"; ${expected}`);
  if (!isRange && steps !== undefined)
    return wrong(`--vary is "${text}"; only a range such as 30..300 has steps`);
  const units = new Set(
    parts.map((part) => part?.[2] ?? "").filter((unit) => unit !== ""),
  );
  if (units.size > 1)
    return wrong(
      `--vary is in ${[...units].join(" and ")}; expected one unit for all values`,
    );
  const [unit = ""] = units;
  const numbers = parts.map((part) => Number(part?.[1]));
  if (!isRange)
    return { ok: true, value: { name, numbers: sorted(numbers), unit } };
  const [from = 0, to = 0, surplus] = numbers;
  const range = { from, to, steps: Number(steps ?? defaultSteps) };
  if (surplus !== undefined || from >= to || range.steps < 2)
    return wrong(
      `--vary is "${text}"; expected a range from less to more, in two steps or more`,
    );
  return { ok: true, value: { name, numbers: range, unit } };
}

/** How many values there are at most. */
export function sizeOf({ numbers }: Variation): number {
  return "from" in numbers ? numbers.steps : numbers.length;
}

/** The values themselves: a range's are equally far apart, to the thousandth, or whole where the member is. */
export function valuesOf(
  { numbers }: Variation,
  form: Member["form"],
): readonly number[] {
  if (!("from" in numbers)) return numbers;
  const { from, to, steps } = numbers;
  const digits = form === "whole" ? 0 : 3;
  const values = Array.from({ length: steps }, (_, step) =>
    Number((from + ((to - from) * step) / (steps - 1)).toFixed(digits)),
  );
  return sorted(values);
}

/** The unit that values go by: seconds for durations that have none. */
export function unitOf({ unit }: Variation, form: Member["form"]): string {
  return unit === "" && form === "duration" ? "s" : unit;
}

function sorted(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].toSorted((one, other) => one - other);
}

function wrong(problem: string): Parsed<Variation> {
  return { ok: false, problem };
}
