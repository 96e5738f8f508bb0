import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { bundleWorker } from "../../src/node/bundle.ts";
import type { Figures } from "./figures.ts";
import { soak, type Soak } from "./soak.ts";
import { kinds } from "./visits.ts";

const usage = `npm run soak -- [options]

Visitors of every kind, good and bad, against an edge of its own on this machine. A customer is dropped and restored meanwhile.
Prints memory, descriptors, disk, and every answer that should not have been.

  --minutes N    how long (10)
  --visitors N   how many visitors at once (32)
  --seed N       which visits (1)
  --only KINDS   visits of these kinds alone, separated by commas
  --json FILE    writes all that was found there
  --help         this text

Exit code: 0 when nothing was wrong, 1 when something was, 2 for a mistaken option.
`;

/** What a growth between the middle and the end would be a leak of. RSS moves by more than this only when something is kept. */
const maxGrowth = { heapMib: 16, rssMib: 300, descriptors: 100 };

function parse() {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: "string", default: "10" },
        visitors: { type: "string", default: "32" },
        seed: { type: "string", default: "1" },
        only: { type: "string" },
        json: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      return null;
    }
    const [minutes, visitors, seed] = (
      ["minutes", "visitors", "seed"] as const
    ).map((name) => {
      const value = Number(values[name]);
      if (!(value > 0))
        throw new TypeError(
          `--${name} is ${JSON.stringify(values[name])}; expected a number above 0`,
        );
      return value;
    });
    return {
      minutes,
      visitors,
      seed,
      only: onlyOf(values.only),
      json: values.json,
    };
  } catch (error) {
    console.error(`${String(error)}\n\n${usage}`);
    process.exitCode = 2;
    return null;
  }
}

function onlyOf(list: string | undefined): string[] {
  if (list === undefined) return Object.keys(kinds);
  const only = list.split(",").map((kind) => kind.trim());
  const unknown = only.find((kind) => !Object.hasOwn(kinds, kind));
  if (unknown !== undefined)
    throw new TypeError(
      `--only names ${JSON.stringify(unknown)}; expected some of: ${Object.keys(kinds).join(", ")}`,
    );
  return only;
}

async function run({
  minutes = 10,
  visitors = 32,
  seed = 1,
  only,
  json,
}: NonNullable<ReturnType<typeof parse>>): Promise<void> {
  const bundle = await bundleWorker();
  if (!bundle.ok) throw new Error(bundle.problem);
  const ending = new AbortController();
  const onInterrupt = () => ending.abort();
  const found = await soak({
    seconds: 60 * minutes,
    visitors,
    seed,
    kinds: only,
    settleSeconds: 40,
    bundle: bundle.value,
    signal: ending.signal,
    onFigures: (figures, { requests, wrong }) => {
      // Miniflare's own listener would end the process without a report.
      process.removeAllListeners("SIGINT").once("SIGINT", onInterrupt);
      console.log(
        `${requests} requests, ${wrong.length} wrong; ${line(figures)}`,
      );
    },
  });
  console.log(report(found));
  if (json !== undefined) writeFileSync(json, JSON.stringify(found, null, 2));
  const grown = growth(found);
  for (const sentence of grown) console.log(sentence);
  process.exitCode = found.wrong.length > 0 || grown.length > 0 ? 1 : 0;
}

const shown = (figure: number | null) =>
  figure === null ? "unknown here" : String(Math.round(figure));

function line({ heapMib, rssMib, descriptors, diskMib }: Figures): string {
  return `heap ${shown(heapMib)} MiB, RSS ${shown(rssMib)} MiB, ${shown(descriptors)} descriptors, disk ${shown(diskMib)} MiB`;
}

function report({ requests, drops, wrong, figures, ...found }: Soak): string {
  const table = new Table({
    head: ["after", "heap MiB", "RSS MiB", "descriptors", "disk MiB"],
    style: { head: [], border: [] },
  });
  for (const { seconds, ...at } of figures)
    table.push([
      `${seconds} s`,
      shown(at.heapMib),
      shown(at.rssMib),
      shown(at.descriptors),
      shown(at.diskMib),
    ]);
  const counts = Object.entries(found.kinds).map(([kind, n]) => `${kind} ${n}`);
  return [
    table.toString(),
    `${requests} requests, ${drops} drops: ${counts.join(", ")}`,
    `${wrong.length} answers that should not have been`,
    ...wrong
      .slice(0, 50)
      .map(
        ({ at, kind, host, target, because }) =>
          `  ${at} ${kind}: http://${host}${target}: ${because}`,
      ),
  ].join("\n");
}

/** What has grown between the middle and the end, once all visitors had left. */
function growth({ figures }: Soak): string[] {
  const middle = figures.at(Math.floor(figures.length / 2));
  const end = figures.at(-1);
  if (middle === undefined || end === undefined) return [];
  return (["heapMib", "rssMib", "descriptors"] as const).flatMap((name) => {
    const by = (end[name] ?? 0) - (middle[name] ?? 0);
    return by > maxGrowth[name]
      ? [`${name} has grown by ${Math.round(by)} since the middle`]
      : [];
  });
}

const parsed = parse();
if (parsed !== null) await run(parsed);
