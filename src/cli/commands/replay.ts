import { algorithmNames } from "../../sim/cache/algorithms.ts";
import type { ReplayValues } from "../../sim/replay/arguments.ts";
import { endWith } from "../print.ts";
import { example, formOf, withoutStore } from "./options.ts";
import type { Define } from "./session.ts";

export const defineReplay: Define = (program) => {
  withoutStore(program, program.command("replay"))
    .description("put a trace of requests through caches of several sizes")
    .argument("<file>", "the trace; it may be compressed (.gz)")
    .option(
      "--format <format>",
      "har (a browser's archive), combined (a server's log) or csv (lines of time,key,size); by default what the name says: .har, .log or .csv",
    )
    .option(
      "--algorithm <names>",
      `some of ${algorithmNames.join(", ")}, separated by commas (all)`,
    )
    .option(
      "--size <sizes>",
      "capacities separated by commas: 64MiB, 1GB, or 10% of all that the trace asks for, each object counted once (0.1%,0.3%,1%,3%,10%,30%)",
    )
    .option("--unit <unit>", "what a capacity counts: bytes or objects (bytes)")
    .option(
      "--ignore-size",
      "every object takes one place and counts as one byte; implies --unit objects",
    )
    .option(
      "--warm-up <requests>",
      "how many requests fill the caches before any is counted (0)",
    )
    .option(
      "--out <folder>",
      "write the figures as JSON and CSV there, and a page with the miss-ratio curves",
    )
    .addHelpText(
      "after",
      `
Of logs and archives, GET requests answered 200 count; others are passed over. Requests for objects of no bytes are left
out. Caches begin empty, so the first requests miss: --warm-up leaves them out. Shares take a first pass through the file
that keeps every key in memory.

Exit codes:
  0    done
  2    not understood: an option, or a trace with a mistake
  130  broken off; the figures are of what was read by then
${example("replay access.log.gz", "replay trace.csv --size 1%,10% --algorithm lru,s3-fifo --out reports/trace")}`,
    )
    .action(async (file: string, values: ReplayValues) => {
      const { replay } = await import("../../sim/replay/command.ts");
      endWith(await replay(file, values, formOf(program)));
    });
};
