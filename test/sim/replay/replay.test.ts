import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  parseReplay,
  type ReplayValues,
} from "../../../src/sim/replay/arguments.ts";
import { parseCapacities } from "../../../src/sim/replay/capacity.ts";
import { replayPass } from "../../../src/sim/replay/passes.ts";
import { readable, TraceFile } from "../../../src/sim/replay/trace-file.ts";
import { portcullis } from "../../cli/portcullis.ts";

async function file(name: string, content: string | Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-replay-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const csv = (trace: string) =>
  trace
    .split(" ")
    .map((asked, second) => `${second},${asked.replace(":", ",")}\n`)
    .join("");

async function outcomeOf(
  name: string,
  values: ReplayValues = {},
  signal = new AbortController().signal,
  progress = { counting: () => {}, replaying: () => {} },
) {
  const options = parseReplay(name, values);
  if (!options.ok) return options;
  const { file: path, format, sizes } = options.value;
  const trace = await TraceFile.open(path, { format, sizes, hosts: "kept" });
  return trace.ok
    ? readable(path, replayPass(options.value, trace.value, signal, progress))
    : trace;
}

async function cachesOf(name: string, values: ReplayValues) {
  const outcome = await outcomeOf(name, values);
  return outcome.ok ? outcome.value?.figures.caches : outcome.problem;
}

describe("capacities", () => {
  test.each([
    ["64MiB", "bytes", [{ kind: "amount", text: "64MiB", amount: 67_108_864 }]],
    ["1.5GB", "bytes", [{ kind: "amount", text: "1.5GB", amount: 1.5e9 }]],
    ["700", "bytes", [{ kind: "amount", text: "700", amount: 700 }]],
    ["700", "objects", [{ kind: "amount", text: "700", amount: 700 }]],
    ["0.1%", "objects", [{ kind: "share", text: "0.1%", share: 0.001 }]],
    [
      "1kB, 100%",
      "bytes",
      [
        { kind: "amount", text: "1kB", amount: 1_000 },
        { kind: "share", text: "100%", share: 1 },
      ],
    ],
  ] as const)("%s of %s", (text, unit, value) => {
    expect(parseCapacities(text, unit)).toEqual({ ok: true, value });
  });

  test.each([
    ["0", "bytes", '"0"'],
    ["1kB,", "bytes", '""'],
    ["101%", "bytes", '"101%"'],
    ["64mib", "bytes", '"64mib"'],
    ["-1", "bytes", '"-1"'],
    ["0.5", "objects", '"0.5"'],
    ["64MiB", "objects", '"64MiB"'],
    ["9999999TB", "bytes", '"9999999TB"'],
  ] as const)("%s of %s is none", (text, unit, shown) => {
    const parsed = parseCapacities(text, unit);
    expect(parsed.ok ? "" : parsed.problem).toContain(`--size has ${shown}; `);
  });
});

test.each([
  [
    "a.bin",
    {},
    "the name a.bin says no format; expected .har, .log or .csv, or --format har|combined|csv",
  ],
  [
    "a.csv",
    { format: "combine" },
    '--format is "combine"; expected har, combined, csv; did you mean combined?',
  ],
  [
    "a.csv",
    { algorithm: "lru,sive" },
    '--algorithm has "sive"; expected some of lru, fifo, lfu, gdsf, arc, sieve, s3-fifo; did you mean sieve?',
  ],
  ["a.csv", { unit: "pages" }, '--unit is "pages"; expected bytes or objects'],
  [
    "a.csv",
    { unit: "bytes", ignoreSize: true },
    "--unit is bytes, which --ignore-size does away with",
  ],
  [
    "a.csv",
    { warmUp: "10%" },
    '--warm-up is "10%"; expected a number of requests, such as 100000',
  ],
  [
    "a.csv",
    { warmUp: "99999999999999999999" },
    '--warm-up is "99999999999999999999"; expected a number of requests, such as 100000',
  ],
] as const)("%s with %j is not understood", (name, values, problem) => {
  expect(parseReplay(name, values)).toEqual({ ok: false, problem });
});

test.each([
  ["trace.csv", "csv"],
  ["trace.CSV.gz", "csv"],
  ["access.log", "combined"],
  ["page.har.gz", "har"],
])("the name %s says the format", (name, format) => {
  expect(parseReplay(name, {})).toMatchObject({ value: { format } });
});

test("a share is of each object once, as large as first asked for, rounded down", async () => {
  const path = await file("t.csv", csv("a:4 b:3 a:9 c:0 b:3 d:4"));
  const values = { algorithm: "fifo", size: "50%,1%" };
  expect(await cachesOf(path, values)).toEqual([
    { algorithm: "fifo", capacity: 5, hits: 1, hitBytes: 3 },
    { algorithm: "fifo", capacity: 1, hits: 0, hitBytes: 0 },
  ]);
});

test("with sizes ignored every object takes one place and counts as one byte", async () => {
  const path = await file("t.csv", csv("a:400 b:3 a:9 c:0 b:3"));
  const values = { algorithm: "lru", size: "2", ignoreSize: true } as const;
  expect(await cachesOf(path, values)).toEqual([
    { algorithm: "lru", capacity: 2, hits: 2, hitBytes: 2 },
  ]);
});

test("a compressed trace is read as the same", async () => {
  const text = csv("a:4 b:3 a:9 b:3");
  const plain = await file("t.csv", text);
  const packed = await file("t.csv.gz", gzipSync(text));
  expect(await cachesOf(packed, { size: "7,50%" })).toEqual(
    await cachesOf(plain, { size: "7,50%" }),
  );
});

const line = (request: string, status: number, size: number) =>
  `::1 - - [01/Jan/2026:00:00:00 +0000] "${request} HTTP/1.1" ${status} ${size}\n`;

test("of a log what no cache keeps is passed over, and said to be", async () => {
  const path = await file(
    "access.log",
    line("GET /a", 200, 10) +
      line("POST /a", 200, 10) +
      line("GET /a", 200, 10) +
      line("GET /a", 404, 3),
  );
  expect(
    await outcomeOf(path, { size: "100", algorithm: "lru" }),
  ).toMatchObject({
    value: {
      passedOver: 2,
      figures: { requests: 2, caches: [{ hits: 1 }] },
    },
  });
});

test.each([
  ["t.csv", "", "found no request, expected some"],
  [
    "t.csv",
    csv("a:0"),
    "found only requests for nothing (1), expected some with a size",
  ],
  [
    "t.log",
    line("POST /", 200, 1),
    "found 1 requests that no cache keeps, expected some GET answered 200",
  ],
  [
    "t.csv",
    "0,a,1\n1,b,x\n",
    'line 2: size: found "x", expected a whole number of bytes',
  ],
  ["t.csv.gz", "0,a,1\n", "incorrect header check"],
  [
    "t.csv.gz",
    gzipSync("0,a,1\n".repeat(9)).subarray(0, 20),
    "unexpected end of file",
  ],
  [
    "t.har",
    '{"log":{"entries":[{}]}}',
    'log.entries.0.startedDateTime: found undefined, expected "startedDateTime"',
  ],
])(
  "the trace %s of %j is a problem with a place",
  async (name, content, problem) => {
    const path = await file(name, content);
    expect(await outcomeOf(path)).toEqual({
      ok: false,
      problem: `${path}: ${problem}`,
    });
  },
);

test("a file that is not there is a problem, not an exception", async () => {
  expect(await outcomeOf("/nowhere/t.csv")).toEqual({
    ok: false,
    problem: "ENOENT: no such file or directory, stat '/nowhere/t.csv'",
  });
});

test("broken off, a replay has the figures of what it had read", async () => {
  const path = await file("t.csv", "0,a,1\n".repeat(200_000));
  const abort = new AbortController();
  const values = { size: "1", algorithm: "lru" };
  const outcome = await outcomeOf(path, values, abort.signal, {
    counting: () => {},
    replaying: () => abort.abort(),
  });
  expect(outcome).toMatchObject({ value: { partial: true } });
  if (!outcome.ok || outcome.value === null) return;
  const { requests, caches } = outcome.value.figures;
  expect(requests).toBeLessThan(200_000);
  expect(caches).toMatchObject([{ hits: requests - 1 }]);
});

test("broken off while objects are counted, there are no figures", async () => {
  const path = await file("t.csv", "0,a,1\n".repeat(200_000));
  const abort = new AbortController();
  const outcome = await outcomeOf(path, { size: "10%" }, abort.signal, {
    counting: () => abort.abort(),
    replaying: () => {},
  });
  expect(outcome).toEqual({ ok: true, value: null });
});

describe("portcullis replay", () => {
  test("prints a table, and writes figures and curves that ask nothing of the network", async () => {
    const path = await file("t.csv", csv("a:4 b:3 a:4 c:5 b:3"));
    const out = join(path, "../out");
    const words = ["--algorithm", "lru", "--size", "7B", "--out", out];
    const { code, stdout, stderr } = await portcullis([
      "replay",
      path,
      ...words,
    ]);
    expect(stdout).toBe(`5 requests for 19 B

size  capacity  algorithm  hit ratio  byte-hit ratio  hits
7B    7 B       lru        20.00 %    21.05 %         1
`);
    expect(stderr).toContain(join(out, "miss-ratio-curves.html"));
    expect(code).toBe(0);
    expect(await readFile(join(out, "replay.csv"), "utf8")).toBe(
      "algorithm,size,capacity,hits,hitBytes,hitRatio,byteHitRatio,unit,requests,bytes,partial\r\n" +
        "lru,7B,7,1,4,0.2,0.21052631578947367,bytes,5,19,false\r\n",
    );
    const page = await readFile(join(out, "miss-ratio-curves.html"), "utf8");
    expect(page).toContain('aria-label="Requests missed by lru');
    expect(page.replaceAll("http://www.w3.org/", "")).not.toMatch(/https?:/);
  });

  test("--warm-up leaves the first requests out of the figures, and says so", async () => {
    const path = await file("t.csv", csv("a:4 b:3 a:4 b:3 c:1"));
    const words = ["replay", "--size", "100%", "--algorithm", "lru", path];
    const { stdout } = await portcullis([...words, "--warm-up", "2"]);
    expect(stdout).toContain(
      "3 requests for 8 B · 3 objects of 8 B · 2 requests before them to warm up",
    );
    expect(stdout).toMatch(/lru +66.67 % +87.50 % +2\n/);
    const all = await portcullis([...words, "--warm-up", "5"]);
    expect([all.code, all.stderr]).toEqual([
      2,
      expect.stringContaining(
        "found 5 requests, all of them in the warm-up; expected more",
      ),
    ]);
  });

  test("--json prints the exact counts", async () => {
    const path = await file("t.csv", csv("a:4 b:3 a:4"));
    const words = ["replay", "--json", "--size", "100%", path];
    const { stdout } = await portcullis([...words, "--algorithm", "fifo"]);
    expect(JSON.parse(stdout)).toEqual({
      trace: {
        file: path,
        requests: 3,
        bytes: 11,
        emptyRequests: 0,
        warmUpRequests: 0,
        passedOver: 0,
        notRequests: 0,
        notUnderstood: 0,
        footprint: { objects: 2, bytes: 7 },
      },
      partial: false,
      unit: "bytes",
      caches: [
        {
          algorithm: "fifo",
          size: "100%",
          capacity: 7,
          hits: 1,
          hitBytes: 4,
          hitRatio: 1 / 3,
          byteHitRatio: 4 / 11,
        },
      ],
    });
  });

  test("what is not understood ends with 2 and says why on standard error", async () => {
    const ended = await portcullis(["replay", "t.csv", "--size", "much"]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain('--size has "much"; expected an amount');
  });
});
