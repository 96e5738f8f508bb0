import { beforeAll, describe, expect, test } from "vitest";
import { handle } from "../../src/edge/handle.ts";
import { NamedFields, type FieldLine } from "../../src/http/fields.ts";
import type { Inbound, OriginRequest } from "../../src/ports.ts";
import { answered, inbound, memoryEdge, textOf } from "../world.ts";

/**
 * Whatever a client or an origin writes into a field or a target, the work that it makes grows with its length and no faster.
 *
 * Sixteen times the length may take 16 times the time; what is quadratic takes up to 256 times. The bound is three times what is
 * linear. Of each length the quickest of several attempts counts, and attempts are made until the two agree with linear growth or
 * there have been enough: a busy machine can make a single one look better or worse, and not each time by so much.
 */
const times = 16;
const bound = 3 * times;
const attempts = { least: 2, most: 100 };

/** Longer lists would be arrays of another kind, which take longer to make. */
const longest = 24_000;

/** What repeats in a hostile value: the separators and quotes of every grammar, open, closed, nested and escaped. */
const patterns = [
  "a",
  " ",
  ",",
  ";",
  "=",
  "a=b;",
  '"',
  '\\"',
  '"\\',
  '"a",',
  "a;q=0.1,",
  "(",
  "(a ",
  "/",
  "//",
  "%",
  "&a=",
  "?",
  "[",
  "0-0,",
  '"a", W/',
  ":YQ==:,",
  "a/",
  "é",
  "9,",
  "a. ",
];

const edge = memoryEdge();
let answerFields: readonly FieldLine[] = [];

beforeAll(async () => {
  const site = (customer: string) =>
    JSON.stringify({
      customer,
      origins: [`https://origin.${customer}.example`],
    });
  edge.world.list.set("host:dropped.example", site("dropped"));
  edge.world.list.set("customer:dropped", "deny");
  edge.world.origin = answer;
  for (let n = 0; n < 32; n += 1)
    await visit("https://shop.example/stored", [["accept-language", `l-${n}`]]);
});

function answer({ url, method }: OriginRequest) {
  const cached: FieldLine[] = [
    ["Cache-Control", "max-age=600"],
    ["ETag", '"v"'],
    ["Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT"],
    ["Vary", "Accept-Language, Accept-Encoding, Accept, X-Any"],
  ];
  const fields = url.pathname === "/stored" ? cached : answerFields;
  return answered(200, fields, method === "HEAD" ? null : "hello");
}

async function visit(
  url: string,
  fields: readonly FieldLine[],
  method = "GET",
): Promise<void> {
  const host = /^https:\/\/([^/?#]*)/.exec(url)?.[1] ?? "";
  const asked: Inbound = {
    ...inbound(url, { method }),
    fields: new NamedFields([["host", host], ...fields]),
  };
  await textOf(await handle(asked, edge));
}

/** The time that work of two lengths takes, the longer as a multiple of the shorter. */
async function growth(
  work: (length: number) => unknown,
  length: number,
): Promise<number> {
  const least = { short: Infinity, long: Infinity };
  for (let attempt = 1; attempt <= attempts.most; attempt += 1) {
    least.short = Math.min(least.short, await timeOf(work, length / times));
    least.long = Math.min(least.long, await timeOf(work, length));
    if (attempt >= attempts.least && least.long / least.short < bound) break;
  }
  return least.long / least.short;
}

async function timeOf(
  work: (length: number) => unknown,
  length: number,
): Promise<number> {
  const begunAt = performance.now();
  await work(length);
  const took = performance.now() - begunAt;
  const { world } = edge;
  await world.settle();
  // What was kept would cost later attempts more.
  world.popTexts.clear();
  world.popBytes.clear();
  world.sent.length = 0;
  world.events.length = 0;
  return took;
}

/** The patterns that make work grow faster than it should. */
async function tooFast(
  length: number,
  work: (value: string) => Promise<void>,
): Promise<string[]> {
  const repeated = (pattern: string, size: number) =>
    pattern.repeat(Math.ceil(size / pattern.length)).slice(0, size);
  // Code is another one once it is optimised, and has been quadratic only then.
  for (const pattern of patterns)
    await timeOf(() => work(repeated(pattern, length)), length);
  const found: string[] = [];
  for (const pattern of patterns) {
    const grown = await growth((size) => work(repeated(pattern, size)), length);
    if (grown >= bound) found.push(`${pattern}: ${grown.toFixed(0)} times`);
  }
  return found;
}

test("what is quadratic is found, and what is linear is not", async () => {
  const words = (size: number) => "a ".repeat(size / 2);
  const walk = (size: number) => words(size).replaceAll(/ /g, "");
  const walkBack = (size: number) => /^(?:\w| )*\d$/.test(words(size));
  const search = (size: number) => / +\d/.test(" ".repeat(size));
  expect(await growth(walk, longest)).toBeLessThan(bound);
  expect(await growth(walkBack, longest)).toBeLessThan(bound);
  expect(await growth(search, longest / 4)).toBeGreaterThan(bound);
});

describe("work grows no faster than a request's", () => {
  test.each([
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "authorization",
    "cache-control",
    "cdn-loop",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "max-forwards",
    "origin",
    "pragma",
    "prefer",
    "range",
    "referer",
    "sec-fetch-dest",
    "sec-websocket-key",
    "te",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-any",
    "x-forwarded-for",
    "x-forwarded-host",
  ])("%s", async (name) => {
    answerFields = [["Cache-Control", "no-store"]];
    const found = await tooFast(longest, async (value) => {
      const fields: FieldLine[] = [[name, value]];
      await visit("https://shop.example/stored", fields);
      await visit("https://shop.example/other", fields);
      await visit("https://dropped.example/", fields);
      await visit("https://shop.example/other", fields, "POST");
    });
    expect(found).toEqual([]);
  });

  test.each([
    ["path", "https://shop.example/"],
    ["query", "https://shop.example/stored?"],
    ["host", "https://"],
  ])("%s", async (_, before) => {
    const found = await tooFast(16_000, (value) => visit(before + value, []));
    expect(found).toEqual([]);
  });
});

describe("work grows no faster than an origin's", () => {
  test.each([
    "Accept-Ranges",
    "Age",
    "Cache-Control",
    "Cache-Group-Invalidation",
    "Cache-Groups",
    "Cache-Status",
    "CDN-Cache-Control",
    "Connection",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-Range",
    "Content-Type",
    "Date",
    "ETag",
    "Expires",
    "Keep-Alive",
    "Last-Modified",
    "Link",
    "Location",
    "Pragma",
    "Proxy-Status",
    "Refresh",
    "Set-Cookie",
    "Surrogate-Control",
    "Transfer-Encoding",
    "Vary",
    "Via",
    "Warning",
    "X-Any",
  ])("%s", async (name) => {
    let count = 0;
    const found = await tooFast(longest, async (value) => {
      count += 1;
      const url = `https://shop.example/${name}/${count}`;
      answerFields = [
        ...(name === "Cache-Control"
          ? []
          : [["Cache-Control", "max-age=60"] as const]),
        [name, value],
      ];
      await visit(url, []);
      await visit(url, []);
      await visit(url, [["cache-control", "no-cache"]]);
      await visit(url, [], "POST");
    });
    expect(found).toEqual([]);
  });
});
