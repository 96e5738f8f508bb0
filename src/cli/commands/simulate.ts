import { Option } from "commander";
import type { SimulateValues } from "../../sim/arguments.ts";
import { endWith } from "../print.ts";
import { example, formOf, repeatable, withoutStore } from "./options.ts";
import type { Define } from "./session.ts";

const ofOneRun = ["vary", "compare"];

export const defineSimulate: Define = (program) => {
  withoutStore(program, program.command("simulate"))
    .description("run a scenario on many simulated points of presence")
    .argument(
      "[scenario]",
      "a file, or one that ships; without it, those that ship are listed",
    )
    .option(
      "--seed <number>",
      "another seed of the random streams than the scenario's own",
    )
    .option("--out <folder>", "where the reports go (reports/SCENARIO)")
    .addOption(
      new Option(
        "--pops <number>",
        "on so many of its points of presence only, the first ones",
      ).conflicts(ofOneRun),
    )
    .addOption(
      new Option(
        "--real",
        "run it on the real runtime, a workerd for each point of presence, and compare with virtual time; for small scenarios, or with --pops 3",
      ).conflicts(ofOneRun),
    )
    .addOption(
      new Option(
        "--scale <number>",
        "how many times as fast as real time --real goes (1)",
      ).conflicts(ofOneRun),
    )
    .addOption(
      repeatable(
        "--set <member=value>",
        "as if the file said so; again for more",
      ).conflicts(ofOneRun),
    )
    .addOption(
      new Option("--check", "only look for mistakes in it").conflicts(ofOneRun),
    )
    .addOption(
      new Option(
        "--vary <member=values>",
        "run it with several values of a member, each with ten seeds",
      ).conflicts("compare"),
    )
    .option("--figure <figure>", "what --vary looks at; a wrong one lists all")
    .addOption(
      repeatable(
        "--compare <other>",
        "run it and another scenario with the same seeds, or MEMBER=VALUE for itself with another value; again for more members",
      ),
    )
    .option("--seeds <number>", "how many seeds --vary and --compare take (10)")
    .option(
      "--threads <number>",
      "how many of their runs are made at once (as many as there are cores)",
    )
    .addHelpText(
      "after",
      `
A member goes by its path. Values for --vary are 30..120 (in 6 steps), 30..120/10 (in 10) or 10MB,100MB; durations are
in seconds. There are at most 200 runs.

Exit codes:
  0    all that the scenario expects came true, or a sweep or a comparison is done
  1    something did not, or virtual time and the real runtime disagree
  2    not understood: an option, or a scenario with a mistake
  130  broken off; the reports hold what there was
${example(
  "simulate drop-now",
  "simulate drop-now --set edge.RECORD_MEMORY_SECONDS=1 --seed 7",
  "simulate drop-now --vary edge.LIST_CACHE_SECONDS=30..120",
  "simulate drop-now --compare registry={}",
)}`,
    )
    .action(async (scenario: string | undefined, values: SimulateValues) => {
      const { simulate } = await import("../../sim/command.ts");
      endWith(await simulate(scenario, values, formOf(program)));
    });
};
