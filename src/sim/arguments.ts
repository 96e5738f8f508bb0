import { parseArgs } from "node:util";
import type { Parsed } from "../http/parsed.ts";

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
      /** Null: in virtual time only. Otherwise so many times as fast as real time. */
      real: { scale: number } | null;
    };

export const usage = `Usage: portcullis simulate [SCENARIO] [options]

Runs a scenario, a file or one that ships, on many simulated points of presence; without one it lists those that ship.

Options:
  --seed NUMBER  another course of chance (default: the scenario's own)
  --out FOLDER   where the reports go (default: reports/SCENARIO)
  --real         run it on the real runtime, a workerd for each point of presence, and compare with virtual
                 time; for small scenarios
  --scale NUMBER how many times as fast as real time --real goes (default: 1)
  --json         print the result as JSON
  --help         this

Exit codes:
  0    all that the scenario expects came true
  1    something did not, or virtual time and the real runtime disagree
  2    not understood: an unknown option, or a scenario with a mistake
  130  broken off; the reports hold what there was
`;

const options = {
  seed: { type: "string" },
  out: { type: "string" },
  real: { type: "boolean" },
  scale: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
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
  if (seed === true) return wrong("--seed has no number");
  if (seed !== undefined && !/^\d{1,9}$/.test(String(seed)))
    return wrong(`--seed is "${seed}"; expected a whole number`);
  if (out === true) return wrong("--out has no folder");
  const { scale } = values;
  if (scale !== undefined && values.real !== true)
    return wrong("--scale is of --real, which is missing");
  if (scale !== undefined && !/^[1-9]\d?$/.test(String(scale)))
    return wrong(`--scale is "${scale}"; expected a whole number from 1 to 99`);
  return {
    ok: true,
    value: {
      kind: "run",
      scenario,
      seed: seed === undefined ? null : Number(seed),
      out: typeof out === "string" ? out : null,
      form,
      real: values.real === true ? { scale: Number(scale ?? 1) } : null,
    },
  };
}

function wrong(problem: string): Parsed<Arguments> {
  return { ok: false, problem };
}
