import { parseArgs } from "node:util";
import * as fc from "fast-check";
import { bundleWorker } from "../../src/node/bundle.ts";
import { complaintsInMemory, complaintsOnWorkerd } from "./complaints.ts";
import type { History } from "./history.ts";
import { printed } from "./print.ts";
import { isForWorkerd } from "./real-time.ts";
import type { Run } from "./run.ts";
import { historyWithin, realRange, virtualRange } from "./steps.ts";
import { Tally } from "./tally.ts";
import { startWorkerdEdge } from "./workerd.ts";

const usage = `npm run fuzz -- [options]

  --seed N        where to begin; a failure names the seed that finds it again (now: by the clock)
  --requests N    how many requests to make (50000)
  --on WHERE      memory: in virtual time; workerd: the built Worker, over sockets (memory)
  --keep-going    go on after a failure, and tell each kind of failure once
  --help          this text
`;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    requests: { type: "string", default: "50000" },
    on: { type: "string", default: "memory" },
    "keep-going": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** Histories of one seed, before the next seed. */
const historiesInMemory = 100;
/** On workerd, histories are played side by side: their time is mostly waiting. */
const sideBySide = 24;
const shrinkForMs = 120_000;
const progressMs = 10_000;

type Complain = (
  history: History,
  observe: (run: Run) => void,
) => Promise<string[]>;

interface Ground {
  complain: Complain;
  histories: fc.Arbitrary<readonly History[]>;
  runs: number;
  close(): Promise<void>;
}

async function groundOf(where: string): Promise<Ground> {
  if (where !== "workerd")
    return {
      complain: complaintsInMemory,
      histories: historyWithin(virtualRange).map((history) => [history]),
      runs: historiesInMemory,
      close: async () => undefined,
    };
  const bundle = await bundleWorker();
  if (!bundle.ok) throw new Error(bundle.problem);
  const edge = await startWorkerdEdge(bundle.value);
  return {
    complain: (history, observe) => complaintsOnWorkerd(history, edge, observe),
    histories: fc.array(historyWithin(realRange).filter(isForWorkerd), {
      minLength: 1,
      maxLength: sideBySide,
      size: "max",
    }),
    runs: 2,
    close: () => edge.close(),
  };
}

/** What a complaint is about, whichever requests and bytes it names. */
function kindOf(complaint: string): string {
  const isRule = /^(\w+): request/.exec(complaint)?.[1];
  const text = complaint
    .replace(/^.*?request (?:\d+|-): /, "")
    .replaceAll(
      /(?:language|origin|cookie|visitor)=[^ ,;]*|gzip[^ ,;]*|identity[^ ,;]*/g,
      "R",
    )
    .replaceAll(/v?\d+/g, "N");
  return `${isRule ?? "problem"}: ${text.slice(0, 50)}`;
}

interface Wrong {
  history: History;
  complaints: readonly string[];
}

/** A history for people, what is wrong with it, and as it can be played again. */
function told({ history, complaints }: Wrong): string {
  return [
    printed(history),
    ...complaints.slice(0, 5).map((complaint) => `  ${complaint}`),
    `  ${JSON.stringify(history)}`,
    "",
  ].join("\n");
}

const tally = new Tally();
const known = new Set<string>();

async function fuzz(ground: Ground): Promise<void> {
  let toldAtMs = Date.now();
  for (
    let seed = Number(values.seed);
    tally.requests < Number(values.requests);
    seed += 1
  ) {
    const news = async (histories: readonly History[]): Promise<Wrong[]> => {
      const played = await Promise.all(
        histories.map(async (history) => {
          const found = await ground.complain(history, (run) => tally.add(run));
          const complaints = found.filter((one) => !known.has(kindOf(one)));
          return { history, complaints };
        }),
      );
      return played.filter(({ complaints }) => complaints.length > 0);
    };
    const checked = await fc.check(
      fc.asyncProperty(
        ground.histories,
        async (histories) => (await news(histories)).length === 0,
      ),
      {
        seed,
        numRuns: ground.runs,
        interruptAfterTimeLimit: shrinkForMs,
      },
    );
    if (checked.failed && checked.counterexample !== null) {
      const [histories] = checked.counterexample;
      const wrong = await news(histories);
      process.stdout.write(
        `\nseed ${seed}: wrong, after ${checked.numShrinks} times of making it shorter\n${wrong.map(told).join("\n")}\n`,
      );
      const complaints = wrong.flatMap((one) => one.complaints);
      process.exitCode = 1;
      if (!values["keep-going"]) return;
      for (const complaint of complaints) known.add(kindOf(complaint));
    }
    if (Date.now() - toldAtMs >= progressMs) {
      toldAtMs = Date.now();
      process.stdout.write(
        `${tally.requests} requests in ${tally.histories} histories; next seed ${seed + 1}\n`,
      );
    }
  }
}

if (values.help) {
  process.stdout.write(usage);
} else {
  const ground = await groundOf(values.on);
  process.once("SIGINT", () => {
    process.stdout.write(`\n${tally.text()}\n`);
    void ground.close().then(() => process.exit(130));
  });
  process.stdout.write(`seed ${values.seed}, on ${values.on}\n`);
  await fuzz(ground);
  process.stdout.write(`${tally.text()}\n`);
  await ground.close();
}
