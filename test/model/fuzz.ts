import { parseArgs } from "node:util";
import * as fc from "fast-check";
import type { History } from "./history.ts";
import { playInMemory, memoryWatchMs } from "./memory.ts";
import { judge } from "./oracle/oracle.ts";
import { printed } from "./print.ts";
import { historyWithin, virtualRange } from "./steps.ts";
import { Tally } from "./tally.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    requests: { type: "string", default: "50000" },
    /** Goes on after a failure, and tells each kind of it once. */
    "keep-going": { type: "boolean", default: false },
    mask: { type: "string", default: "" },
  },
});
const mask = new Set(values.mask.split(","));

const terms = { slackMs: 0, waitMs: 2000, watchMs: memoryWatchMs };
const tally = new Tally();
const known = new Set<string>();

function masked(history: History): History {
  return {
    ...history,
    steps: history.steps.map((step) =>
      mask.has("empty") && step.kind === "request"
        ? { ...step, emptyContent: false }
        : step,
    ),
  };
}

async function complaints(history: History): Promise<Map<string, string>> {
  const run = await playInMemory(history);
  tally.add(run);
  const found = judge(run, terms).map(({ rule, request, reason }) => ({
    kind: `${rule}: ${reason.replaceAll(/\d+/g, "N")}`.slice(0, 70),
    text: `request ${request ?? "-"}: ${rule}: ${reason}`,
  }));
  const problems = run.problems.map((problem) => ({
    kind: problem.replaceAll(/\d+/g, "N"),
    text: problem,
  }));
  const fresh = [...found, ...problems].filter(({ kind }) => !known.has(kind));
  return new Map(fresh.map(({ kind, text }) => [kind, text]));
}

let seed = Number(values.seed);
let last = Date.now();
while (tally.requests < Number(values.requests)) {
  const result = await fc.check(
    fc.asyncProperty(
      historyWithin(virtualRange).map(masked),
      async (history) => {
        return (await complaints(history)).size === 0;
      },
    ),
    { seed, numRuns: 100 },
  );
  if (result.failed && result.counterexample !== null) {
    const [history] = result.counterexample;
    const found = await complaints(history);
    console.log(`\nseed ${seed}, after ${result.numShrinks} shrinks`);
    console.log(printed(history));
    for (const [, text] of [...found].slice(0, 5)) console.log(`  ${text}`);
    if (!values["keep-going"]) {
      process.exitCode = 1;
      break;
    }
    for (const kind of found.keys()) known.add(kind);
  }
  seed += 1;
  if (Date.now() - last > 10_000) {
    last = Date.now();
    console.log(`${tally.requests} requests`);
  }
}
console.log(tally.text());
