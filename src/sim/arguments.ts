import type { Parsed } from "../parse/parsed.ts";
import type { Replacement } from "./scenario.ts";
import { readYaml } from "../node/yaml.ts";
import {
  defaultSeeds,
  maxRuns,
  parseSweepOptions,
  type SweepOptions,
} from "./sweep/arguments.ts";

/** The options of `portcullis simulate`, as they were written. */
export interface SimulateValues {
  seed?: string;
  out?: string;
  pops?: string;
  real?: true;
  scale?: string;
  set?: readonly string[];
  check?: true;
  vary?: string;
  figure?: string;
  compare?: readonly string[];
  seeds?: string;
  threads?: string;
}

export type Arguments =
  | {
      kind: "run";
      /** A shipped scenario's name, or a file. */
      scenario: string;
      /** Null: the scenario's own. */
      seed: number | null;
      out: string | null;
      /** Members that hold something else than the file says. */
      set: readonly Replacement[];
      /** Only looks for mistakes. */
      isCheck: boolean;
      /** Only so many of its points of presence; null: all. */
      pops: number | null;
      /** Null: in virtual time only. Otherwise so many times as fast as real time. */
      real: { scale: number } | null;
    }
  | ({ kind: "sweep" } & SweepArguments)
  | ({ kind: "compare" } & CompareArguments);

/** A scenario, and another one, or the same with members that hold something else. */
export interface CompareArguments {
  scenario: string;
  /** Null: the same. */
  against: string | null;
  set: readonly (Replacement & { text: string })[];
  /** The first one; null: the scenario's own. */
  seed: number | null;
  seeds: number;
  out: string | null;
  /** How many runs are made at once; null: as many as there are cores. */
  threads: number | null;
}

/** One scenario, with several values of one of its members. */
export interface SweepArguments extends SweepOptions {
  scenario: string;
  /** The first one; null: the scenario's own. */
  seed: number | null;
  out: string | null;
  /** How many runs are made at once; null: as many as there are cores. */
  threads: number | null;
}

/** What to run, and how; a problem names the option and says what was expected. */
export function parseArguments(
  scenario: string,
  values: SimulateValues,
): Parsed<Arguments> {
  const { seed, seeds, pops, scale, set, check, real } = values;
  const { compare, figure, vary, threads } = values;
  for (const problem of [
    numberProblem("--seed", seed, /^\d{1,9}$/, "a whole number"),
    numberProblem("--pops", pops, /^[1-9]\d{0,2}$/, "a whole number from 1 on"),
    numberProblem(
      "--scale",
      scale,
      /^[1-9]\d?$/,
      "a whole number from 1 to 99",
    ),
    numberProblem("--seeds", seeds, /^\d{1,4}$/, "a whole number"),
    numberProblem(
      "--threads",
      threads,
      /^[1-9]\d?$/,
      "a whole number from 1 to 99",
    ),
    threads !== undefined && vary === undefined && compare === undefined
      ? "--threads is of --vary or --compare, and both are missing"
      : null,
    scale !== undefined && !real
      ? "--scale is of --real, which is missing"
      : null,
    figure !== undefined && vary === undefined
      ? "--figure is of --vary, which is missing"
      : null,
    seeds !== undefined && vary === undefined && compare === undefined
      ? "--seeds is of --vary or --compare, and both are missing"
      : null,
  ])
    if (problem !== null) return wrong(problem);
  const common = {
    scenario,
    seed: seed === undefined ? null : Number(seed),
    out: values.out ?? null,
  };
  const count = Number(seeds ?? defaultSeeds);
  const many = {
    ...common,
    threads: threads === undefined ? null : Number(threads),
  };
  if (compare !== undefined) return parseCompare(many, compare, count);
  if (vary !== undefined) {
    const sweep = parseSweepOptions(vary, count, figure ?? null);
    return sweep.ok
      ? { ok: true, value: { kind: "sweep", ...many, ...sweep.value } }
      : sweep;
  }
  const replaced = parseReplacements(set ?? [], "--set");
  if (!replaced.ok) return replaced;
  return {
    ok: true,
    value: {
      kind: "run",
      ...common,
      set: replaced.value,
      isCheck: check === true,
      pops: pops === undefined ? null : Number(pops),
      real: real ? { scale: Number(scale ?? 1) } : null,
    },
  };
}

function numberProblem(
  option: string,
  value: string | undefined,
  pattern: RegExp,
  expected: string,
): string | null {
  return value === undefined || pattern.test(value)
    ? null
    : `${option} is "${value}"; expected ${expected}`;
}

function parseCompare(
  common: Pick<CompareArguments, "scenario" | "seed" | "out" | "threads">,
  words: readonly string[],
  seeds: number,
): Parsed<Arguments> {
  if (seeds < 2 || 2 * seeds > maxRuns)
    return wrong(
      `--seeds is "${seeds}"; expected from 2, which tell chance from change, to ${maxRuns / 2}`,
    );
  const others = words.filter((word) => !word.includes("="));
  const [against = null] = others;
  if (others.length > 1 || against === "")
    return wrong(
      "--compare takes one other scenario, or members with their values, such as edge.WATCH_SECONDS=1",
    );
  if (against !== null && words.length > 1)
    return wrong(
      `--compare is "${against}" and members too; expected one or the other`,
    );
  const set = parseReplacements(against === null ? words : [], "--compare");
  if (!set.ok) return set;
  return {
    ok: true,
    value: { kind: "compare", ...common, against, set: set.value, seeds },
  };
}

/** "edge.WATCH_SECONDS=1": a path by dots, and a value in YAML. */
function parseReplacements(
  words: readonly string[],
  option: "--set" | "--compare",
): Parsed<(Replacement & { text: string })[]> {
  const replacements: (Replacement & { text: string })[] = [];
  for (const word of words) {
    const [, name = "", text = ""] = /^([^=\s]+)=([^]*)$/.exec(word) ?? [];
    const read = readYaml(text);
    if (name === "" || read.problem !== null)
      return wrong(
        `${option} is "${word}"; expected a member and its value, such as edge.WATCH_SECONDS=1`,
      );
    replacements.push({ path: name.split("."), value: read.value, text });
  }
  return { ok: true, value: replacements };
}

function wrong(problem: string): { ok: false; problem: string } {
  return { ok: false, problem };
}
