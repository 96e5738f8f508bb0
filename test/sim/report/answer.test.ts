import { expect, test } from "vitest";
import { answersOf } from "../../../src/sim/report/answer.ts";
import { summaryMarkdown } from "../../../src/sim/report/markdown.ts";
import type { Result } from "../../../src/sim/result.ts";
import { nothing } from "./sample.ts";

type Propagation = Result["propagations"][number];

const decided = (over: Partial<Propagation>): Propagation => ({
  customer: "forum",
  decidedAtMs: nothing.startedAtMs,
  towards: "dark",
  pops: [
    { pop: "FRA", seconds: 0, upToSeconds: 1 },
    { pop: "IAD", seconds: 12.5, upToSeconds: 13 },
  ],
  p50Seconds: 6,
  p95Seconds: 12,
  p100Seconds: 12.5,
  upTo: { p50Seconds: 7, p95Seconds: 13, p100Seconds: 13 },
  seenAt: 2,
  of: 2,
  contradictions: 1234,
  ...over,
});

const of = (
  propagation: Propagation,
  outcome: "served" | "error" = "served",
): Result => ({
  ...nothing,
  propagations: [propagation],
  series: [{ pop: "FRA", customer: "shop", outcome, counts: [3, 4] }],
});

test("who was served against a decision, for how long and where, is said first", () => {
  expect(answersOf(of(decided({})))).toEqual([
    "forum should be dark from 07:00:00. 1,234 requests of visitors were still served after that, at 1 of 2 PoPs; the last such answer came 12.5 s later.",
    "Nobody else met an error.",
  ]);
  expect(
    answersOf(of(decided({ towards: "light", contradictions: 1 })))[0],
  ).toContain(
    "should be served again from 07:00:00. 1 request of a visitor was still refused",
  );
  expect(answersOf(of(decided({ contradictions: 0 })))[0]).toContain(
    "No visitor was still served after that; the last probe was 12.5 s later, at 1 of 2 PoPs.",
  );
});

test("what held at once is said to, and where nobody saw it", () => {
  const pops = [{ pop: "FRA", seconds: 0, upToSeconds: 0.2 }];
  expect(
    answersOf(of(decided({ pops, contradictions: 0, seenAt: 1 })))[0],
  ).toBe(
    "forum should be dark from 07:00:00, and was at once, everywhere it was seen. It was not seen to be at 1 PoP.",
  );
});

test("others who met an error are counted", () => {
  expect(answersOf(of(decided({}), "error"))[1]).toBe(
    "Of 7 requests to other customers, 7 met an error or nobody.",
  );
});

test("a run without a decision has nothing to answer", () => {
  expect(answersOf(nothing)).toEqual([]);
});

test("the summary for a build has the same, and no text of a scenario means anything in it", () => {
  const markdown = summaryMarkdown({
    ...of(decided({ customer: "a|b" })),
    scenario: { name: "x", title: "<b>*Odd*</b>\n# one", description: "" },
    assertions: [
      { text: "errors: count = 0", passed: true, found: "0 of 7" },
      { text: "list: reads <= 1", passed: false, found: "2" },
    ],
  });
  expect(markdown).toContain("## \\<b\\>\\*Odd\\*\\</b\\> \\# one\n");
  expect(markdown).toContain("### 1 of 2 assertions passed");
  expect(markdown).toContain("| passed | errors: count = 0 | 0 of 7 |");
  expect(markdown).toContain("| **failed** | list: reads \\<= 1 | 2 |");
  expect(markdown).toContain("| a\\|b | Time to dark |");
});
