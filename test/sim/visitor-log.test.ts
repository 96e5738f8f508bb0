import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { run } from "../../src/sim/run.ts";
import { readLogs } from "../../src/sim/scenario-file.ts";
import { parseScenario } from "../../src/sim/scenario.ts";

const folder = mkdtempSync(join(tmpdir(), "visitor-log-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A scenario of a minute in which a log, written beside it, has the visitors of one of two customers. */
async function scenarioWith(log: string | Buffer, name: string, more = "") {
  writeFileSync(join(folder, name), log);
  const file = {
    path: join(folder, "my.yaml"),
    text: `
title: A log
description: For tests
start: 2026-03-02T12:00:00Z
lasts: 1m
bucket: 1s
pops: [FRA]
isolates: { perPop: 1, meanLifetime: 30d }
traffic: { requestsPerSecond: 5, countries: { DE: 1 } }
customers:
  - id: shop
    replay: { file: ${name}${more} }
  - id: bazaar
    share: 0.5
`,
  };
  const scenario = parseScenario(file.path, file.text);
  if (!scenario.ok) throw new Error(scenario.problem);
  return {
    scenario: scenario.value,
    logs: await readLogs(file, scenario.value),
  };
}

async function ran(...given: Parameters<typeof scenarioWith>) {
  return ranBy(await scenarioWith(...given));
}

async function ranBy(
  { scenario, logs }: Awaited<ReturnType<typeof scenarioWith>>,
  customers = scenario.customers,
) {
  if (!logs.ok) throw new Error(logs.problem);
  const { series, cache, origins } = await run(
    { ...scenario, customers },
    {
      name: "log",
      seed: 1,
      progress: () => {},
      signal: null,
      logs: logs.value,
    },
  );
  const ofShop = series.filter(({ customer }) => customer === "shop");
  const counts = ofShop.map(({ outcome, counts: buckets }) => [
    outcome,
    buckets.reduce((sum, count) => sum + count, 0),
  ]);
  return {
    counts: Object.fromEntries(counts) as Record<string, number>,
    seconds: ofShop
      .flatMap(({ counts: buckets }) =>
        [...buckets.entries()].flatMap(([second, count]) =>
          Array.from({ length: count }, () => second),
        ),
      )
      .toSorted((one, other) => one - other),
    fetched: origins.find(({ customer }) => customer === "shop")?.requests,
    cache,
    bazaar: series.filter(({ customer }) => customer === "bazaar"),
  };
}

const csv = `time,key,size
130,/b,2000
100,/a,1000
110,/a,1000
120,a,1000
140,/b?c=1,10
158,/b,2000
170,/a,1000
`;

/** An archive of GETs answered with 200, but for what is said otherwise. */
const har = (...entries: [second: number, url: string, status?: number][]) =>
  JSON.stringify({
    log: {
      entries: entries.map(([second, url, status = 200]) => ({
        startedDateTime: new Date(second * 1_000).toISOString(),
        request: { method: "GET", url },
        response: { status, bodySize: 500 },
      })),
    },
  });

describe("visitors from a log", () => {
  test("come when it says, ask for what it says, and no others come", async () => {
    const { counts, seconds, fetched } = await ran(csv, "shop.csv");
    // /a at 0, 10 and 20 s, /b at 30 and 58 s, /b?c=1 at 40 s; 70 s is after the end.
    expect(counts).toEqual({ served: 3, cached: 3 });
    expect(fetched).toBe(3);
    expect(seconds).toEqual([0, 10, 20, 30, 40, 58]);
  });

  test("come from a compressed log", async () => {
    expect(await ran(gzipSync(csv), "shop.csv.gz")).toEqual(
      await ran(csv, "shop.csv"),
    );
  });

  test("come sooner at speed", async () => {
    const { counts, seconds } = await ran(csv, "fast.csv", ", speed: 10");
    expect(counts).toEqual({ served: 3, cached: 4 });
    expect(Math.max(...seconds)).toBe(7);
  });

  test("of a browser come to the customer's host, those aside that no cache keeps", async () => {
    const log = har(
      [5, "https://www.real.example/"],
      [6, "https://www.real.example/style.css?v=1"],
      [7, "https://www.real.example/gone", 404],
      [8, "https://www.real.example/"],
      [9, "https://www.real.example/style.css?v=1"],
    );
    const { counts, seconds } = await ran(log, "shop.har");
    expect(counts).toEqual({ served: 2, cached: 2 });
    expect(seconds).toEqual([0, 1, 3, 4]);
  });

  test("of a server come in order of time, in a file of any name", async () => {
    const line = (second: string, path: string) =>
      `192.0.2.1 - - [10/Oct/2000:13:55:${second} +0000] "GET ${path} HTTP/1.1" 200 700\n`;
    const { counts, seconds } = await ran(
      line("30", "/a") + line("20", "/b") + line("35", "/b"),
      "access.txt",
      ", format: combined",
    );
    expect(counts).toEqual({ served: 2, cached: 1 });
    expect(seconds).toEqual([0, 10, 15]);
  });

  test("get bodies as large as it says", async () => {
    // Alone, as a cache counts everybody's.
    const log = "0,/a,1000\n1,/a,1000\n2,/b,9000000\n";
    const quiet = await scenarioWith(log, "q.csv");
    const shop = quiet.scenario.customers.slice(0, 1);
    const { cache } = await ranBy(quiet, shop);
    expect(cache).toEqual([
      { pop: "FRA", requests: 3, hits: 1, bytes: 8_002_000, hitBytes: 1_000 },
    ]);
  });

  test("change nothing for visitors of others, and come alike each time", async () => {
    const one = await ran("0,/a,1000\n", "one.csv");
    const other = await ran("0,/a,1000\n5,/b,10\n", "other.csv");
    const total = ({ bazaar }: typeof one) =>
      bazaar.flatMap(({ counts }) => counts).reduce((sum, n) => sum + n, 0);
    expect(total(one)).toBeGreaterThan(0);
    expect(total(other)).toBe(total(one));
    expect(await ran("0,/a,1000\n", "one.csv")).toEqual(one);
  });
});

test.each([
  [
    "a line that does not parse",
    "time,key,size\n0,/a,10\n1,/b,much\n",
    "wrong.csv",
    'line 3: size: found "much", expected a whole number of bytes',
  ],
  [
    "a HAR without entries",
    '{"log":{}}',
    "wrong.har",
    'log.entries: found undefined, expected "entries"',
  ],
  [
    "a log of nothing",
    "time,key,size\n",
    "empty.csv",
    "found no GET answered 200, expected some",
  ],
  [
    "a name that says no format",
    "0,/a,10\n",
    "shop.txt",
    "the name says no format; expected .har, .log or .csv, maybe with .gz",
  ],
  [
    "a compressed log that is none",
    "0,/a,10\n",
    "wrong.csv.gz",
    "incorrect header check",
  ],
  [
    "a log of more than five million requests",
    "0,/a,10\n".repeat(5_000_001),
    "large.csv",
    "found more than 5000000 requests, expected at most that many",
  ],
])(
  "%s is told with its file, and where the scenario names it",
  async (_, log, name, problem) => {
    expect(await scenarioWith(log, name)).toMatchObject({
      logs: {
        ok: false,
        problem: `${join(folder, "my.yaml")}:12:15: ${join(folder, name)}: ${problem}`,
      },
    });
  },
);

test.each([
  ["that is not there", "gone.log", "ged, format: csv", /:12:15: .*ENOENT/],
  ["that is a folder", "some.log", "s, format: csv", /:12:15: .*EISDIR/],
])("a log %s is told", async (_, name, more, problem) => {
  mkdirSync(join(folder, "some.logs"), { recursive: true });
  const { logs } = await scenarioWith("0,/a,10\n", name, more);
  expect(logs).toMatchObject({ problem: expect.stringMatching(problem) });
});
