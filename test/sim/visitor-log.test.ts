import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { run } from "../../src/sim/run.ts";
import { parseScenario } from "../../src/sim/scenario.ts";

const folder = mkdtempSync(join(tmpdir(), "visitor-log-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A scenario of a minute in which a log, written beside it, has the visitors of one of two customers. */
function scenarioWith(log: string, name: string, more = "") {
  writeFileSync(join(folder, name), log);
  return parseScenario(
    join(folder, "my.yaml"),
    `
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
  );
}

async function ran(...given: Parameters<typeof scenarioWith>) {
  const scenario = scenarioWith(...given);
  if (!scenario.ok) throw new Error(scenario.problem);
  const { series, cache, origins } = await run(scenario.value, {
    name: "log",
    seed: 1,
    progress: () => {},
    signal: null,
  });
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
    const quiet = scenarioWith("0,/a,1000\n1,/a,1000\n2,/b,9000000\n", "q.csv");
    if (!quiet.ok) throw new Error(quiet.problem);
    const [shop] = quiet.value.customers;
    if (shop === undefined) throw new Error("the shop is gone");
    const { cache } = await run(
      { ...quiet.value, customers: [shop] },
      { name: "log", seed: 1, progress: () => {}, signal: null },
    );
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
    "the name says no format; expected .har, .log or .csv",
  ],
  [
    "a compressed log",
    "",
    "shop.csv.gz",
    "found a compressed log, expected one that is not",
  ],
  [
    "a log of more than 64 MiB",
    "0,/a,10\n".repeat(8_388_609),
    "large.csv",
    "found more than 64 MiB, expected less",
  ],
])(
  "%s is told with its file, and where the scenario names it",
  (_, log, name, problem) => {
    expect(scenarioWith(log, name)).toEqual({
      ok: false,
      problem: `${join(folder, "my.yaml")}:12:15: ${join(folder, name)}: ${problem}`,
    });
  },
);

test("a log that is not there is told", () => {
  expect(
    scenarioWith("0,/a,10\n", "gone.log", "ged, format: csv"),
  ).toMatchObject({
    problem: expect.stringMatching(/gone\.logged: there is no such file$/),
  });
});
