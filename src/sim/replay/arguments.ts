import type { Parsed } from "../../parse/parsed.ts";
import { suggestion } from "../../parse/suggest.ts";
import { algorithmNames, type Algorithm } from "../cache/algorithms.ts";
import { parseCapacities, type Capacity } from "./capacity.ts";
import type { Unit } from "./measure.ts";
import { formatOf, formats, type Format } from "./trace-file.ts";

export interface Replay {
  file: string;
  format: Format;
  algorithms: readonly Algorithm[];
  capacities: readonly Capacity[];
  unit: Unit;
  sizes: "kept" | "ignored";
  /** So many requests fill the caches before any is counted. */
  warmUp: number;
  out: string | null;
}

const defaultCapacities = "0.1%,0.3%,1%,3%,10%,30%";

/** The options of `portcullis replay`, as they were written. */
export interface ReplayValues {
  format?: string;
  algorithm?: string;
  size?: string;
  unit?: string;
  ignoreSize?: true;
  warmUp?: string;
  out?: string;
}

/** What to replay, and how; a problem names the option and says what was expected. */
export function parseReplay(
  file: string,
  { format, algorithm, size, unit, ignoreSize, warmUp, out }: ReplayValues,
): Parsed<Replay> {
  const read = parseFormat(format, file);
  if (!read.ok) return read;
  const chosen = parseAlgorithms(algorithm);
  if (!chosen.ok) return chosen;
  const sizes = ignoreSize ? "ignored" : "kept";
  const counted = parseUnit(unit, sizes);
  if (!counted.ok) return counted;
  const capacities = parseCapacities(size ?? defaultCapacities, counted.value);
  if (!capacities.ok) return capacities;
  const uncounted = parseWarmUp(warmUp ?? "0");
  if (!uncounted.ok) return uncounted;
  return {
    ok: true,
    value: {
      file,
      format: read.value,
      algorithms: chosen.value,
      capacities: capacities.value,
      unit: counted.value,
      sizes,
      warmUp: uncounted.value,
      out: out ?? null,
    },
  };
}

function parseFormat(value: string | undefined, file: string): Parsed<Format> {
  const format =
    value === undefined
      ? formatOf(file)
      : (formats.find((name) => name === value) ?? null);
  if (format !== null) return { ok: true, value: format };
  return value === undefined
    ? wrong(
        `the name ${file} says no format; expected .har, .log or .csv, or --format ${formats.join("|")}`,
      )
    : wrong(
        `--format is "${value}"; expected ${formats.join(", ")}${suggestion(value, formats)}`,
      );
}

function parseAlgorithms(
  value: string | undefined,
): Parsed<readonly Algorithm[]> {
  if (value === undefined) return { ok: true, value: algorithmNames };
  const chosen = new Set<Algorithm>();
  for (const part of value.split(",")) {
    const found = algorithmNames.find((name) => name === part.trim());
    if (found === undefined)
      return wrong(
        `--algorithm has "${part}"; expected some of ${algorithmNames.join(", ")}${suggestion(part, algorithmNames)}`,
      );
    chosen.add(found);
  }
  return { ok: true, value: [...chosen] };
}

function parseUnit(
  value: string | undefined,
  sizes: "kept" | "ignored",
): Parsed<Unit> {
  const defaultUnit = sizes === "ignored" ? "objects" : "bytes";
  if (value !== undefined && value !== "bytes" && value !== "objects")
    return wrong(`--unit is "${value}"; expected bytes or objects`);
  if (value === "bytes" && sizes === "ignored")
    return wrong("--unit is bytes, which --ignore-size does away with");
  return { ok: true, value: value ?? defaultUnit };
}

function parseWarmUp(value: string): Parsed<number> {
  const requests = Number(value);
  return /^\d+$/.test(value) && Number.isSafeInteger(requests)
    ? { ok: true, value: requests }
    : wrong(
        `--warm-up is "${value}"; expected a number of requests, such as 100000`,
      );
}

function wrong(problem: string): { ok: false; problem: string } {
  return { ok: false, problem };
}
