import { parseArgs } from "node:util";
import type { Parsed } from "../../parse/parsed.ts";
import { algorithms, type Algorithm } from "../cache/algorithms.ts";
import { parseCapacities, type Capacity } from "./capacity.ts";
import type { Unit } from "./measure.ts";
import { formatOf, formats, type Format } from "./trace-file.ts";

export interface Replay {
  kind: "replay";
  file: string;
  format: Format;
  algorithms: readonly Algorithm[];
  capacities: readonly Capacity[];
  unit: Unit;
  sizes: "kept" | "ignored";
  out: string | null;
  form: "text" | "json";
}

const algorithmNames = Object.keys(algorithms).filter(isAlgorithm);

const defaultCapacities = "0.1%,0.3%,1%,3%,10%,30%";

export const usage = `Usage: portcullis replay FILE [options]

Puts the requests of a trace through caches of several algorithms and sizes, and says what each would have
answered. FILE may be compressed (.gz).

Options:
  --format FORMAT    har (a browser's archive), combined (a server's log) or csv (lines of
                     time,key,size); by default what the name says: .har, .log or .csv
  --algorithm NAMES  some of ${algorithmNames.join(", ")}, separated by commas (default: all)
  --size SIZES       capacities separated by commas: 64MiB, 1GB, or 10% of all that the trace asks
                     for, each object counted once; shares take a first pass through the file that
                     counts it and keeps every key in memory (default: ${defaultCapacities})
  --unit UNIT        what a capacity counts: bytes or objects (default: bytes)
  --ignore-size      every object takes one place and counts as one byte; implies --unit objects
  --out FOLDER       write the figures as JSON and CSV there, and a page with the miss-ratio curves
  --json             print the figures as JSON
  --help             this

Of logs and archives, GET requests answered 200 count; others are passed over. Requests for objects of no
bytes are left out. Caches begin empty.

Exit codes:
  0    done
  2    not understood: an unknown option, or a trace with a mistake
  130  broken off; the figures are of what was read by then
`;

const options = {
  format: { type: "string" },
  algorithm: { type: "string" },
  size: { type: "string" },
  unit: { type: "string" },
  "ignore-size": { type: "boolean" },
  out: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** The words after `portcullis replay`; a problem names the word and says what was expected. */
export function parseReplay(
  words: readonly string[],
): Parsed<{ kind: "help" } | Replay> {
  const { values, positionals, tokens } = parseArgs({
    args: [...words],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const known = Object.entries(options).find(([name]) => name === token.name);
    if (known === undefined)
      return wrong(`${token.rawName} is no option; see --help`);
    if (known[1].type === "string" && token.value === undefined)
      return wrong(`${token.rawName} has no value; see --help`);
    if (known[1].type === "boolean" && token.value !== undefined)
      return wrong(`${token.rawName} takes no value`);
  }
  if (values.help === true) return { ok: true, value: { kind: "help" } };

  const [file, surplus] = positionals;
  if (file === undefined) return wrong("a file is missing; see --help");
  if (surplus !== undefined)
    return wrong(`"${surplus}" is one word too many; expected one file`);
  const format = parseFormat(values.format, file);
  if (!format.ok) return format;
  const chosen = parseAlgorithms(values.algorithm ?? algorithmNames.join(","));
  if (!chosen.ok) return chosen;
  const sizes = values["ignore-size"] === true ? "ignored" : "kept";
  const unit = parseUnit(values.unit, sizes);
  if (!unit.ok) return unit;
  const capacities = parseCapacities(
    String(values.size ?? defaultCapacities),
    unit.value,
  );
  if (!capacities.ok) return capacities;
  return {
    ok: true,
    value: {
      kind: "replay",
      file,
      format: format.value,
      algorithms: chosen.value,
      capacities: capacities.value,
      unit: unit.value,
      sizes,
      out: values.out === undefined ? null : String(values.out),
      form: values.json === true ? "json" : "text",
    },
  };
}

function isAlgorithm(name: string): name is Algorithm {
  return Object.hasOwn(algorithms, name);
}

type Value = string | boolean | undefined;

function parseFormat(value: Value, file: string): Parsed<Format> {
  const format =
    value === undefined
      ? formatOf(file)
      : (formats.find((name) => name === value) ?? null);
  if (format !== null) return { ok: true, value: format };
  return value === undefined
    ? wrong(
        `the name ${file} says no format; expected .har, .log or .csv, or --format ${formats.join("|")}`,
      )
    : wrong(`--format is "${value}"; expected ${formats.join(", ")}`);
}

function parseAlgorithms(value: string | boolean): Parsed<Algorithm[]> {
  const chosen = new Set<Algorithm>();
  for (const part of String(value).split(",")) {
    const found = algorithmNames.find((name) => name === part.trim());
    if (found === undefined)
      return wrong(
        `--algorithm has "${part}"; expected some of ${algorithmNames.join(", ")}`,
      );
    chosen.add(found);
  }
  return { ok: true, value: [...chosen] };
}

function parseUnit(value: Value, sizes: "kept" | "ignored"): Parsed<Unit> {
  const defaultUnit = sizes === "ignored" ? "objects" : "bytes";
  if (value !== undefined && value !== "bytes" && value !== "objects")
    return wrong(`--unit is "${value}"; expected bytes or objects`);
  if (value === "bytes" && sizes === "ignored")
    return wrong("--unit is bytes, which --ignore-size does away with");
  return { ok: true, value: value ?? defaultUnit };
}

function wrong(problem: string): { ok: false; problem: string } {
  return { ok: false, problem };
}
