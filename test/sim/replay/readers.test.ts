import { describe, expect, test } from "vitest";
import { parseCombinedLine } from "../../../src/sim/replay/combined.ts";
import { parseCsvLine } from "../../../src/sim/replay/csv.ts";
import { parseHar } from "../../../src/sim/replay/har.ts";
import { lineBatches } from "../../../src/sim/replay/lines.ts";
import {
  readEntries,
  readLog,
  traceEntry,
} from "../../../src/sim/replay/trace.ts";

async function* bytes(...chunks: string[]) {
  for (const chunk of chunks) yield new TextEncoder().encode(chunk);
}

async function linesOf(...chunks: string[]): Promise<string[]> {
  const all: string[] = [];
  for await (const lines of lineBatches(bytes(...chunks))) all.push(...lines);
  return all;
}

describe("lines", () => {
  test.each([
    [["a\nb\nc\n"], ["a", "b", "c"]],
    [["a\r\nb\r\n"], ["a", "b"]],
    [["a\nb"], ["a", "b"]],
    [
      ["a", "b\nc", "\n", "d\n"],
      ["ab", "c", "d"],
    ],
    [["\n\na\n"], ["", "", "a"]],
    [[""], []],
    [["é\nü"], ["é", "ü"]],
  ])("of %j are %j", async (chunks, lines) => {
    expect(await linesOf(...chunks)).toEqual(lines);
  });

  test("a character that falls between two chunks stays whole", async () => {
    const text = new TextEncoder().encode("a€b\n");
    async function* split() {
      yield text.subarray(0, 2);
      yield text.subarray(2);
    }
    const batches = [];
    for await (const lines of lineBatches(split())) batches.push(...lines);
    expect(batches).toEqual(["a€b"]);
  });

  test("a line without end is cut, so that memory stays bounded", async () => {
    const lines = await linesOf("x".repeat(3_000_000), "\ny\n");
    expect(lines.map(({ length }) => length)).toEqual([
      1_048_576, 1_048_576, 902_848, 1,
    ]);
  });
});

describe("CSV of time, key, size", () => {
  test.each([
    ["0,1,4096", { atMs: 0, key: 1, size: 4096 }],
    ["12.5,/logo.png,10", { atMs: 12_500, key: "/logo.png", size: 10 }],
    [" 1 , a , 2 ,get", { atMs: 1_000, key: "a", size: 2 }],
    ["1,007,2", { atMs: 1_000, key: "007", size: 2 }],
    [
      "1,12345678901234567890,2",
      { atMs: 1_000, key: "12345678901234567890", size: 2 },
    ],
    ["time,key,size", null],
    ["Timestamp,object,bytes", null],
  ])("%j is read", (line, value) => {
    expect(parseCsvLine(line)).toEqual({ ok: true, value });
  });

  test.each([
    ["soon,1,2", 'time: found "soon", expected seconds, such as 12 or 12.5'],
    ["-1,1,2", 'time: found "-1", expected seconds, such as 12 or 12.5'],
    ["1,,2", 'key: found "", expected the object\'s name'],
    ["1", "key: found nothing, expected the object's name"],
    ["1,a,big", 'size: found "big", expected a whole number of bytes'],
    ["1,a,1.5", 'size: found "1.5", expected a whole number of bytes'],
    ["1,a", "size: found nothing, expected a whole number of bytes"],
  ])("%j is not", (line, problem) => {
    expect(parseCsvLine(line)).toEqual({ ok: false, problem });
  });

  test("a problem names its line; what came before it is given", async () => {
    const read = [];
    for await (const part of readEntries(
      lineBatches(bytes("time,key,size\n1,a,2\n\n2,b,", "many\n3,c,4\n")),
      parseCsvLine,
    ))
      read.push(part);
    const entries = read.flatMap((part) => (part.ok ? part.value : []));
    expect(entries).toEqual([{ atMs: 1_000, key: "a", size: 2 }]);
    expect(read.at(-1)).toEqual({
      ok: false,
      problem: 'line 4: size: found "many", expected a whole number of bytes',
    });
  });
});

/** All requests of a log, what was passed over, and the problem that ended it. */
async function readAll(text: string) {
  const skipped = { notRequests: 0, notUnderstood: 0 };
  const requests = [];
  let problem: string | null = null;
  for await (const part of readLog(
    lineBatches(bytes(text)),
    parseCombinedLine,
    skipped,
  ))
    if (part.ok) requests.push(...part.value);
    else ({ problem } = part);
  return { requests: requests.length, ...skipped, problem };
}

describe("a server's log", () => {
  const from = "h - - [10/Oct/2000:13:55:36 -0700] ";
  const good = `${from}"GET /a HTTP/1.1" 200 123\n`;

  test.each([
    ["TLS on the plain port", String.raw`"\x16\x03\x01" 400 1`],
    ["a connection that timed out", '"-" 408 -'],
    ["an empty request", '"" 400 0'],
    ["a target with a space", '"GET /a b HTTP/1.1" 400 0'],
  ])("has %s, which is no request", async (_, line) => {
    expect(await readAll(`${good}${from}${line}\n${good}`)).toEqual({
      requests: 2,
      notRequests: 1,
      notUnderstood: 0,
      problem: null,
    });
  });

  test.each([
    ["a method with a hyphen", '"M-SEARCH * HTTP/1.1" 400 0'],
    ["no status", '"GET /a HTTP/1.1" 000 0'],
  ])("has requests with %s", async (_, line) => {
    expect(await readAll(`${good}${from}${line}\n`)).toMatchObject({
      requests: 2,
      notRequests: 0,
    });
  });

  test("may have lines that are not understood, though not more than others", async () => {
    expect(await readAll(`${good}cut of\n${good}`)).toMatchObject({
      requests: 2,
      notUnderstood: 1,
      problem: null,
    });
    expect((await readAll(`${good}x\ny\n`)).problem).toMatch(/^line 2: line: /);
  });
});

// Form and first example: Apache HTTP Server, "Log Files", §Combined Log Format.
describe("combined log", () => {
  test.each([
    [
      "with referer and user agent",
      '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326 "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)"',
      {
        atMs: Date.UTC(2000, 9, 10, 20, 55, 36),
        method: "GET",
        target: "/apache_pb.gif",
        status: 200,
        size: 2326,
      },
    ],
    [
      "common, without bytes",
      '::1 - - [01/Jan/2026:00:00:00 +0000] "HEAD / HTTP/1.1" 304 -',
      {
        atMs: Date.UTC(2026, 0, 1),
        method: "HEAD",
        target: "/",
        status: 304,
        size: 0,
      },
    ],
    [
      "with a space in the user's name and quotes in the user agent",
      String.raw`10.0.0.1 - a b [29/Feb/2024:23:59:59 +0530] "GET /x?q=1 HTTP/2.0" 200 1 "-" "a \"b\" c"`,
      {
        atMs: Date.UTC(2024, 1, 29, 18, 29, 59),
        method: "GET",
        target: "/x?q=1",
        status: 200,
        size: 1,
      },
    ],
  ])("%s is read", (_, line, request) => {
    expect(parseCombinedLine(line)).toEqual({
      ok: true,
      value: { host: null, ...request },
    });
  });

  test.each([
    ["nonsense", /^line: found "nonsense"/],
    ['h - - [10-10-2000] "GET / HTTP/1.0" 200 1', /^time: found "10-10-2000"/],
    ['h - - [10/Okt/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1', /^time: /],
    ['h - - [10/Oct/2000:25:55:36 -0700] "GET / HTTP/1.0" 200 1', /^time: /],
    [
      'h - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" abc 1',
      /^status: found "abc"/,
    ],
    [
      'h - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 x',
      /^bytes: found "x"/,
    ],
  ])("%j is not", (line, problem) => {
    const parsed = parseCombinedLine(line);
    expect(parsed.ok ? "read" : parsed.problem).toMatch(problem);
  });

  test("only what a cache would keep goes into a cache's trace", () => {
    const request = {
      atMs: 1,
      method: "GET",
      host: null,
      target: "/a",
      status: 200,
      size: 5,
    };
    expect(traceEntry(request)).toEqual({ atMs: 1, key: "/a", size: 5 });
    expect(traceEntry({ ...request, host: "h" })?.key).toBe("h/a");
    expect(traceEntry({ ...request, method: "POST" })).toBeNull();
    expect(traceEntry({ ...request, status: 404 })).toBeNull();
  });
});

// HTTP Archive 1.2.
describe("HAR", () => {
  const entry = {
    startedDateTime: "2026-01-01T00:00:01.500Z",
    request: { method: "GET", url: "https://shop.example:8443/a?b=1#c" },
    response: { status: 200, bodySize: 120, content: { size: 500 } },
  };
  const har = (...entries: unknown[]) => JSON.stringify({ log: { entries } });

  test("requests come in order of time", () => {
    const earlier = { ...entry, startedDateTime: "2026-01-01T02:00:00+02:00" };
    const parsed = parseHar(har(entry, earlier));
    const start = Date.UTC(2026, 0, 1);
    expect(parsed).toEqual({
      ok: true,
      value: [start, start + 1_500].map((atMs) => ({
        atMs,
        method: "GET",
        host: "shop.example:8443",
        target: "/a?b=1",
        status: 200,
        size: 120,
      })),
    });
  });

  test.each([
    ["as sent", { bodySize: 120, content: { size: 500 } }, 120],
    [
      "as decoded when that is not known",
      { bodySize: -1, content: { size: 500 } },
      500,
    ],
    ["nothing when neither is", { bodySize: -1, content: { size: -1 } }, 0],
    ["nothing when neither is said", {}, 0],
  ])("sizes are %s", (_, response, size) => {
    const parsed = parseHar(
      har({ ...entry, response: { status: 200, ...response } }),
    );
    expect(parsed.ok && parsed.value[0]?.size).toBe(size);
  });

  test("a byte order mark is ignored", () => {
    expect(parseHar(`\u{feff}${har(entry)}`)).toEqual(parseHar(har(entry)));
  });

  test.each(["wss://shop.example/", "ws://localhost/hmr", "data:,x", "blob:x"])(
    "%s is no request, and counted",
    (url) => {
      const skipped = { notRequests: 0, notUnderstood: 0 };
      const text = har(entry, { ...entry, request: { method: "GET", url } });
      expect(parseHar(text, skipped)).toEqual(parseHar(har(entry)));
      expect(skipped.notRequests).toBe(1);
    },
  );

  test.each([
    ["{", /^the document: found/],
    ["{}", /^log: found undefined/],
    [
      har({ ...entry, startedDateTime: "soon" }),
      /^log\.entries\.0\.startedDateTime: found "soon", expected/,
    ],
    [
      har({ ...entry, response: { status: "200" } }),
      /^log\.entries\.0\.response\.status: found "200", expected number/,
    ],
  ])("%s is not read", (text, problem) => {
    const parsed = parseHar(text);
    expect(parsed.ok ? "read" : parsed.problem).toMatch(problem);
  });
});
