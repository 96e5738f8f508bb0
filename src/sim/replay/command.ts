import type { Exit } from "../../node/exit-codes.ts";
import type { Form } from "../../node/terminal.ts";
import type { Parsed } from "../../parse/parsed.ts";
import { progressBar } from "../progress-bar.ts";
import { interruptible } from "../interruptible.ts";
import { writeFiles } from "../report/write.ts";
import { count } from "../report/wording.ts";
import { parseReplay, type Replay, type ReplayValues } from "./arguments.ts";
import {
  outcomeCsv,
  outcomeJson,
  outcomeText,
  type ReplayResult,
} from "./outcome.ts";
import { outcomePage } from "./page.ts";
import { passesOf, replayPass } from "./passes.ts";
import { readable, TraceFile } from "./trace-file.ts";

/**
 * `portcullis replay`: puts a trace through caches, and says what they made of it. Answers with how it ended, or with what
 * is wrong with the options or the trace.
 */
export async function replay(
  path: string,
  values: ReplayValues,
  form: Form,
): Promise<Parsed<Exit>> {
  const options = parseReplay(path, values);
  if (!options.ok) return options;
  const { file, format, sizes, out } = options.value;
  const trace = await TraceFile.open(file, {
    format,
    sizes,
    hosts: "kept",
  });
  if (!trace.ok) return trace;
  const outcome = await readable(file, watched(options.value, trace.value));
  if (!outcome.ok) return outcome;

  if (outcome.value === null) {
    process.stderr.write("Broken off before there were any figures.\n");
    return { ok: true, value: "interrupted" };
  }
  process.stdout.write(
    form === "json"
      ? outcomeJson(outcome.value)
      : `${outcomeText(outcome.value)}\n`,
  );
  if (out !== null) {
    const paths = await written(outcome.value, out);
    if (!paths.ok) return paths;
    process.stderr.write(`${paths.value.join("\n")}\n`);
  }
  return { ok: true, value: outcome.value.partial ? "interrupted" : "done" };
}

/** Replays with a progress bar on a terminal; Ctrl-C breaks it off. */
async function watched(
  options: Replay,
  trace: TraceFile,
): Promise<Parsed<ReplayResult | null>> {
  const startedAtMs = performance.now();
  const bar = progressBar({ before: "{doing} " });
  const passes = passesOf(options);
  bar.start(trace.sizeBytes * passes, 0, { doing: "", requests: 0, rate: 0 });
  let read = 0;
  const progress = (pass: number, doing: string) => (requests: number) => {
    read += requests;
    const seconds = (performance.now() - startedAtMs) / 1_000;
    bar.update(trace.sizeBytes * pass + trace.bytesRead, {
      doing,
      requests: count(read),
      rate: count(Math.round(read / seconds)),
    });
  };
  return interruptible((signal) =>
    replayPass(options, trace, signal, {
      counting: progress(0, "counting objects"),
      replaying: progress(passes - 1, "replaying"),
    }),
  ).finally(() => bar.stop());
}

function written(
  outcome: ReplayResult,
  folder: string,
): Promise<Parsed<string[]>> {
  return readable(
    folder,
    writeFiles(folder, {
      "miss-ratio-curves.html": [outcomePage(outcome)],
      "replay.json": [outcomeJson(outcome)],
      "replay.csv": outcomeCsv(outcome),
    }).then((paths) => ({ ok: true as const, value: paths })),
  );
}
