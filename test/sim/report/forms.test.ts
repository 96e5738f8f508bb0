import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import {
  seriesCsv,
  propagationCsv,
  csvLine,
} from "../../../src/sim/report/csv.ts";
import { resultJson } from "../../../src/sim/report/json.ts";
import { junit } from "../../../src/sim/report/junit.ts";
import type { Result } from "../../../src/sim/result.ts";
import { nothing, sample } from "./sample.ts";

const size = { pops: 3, minutes: 2, bucketSeconds: 10, customers: 3 };
const whole = (pieces: Iterable<string>): string => [...pieces].join("");

test("JSON reads back as the result it was", async () => {
  const result = await sample(size);
  expect(JSON.parse(whole(resultJson(result)))).toEqual(result);
  expect(JSON.parse(whole(resultJson(nothing)))).toEqual(nothing);
});

test("JSON has the same bytes whatever order its members were made in", async () => {
  const result = await sample(size);
  const turned = Object.fromEntries(
    Object.entries(result).toReversed(),
  ) as unknown as Result;
  expect(whole(resultJson(turned))).toBe(whole(resultJson(result)));
  expect(whole(resultJson(await sample(size)))).toBe(whole(resultJson(result)));
  expect(whole(resultJson(await sample({ ...size, seed: 2 })))).not.toBe(
    whole(resultJson(result)),
  );
});

test("the series have a line for every bucket that somebody asked in", () => {
  const result: Result = {
    ...nothing,
    bucketSeconds: 10,
    series: [
      { pop: "IAD", customer: "a", outcome: "cached", counts: [2, 0, 7] },
    ],
  };
  expect(whole(seriesCsv(result))).toBe(
    "time,pop,customer,outcome,count\r\n" +
      "2019-08-05T07:00:00.000Z,IAD,a,cached,2\r\n" +
      "2019-08-05T07:00:20.000Z,IAD,a,cached,7\r\n",
  );
});

test("propagation.csv has a line for every PoP of every decision", async () => {
  const lines = whole(propagationCsv(await sample(size))).split("\r\n");
  expect(lines).toHaveLength(1 + 2 * 3 + 1);
  expect(lines[0]).toBe("decided,customer,towards,pop,seconds,up_to_seconds");
  expect(lines[1]).toMatch(
    /^2019-08-05T07:00:00.000Z,forum,dark,IAD,[\d.]+,[\d.]+$/,
  );
});

test.each([
  ["plain", "a", "a"],
  ["a comma", "a,b", '"a,b"'],
  ["quotes", 'a"b', '"a""b"'],
  ["a line break", "a\nb", '"a\nb"'],
  ["a formula", "=1+1", "'=1+1"],
  ["a formula with a quote", '@x("")', `"'@x("""")"`],
])("RFC 4180 §2 a field: %s", (_, value, written) => {
  expect(csvLine([value, -1])).toBe(`${written},-1\r\n`);
});

const hostile = `</testcase> & "quoted" 'single' <b> ]]> \u0000\u001b[31m\ufffe\ud800`;

test("JUnit's XML is well-formed whatever the texts are", () => {
  const result: Result = {
    ...nothing,
    scenario: { name: hostile, title: hostile, description: "" },
    assertions: [
      { text: hostile, passed: true, found: hostile },
      { text: hostile, passed: false, found: hostile },
    ],
  };
  const xml = junit(result);
  // oxlint-disable-next-line no-control-regex
  expect(xml).not.toMatch(/[\u0000\u001b\ufffe]/);
  expect(xml.isWellFormed()).toBe(true);
  expect(wellFormed(xml)).toBe(true);
});

test("JUnit has a test case for every assertion, and counts those that failed", async () => {
  const xml = junit(await sample(size));
  expect(wellFormed(xml)).toBe(true);
  const { document } = parseHTML(xml);
  const suite = document.querySelector("testsuite");
  expect(suite?.getAttribute("tests")).toBe("3");
  expect(suite?.getAttribute("failures")).toBe("1");
  expect(
    [...document.querySelectorAll("testcase")].map((one) => [
      one.getAttribute("name"),
      one.querySelector("failure")?.getAttribute("message") ?? null,
    ]),
  ).toEqual([
    ["time to dark of forum, p100 ≤ 65 s", null],
    ["time to light of forum, p100 ≤ 65 s", null],
    [
      "no visitor of another customer saw an error",
      "found: 4,212 errors, all of shop",
    ],
  ]);
});

/** XML 1.0 as far as this document uses it: tags nest, attributes are quoted and unique, and markup stands nowhere else. */
function wellFormed(xml: string): boolean {
  const open: string[] = [];
  const rest = xml
    .replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, "")
    .replaceAll(
      /<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g,
      (_, end: string, name: string, attributes: string, empty: string) => {
        const names = [...attributes.matchAll(/ ([a-z]+)=/g)].map(
          ([, key]) => key,
        );
        if (new Set(names).size < names.length) open.push("twice");
        if (end !== "" && open.pop() !== name) open.push("crossed");
        if (end === "" && empty === "") open.push(name);
        return attributes.replaceAll(/&(?:amp|lt|gt|quot|#\d+);/g, "");
      },
    );
  const text = rest.replaceAll(/&(?:amp|lt|gt|quot|#\d+);/g, "");
  return open.length === 0 && !/[<&]/.test(text);
}
