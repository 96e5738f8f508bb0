import { parseArgs } from "node:util";
import type { Parsed } from "../parse/parsed.ts";
import type { Replacement } from "./scenario.ts";
import { readYaml } from "./scenario/yaml.ts";
import {
  defaultSeeds,
  maxRuns,
  parseSweepOptions,
  type SweepOptions,
} from "./sweep/arguments.ts";

export type Arguments =
  | { kind: "help" }
  | { kind: "list"; form: "text" | "json" }
  | {
      kind: "run";
      /** A shipped scenario's name, or a file. */
      scenario: string;
      /** Null: the scenario's own. */
      seed: number | null;
      out: string | null;
      form: "text" | "json";
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
  form: "text" | "json";
}

/** One scenario, with several values of one of its members. */
export interface SweepArguments extends SweepOptions {
  scenario: string;
  /** The first one; null: the scenario's own. */
  seed: number | null;
  out: string | null;
  form: "text" | "json";
}

export const usage = `Usage: portcullis simulate [SCENARIO] [options]

Runs a scenario, a file or one that ships, on many simulated points of presence; without one it lists those that ship.

Options:
  --seed NUMBER  another seed of the random streams (default: the scenario's own)
  --out FOLDER   where the reports go (default: reports/SCENARIO)
  --pops NUMBER  on so many of its points of presence only, the first ones
  --real         run it on the real runtime, a workerd for each point of presence, and compare with virtual
                 time; for small scenarios, or with --pops 3
  --scale NUMBER how many times as fast as real time --real goes (default: 1)
  --set MEMBER=VALUE
                 as if the file said so, as often as wanted: --set edge.RECORD_MEMORY_SECONDS=1 --set registry={}
  --check        only look for mistakes in it
  --json         print the result as JSON
  --help         this

Sweeps:
  --vary MEMBER=VALUES  run it with several values of a member of the scenario, by its path:
                        edge.LIST_CACHE_SECONDS=30..120 (in 6 steps; durations are in seconds), edge.LIST_CACHE_SECONDS=30..120/10 (in 10),
                        cache.capacity=10MB,100MB (these)
  --seeds NUMBER        seeds for each value, the scenario's own and those after it (default: 10)
  --figure FIGURE       what to look at, such as dark.p100:CUSTOMER, errors.share or cache.hits (default: the time to
                        dark or light that the scenario expects, or else errors.share); a wrong one lists all

Comparison:
  --compare OTHER         run it and another scenario with the same seeds, and say what is different and what may be chance
  --compare MEMBER=VALUE  the same for the scenario with another value of a member, as often as wanted
  --seeds NUMBER          how many seeds (default: 10)

At most ${maxRuns} runs. The table has mean and 95 % confidence interval, and is in sweep.html and sweep.csv as well.

Exit codes:
  0    all that the scenario expects came true, or a sweep is done
  1    something did not, or virtual time and the real runtime disagree
  2    not understood: an unknown option, or a scenario with a mistake
  130  broken off; the reports hold what there was
`;

const options = {
  seed: { type: "string" },
  out: { type: "string" },
  pops: { type: "string" },
  set: { type: "string", multiple: true },
  check: { type: "boolean" },
  real: { type: "boolean" },
  scale: { type: "string" },
  vary: { type: "string" },
  compare: { type: "string", multiple: true },
  seeds: { type: "string" },
  figure: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const numbers = {
  seed: [/^\d{1,9}$/, "a whole number"],
  pops: [/^[1-9]\d{0,2}$/, "a whole number from 1 on"],
  scale: [/^[1-9]\d?$/, "a whole number from 1 to 99"],
} as const;

/** The words after `portcullis simulate`; a problem names the word and says what was expected. */
export function parseArguments(words: readonly string[]): Parsed<Arguments> {
  const { values, positionals, tokens } = parseArgs({
    args: [...words],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  for (const token of tokens)
    if (token.kind === "option" && !(token.name in options))
      return wrong(`${token.rawName} is no option; see --help`);
  if (values.help === true) return { ok: true, value: { kind: "help" } };
  const form = values.json === true ? "json" : "text";
  const [scenario, surplus] = positionals;
  if (scenario === undefined)
    return { ok: true, value: { kind: "list", form } };
  if (surplus !== undefined)
    return wrong(`"${surplus}" is one word too many; expected one scenario`);
  const { seed, out } = values;
  if (out === true) return wrong("--out has no folder");
  const common = {
    scenario,
    seed: seed === undefined ? null : Number(seed),
    out: typeof out === "string" ? out : null,
    form,
  } as const;
  const { compare, set: replaced, ...single } = values;
  if (compare !== undefined)
    return replaced === undefined
      ? parseCompare(common, compare, single)
      : wrong("--set and --compare exclude one another");
  const sweep = parseSweepOptions(single);
  if (!sweep.ok) return sweep;
  const { pops, scale, check = false } = values;
  const set = parseReplacements(replaced ?? []);
  if (!set.ok) return set;
  if (scale !== undefined && values.real !== true)
    return wrong("--scale is of --real, which is missing");
  const problem = numberProblem(single);
  if (problem !== null) return wrong(problem);
  if (sweep.value !== null && (set.value.length > 0 || check === true))
    return wrong("--set and --check are of one run, and --vary is of many");
  if (sweep.value !== null)
    return { ok: true, value: { kind: "sweep", ...common, ...sweep.value } };
  const real = values.real === true ? { scale: Number(scale ?? 1) } : null;
  const fewer = pops === undefined ? null : Number(pops);
  return {
    ok: true,
    value: {
      kind: "run",
      ...common,
      set: set.value,
      isCheck: check === true,
      pops: fewer,
      real,
    },
  };
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

/** What is wrong with one of the options that are numbers. */
function numberProblem(values: Values): string | null {
  for (const [name, [pattern, expected]] of Object.entries(numbers)) {
    const value = values[name];
    if (value === true) return `--${name} has no number`;
    if (value !== undefined && !pattern.test(String(value)))
      return `--${name} is "${value}"; expected ${expected}`;
  }
  return null;
}

function parseCompare(
  common: Pick<CompareArguments, "scenario" | "seed" | "out" | "form">,
  words: readonly (string | boolean)[],
  values: Values,
): Parsed<Arguments> {
  const stray = ["vary", "figure", "check", "real", "scale", "pops"].find(
    (name) => values[name] !== undefined,
  );
  if (stray !== undefined)
    return wrong(`--${stray} and --compare exclude one another`);
  const { seeds = defaultSeeds } = values;
  const problem = numberProblem(values);
  if (problem !== null) return wrong(problem);
  if (!/^\d{1,9}$/.test(String(seeds)))
    return wrong(`--seeds is "${seeds}"; expected a whole number`);
  const count = Number(seeds);
  if (count < 2 || 2 * count > maxRuns)
    return wrong(
      `--seeds is "${count}"; expected from 2, which tell chance from change, to ${maxRuns / 2}`,
    );
  const others = words.filter((word) => !String(word).includes("="));
  const [against] = others;
  if (others.length > 1 || against === true || against === "")
    return wrong(
      "--compare takes one other scenario, or members with their values, such as edge.WATCH_SECONDS=1",
    );
  if (against !== undefined && words.length > 1)
    return wrong(
      `--compare is "${against}" and members too; expected one or the other`,
    );
  const set =
    against === undefined
      ? parseReplacements(words, "--compare")
      : ({ ok: true, value: [] } as const);
  if (!set.ok) return set;
  return {
    ok: true,
    value: {
      kind: "compare",
      ...common,
      against: against === undefined ? null : String(against),
      set: set.value,
      seeds: count,
    },
  };
}

/** "edge.WATCH_SECONDS=1": a path by dots, and a value in YAML. */
function parseReplacements(
  words: readonly (string | boolean)[],
  option = "--set",
): Parsed<(Replacement & { text: string })[]> {
  const replacements: (Replacement & { text: string })[] = [];
  for (const word of words) {
    const [, name = "", text = ""] =
      /^([^=\s]+)=([^]*)$/.exec(String(word)) ?? [];
    const read = readYaml(text);
    if (name === "" || read.problem !== null)
      return {
        ok: false,
        problem: `${option} is "${word}"; expected a member and its value, such as edge.WATCH_SECONDS=1`,
      };
    replacements.push({ path: name.split("."), value: read.value, text });
  }
  return { ok: true, value: replacements };
}

function wrong(problem: string): Parsed<Arguments> {
  return { ok: false, problem };
}
