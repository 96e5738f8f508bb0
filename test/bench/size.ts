import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { table } from "../../src/node/table.ts";
import { bundleWorker } from "../../src/node/bundle.ts";
import { openHeap } from "../workerd/heap.ts";
import { curl, measure } from "./speed/load.ts";
import {
  record,
  startEdge,
  startWorker,
  type Server,
} from "./speed/servers.ts";

const usage = `npm run bench -- size [options]

How long the edge takes to start, how large its heap is, and how fast it answers, by the number of customers on the list and of
responses in its memory.

  --customers N  as many at the most (10000); to write 100000 takes some minutes
  --seconds N    how long each rate is measured (3)
  --json FILE    writes all figures there
`;

/** An isolate reads no more new hosts of the list in a second. */
const newHostsPerSecond = 1000;
const entries = 10_000;

const originSource = `
const body = new Uint8Array(1024).fill(120);
export default {
  fetch: () =>
    new Response(body, {
      headers: { "Content-Type": "text/plain", "Cache-Control": "max-age=3600" },
    }),
};`;

interface Size {
  customers: number;
  /** Until the first answer of a runtime that has just been started, its list being written already. */
  startMs: number;
  /** The heap of the edge: after the first answer, and when each host has been visited once. */
  heapMib: { started: number; visited: number };
  /** 1 KiB from memory, requests a second. */
  perSecond: number;
}

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      customers: { type: "string", default: "10000" },
      seconds: { type: "string", default: "3" },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const most = Number(values.customers);
  const bundle = await bundleWorker();
  if (!bundle.ok) throw new Error(bundle.problem);
  const origin = await startWorker(originSource);
  const sources = { bundle: bundle.value, origin: origin.port };
  const sizes: Size[] = [];
  for (let customers = 10; customers <= most; customers *= 10) {
    console.error(`${customers} customers …`);
    sizes.push(await sizeOf(customers, Number(values.seconds), sources));
  }
  console.error(`${entries} responses …`);
  const stored = await heapsOfEntries(sources);
  await origin.close();
  const { before, after } = stored;
  console.log(report(sizes));
  console.log(
    `\n${entries} responses of 1 KiB in memory: ${mib(after - before)}.`,
  );
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      JSON.stringify({ sizes, entries, stored }, null, 2),
    );
}

/** The heap of an edge, in MiB, after a visit of one customer and after one of each of `entries` URLs. */
async function heapsOfEntries(source: Sources) {
  const edge = await startSized(1, source);
  const heap = await openHeap(edge);
  const visit = async (n: number) => get(edge, hostOf(0), `/${n}`);
  await visit(0);
  const before = await heap.bytes();
  for (let n = 0; n < entries; n += 1) await visit(n);
  const after = await heap.bytes();
  heap.close();
  await edge.close();
  return { before: before / 2 ** 20, after: after / 2 ** 20 };
}

const hostOf = (n: number) => `c${n}.localhost`;

/** What is run, and which origin answers it. */
interface Sources {
  bundle: string;
  origin: number;
}

function startSized(customers: number, { bundle, origin }: Sources) {
  const list = Object.fromEntries(
    Array.from({ length: customers }, (_, n) => [
      [
        `host:${hostOf(n)}`,
        JSON.stringify({
          customer: `c${n}`,
          origins: [`http://127.0.0.1:${origin}`],
        }),
      ],
      [`customer:c${n}`, "allow"],
    ]).flat(),
  );
  const variables = { NEW_HOSTS_PER_SECOND: String(newHostsPerSecond) };
  return startEdge(bundle, list, variables, { isInspected: true });
}

async function sizeOf(
  customers: number,
  seconds: number,
  source: Sources,
): Promise<Size> {
  const edge = await startSized(customers, source);
  const heap = await openHeap(edge);
  const heapMib = async () => (await heap.bytes()) / 2 ** 20;
  const startedAtMs = performance.now();
  await get(edge, hostOf(0), "/");
  const startMs = edge.startMs + performance.now() - startedAtMs;
  const started = await heapMib();
  const visitsBeganAtMs = performance.now();
  for (let n = 0; n < customers; n += 1) {
    const aheadMs =
      visitsBeganAtMs +
      (n * 1000) / (0.9 * newHostsPerSecond) -
      performance.now();
    if (aheadMs > 50) await new Promise((end) => setTimeout(end, aheadMs));
    await get(edge, hostOf(n), "/");
  }
  const visited = await heapMib();
  const perSecond = await rateOf(edge, seconds);
  heap.close();
  await edge.close();
  return {
    customers,
    startMs,
    heapMib: { started, visited },
    perSecond,
  };
}

async function rateOf({ port, pid }: Server, seconds: number): Promise<number> {
  const load = { port, host: hostOf(0), path: "/", fields: curl } as const;
  const { perSecond } = await measure(
    { ...load, urls: "one", answers: "success" },
    { seconds, pid },
  );
  return perSecond;
}

async function get({ port }: Server, host: string, path: string) {
  const { status } = await record(port, host, path, {});
  if (status !== 200) throw new Error(`http://${host}${path}: ${status}`);
}

const mib = (value: number) => `${Math.round(value)} MiB`;

function report(sizes: readonly Size[]): string {
  const [smallest] = sizes;
  const rows = sizes.map(({ customers, startMs, heapMib, perSecond }) => [
    String(customers),
    `${Math.round(startMs)} ms`,
    mib(heapMib.started),
    mib(heapMib.visited),
    (perSecond / (smallest?.perSecond ?? perSecond)).toFixed(2),
  ]);
  const head = [
    "customers",
    "start",
    "heap",
    "each host visited",
    "requests/s from memory",
  ];
  return table(head, rows);
}
