import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { LRUCache } from "lru-cache";
import { table } from "../../src/node/table.ts";
import { parseConfig, type EdgeConfig } from "../../src/config.ts";
import { handle } from "../../src/edge/handle.ts";
import { newIsolate, type Isolate } from "../../src/edge/isolate.ts";
import type { World } from "../../src/ports.ts";
import { answered, inbound, MemoryWorld } from "../world.ts";

// What visitors cost: the real `handle` in virtual time, and a count of what it asks of the platform.

/** US dollars a million, as Cloudflare publishes them for the paid plan of Workers; the Cache API is free of charge. */
const prices = { asOf: "November 2026", request: 0.3, kvRead: 0.5 };

/** One PoP: its list, its cache, and how often they were asked. */
class CountingWorld extends MemoryWorld {
  kvReads = 0;
  cacheOperations = 0;

  constructor() {
    super();
    const { readRecord, recall, keep, forget, recallBytes, keepBytes } = this;
    this.readRecord = (key) => {
      this.kvReads += 1;
      return readRecord(key);
    };
    const counted =
      <Args extends unknown[], Value>(ask: (...args: Args) => Value) =>
      (...args: Args): Value => {
        this.cacheOperations += 1;
        return ask(...args);
      };
    this.recall = counted(recall);
    this.keep = counted(keep);
    this.forget = counted(forget);
    this.recallBytes = counted(recallBytes);
    this.keepBytes = counted(keepBytes);
    this.observe = () => undefined;
    this.origin = () =>
      answered(200, [["Cache-Control", "max-age=86400"]], "a page");
  }

  override send: World["send"] = async (request) => this.origin(request);
}

interface Visit {
  /** Since the visit before. */
  afterMs: number;
  /** Which of the PoP's isolates it comes to. */
  isolate: number;
  host: string;
}

interface Workload {
  name: string;
  requests: number;
  visits(n: number): Visit;
}

const wildcardParent = "shops.example";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** What is measured, at its full size or a smaller one: so many sparse sites, asked for so many times each. */
export function workloadsOf({
  sites = 1000,
  rounds = 60,
}: { sites?: number; rounds?: number } = {}) {
  const requests = sites * rounds;
  const eachMinute = (
    name: string,
    visit: (n: number) => Omit<Visit, "afterMs">,
  ): Workload => ({
    name: `${whole.format(sites)} ${name}`,
    requests,
    visits: (n) => ({ afterMs: 61_000 / sites, ...visit(n) }),
  });
  const eachMillisecond = (
    name: string,
    host: (n: number) => string,
  ): Workload => ({
    name,
    requests: 2 * requests,
    visits: (n) => ({ afterMs: 1, isolate: 0, host: host(n) }),
  });
  return {
    busy: {
      name: "one site, 100 requests/s, 4 isolates",
      requests,
      visits: (n) => ({ afterMs: 10, isolate: n % 4, host: "site0.example" }),
    },
    asleep: eachMinute("sites, isolates that have slept a minute", (n) => ({
      isolate: n % sites,
      host: `site${n % sites}.example`,
    })),
    cold: eachMinute("sites, a new isolate each time", (n) => ({
      isolate: n,
      host: `site${n % sites}.example`,
    })),
    tenants: eachMinute(
      "hosts of a wildcard, isolates that have slept a minute",
      (n) => ({
        isolate: n % sites,
        host: `tenant${n % sites}.${wildcardParent}`,
      }),
    ),
    sweep: eachMillisecond(
      "a sweep of unknown hosts, 1,000/s, one isolate",
      (n) => `name${n}.parent${n}.example`,
    ),
    sweepBelow: eachMillisecond(
      "the same below one wildcard",
      (n) => `name${n}.${wildcardParent}`,
    ),
  } satisfies Record<string, Workload>;
}

export interface Cost {
  name: string;
  requests: number;
  kvReads: number;
  cacheOperations: number;
  /** The edge asks none. */
  durableObjectRequests: number;
}

/** Plays a workload. */
export async function costOf(
  workload: Workload,
  variables: Record<string, string> = {},
): Promise<Cost> {
  const { name, requests } = workload;
  const config = configOf(variables);
  const world = stockedWorld();
  const isolates = new LRUCache<number, Isolate>({ max: 2 * stockedSites });
  for (let n = 0; n < requests; n++) {
    const { afterMs, isolate: number, host } = workload.visits(n);
    world.pass(afterMs);
    const isolate = isolates.get(number) ?? newIsolate(config);
    isolates.set(number, isolate);
    await handle(inbound(`http://${host}/`), { config, isolate, world });
    await world.settle();
  }
  const { kvReads, cacheOperations } = world;
  return {
    name,
    requests,
    kvReads,
    cacheOperations,
    durableObjectRequests: 0,
  };
}

function configOf(variables: Record<string, string>): EdgeConfig {
  const config = parseConfig(variables);
  if (!config.ok) throw new Error(config.problem);
  return config.value;
}

const stockedSites = 1000;

function stockedWorld(): CountingWorld {
  const world = new CountingWorld();
  const add = (host: string, customer: string) => {
    const origins = [`https://origin.${customer}.example`];
    world.list.set(`host:${host}`, JSON.stringify({ customer, origins }));
    world.list.set(`customer:${customer}`, "allow");
  };
  for (let n = 0; n < stockedSites; n++) add(`site${n}.example`, `c${n}`);
  add(`*.${wildcardParent}`, "shops");
  return world;
}

const options = {
  json: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

const usage = `npm run bench -- cost [--json FILE]

What visitors cost, counted in virtual time: billed reads of KV, operations of the Cache API and requests of Durable Objects.
`;

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options });
  if (values.help) return console.log(usage);
  const costs: Cost[] = [];
  for (const workload of Object.values(workloadsOf()))
    costs.push(await costOf(workload));
  console.log(costTable(costs));
  const trades = await tradesOfMemory();
  console.log(`\n${tradeTable(trades)}`);
  if (values.json !== undefined)
    await writeFile(
      values.json,
      `${JSON.stringify({ prices, costs, trades }, null, 2)}\n`,
    );
}

const dollars = new Intl.NumberFormat("en", {
  style: "currency",
  currency: "USD",
});

function costTable(costs: readonly Cost[]): string {
  const rows = costs.map((cost) => {
    const perMillion = (count: number) => (count * 1e6) / cost.requests;
    const kvReads = perMillion(cost.kvReads);
    return [
      cost.name,
      whole.format(kvReads),
      whole.format(perMillion(cost.cacheOperations)),
      whole.format(perMillion(cost.durableObjectRequests)),
      dollars.format((kvReads * prices.kvRead) / 1e6),
      dollars.format((kvReads * prices.kvRead) / 1e6 + prices.request),
    ];
  });
  const head = [
    "a million requests of",
    "KV reads",
    "Cache API",
    "Durable Objects",
    "KV reads cost",
    "reads + requests",
  ];
  return `${table(head, rows)}\nprices of ${prices.asOf}: ${dollars.format(prices.kvRead)} a million KV reads, ${dollars.format(prices.request)} a million requests`;
}

interface Trade {
  recordMemorySeconds: number;
  /** KV reads a request, by how many requests a second an isolate gets for a site. */
  reads: { requestsPerSecond: number; perRequest: number }[];
}

/** What RECORD_MEMORY_SECONDS saves, at which rates. */
async function tradesOfMemory(): Promise<Trade[]> {
  const trades: Trade[] = [];
  for (const recordMemorySeconds of [0, 1, 2, 5, 10, 30]) {
    const reads: Trade["reads"] = [];
    for (const requestsPerSecond of [25, 1, 0.1, 1 / 60]) {
      const workload: Workload = {
        name: "",
        requests: 6000,
        visits: () => ({
          afterMs: 1000 / requestsPerSecond,
          isolate: 0,
          host: "site0.example",
        }),
      };
      const variables = { RECORD_MEMORY_SECONDS: String(recordMemorySeconds) };
      const cost = await costOf(workload, variables);
      const perRequest = cost.kvReads / cost.requests;
      reads.push({ requestsPerSecond, perRequest });
    }
    trades.push({ recordMemorySeconds, reads });
  }
  return trades;
}

function tradeTable(trades: readonly Trade[]): string {
  const [first] = trades;
  const head = [
    "RECORD_MEMORY_SECONDS",
    "adds to the time to dark",
    ...(first?.reads ?? []).map(({ requestsPerSecond }) =>
      requestsPerSecond < 0.1
        ? `at ${whole.format(60 * requestsPerSecond)}/min`
        : `at ${requestsPerSecond}/s`,
    ),
  ];
  const rows = trades.map(({ recordMemorySeconds, reads }) => [
    String(recordMemorySeconds),
    `${2 * recordMemorySeconds} s at most`,
    ...reads.map(({ perRequest }) => perRequest.toFixed(3)),
  ]);
  return `KV reads a request, by the requests that one isolate gets for a site\n${table(head, rows)}`;
}
