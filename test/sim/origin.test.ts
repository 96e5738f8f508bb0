import { describe, expect, test } from "vitest";
import { RandomStream } from "../../src/sim/random-stream.ts";
import {
  Origin,
  type OriginPhase,
  type OriginSettings,
  type Trouble,
} from "../../src/sim/origin.ts";

const quick: OriginSettings = {
  firstByte: { kind: "constant", value: 100 },
  concurrent: 2,
  maxWaitMs: 1_000,
  bytesPerSecond: 1_000_000,
  phases: [],
};

const originOf = (settings: Partial<OriginSettings> = {}) =>
  new Origin({ ...quick, ...settings }, new RandomStream(1));

const answers = (
  firstByteMs: number,
  lastByteMs: number,
  status: number | null = null,
) => ({
  kind: "answers",
  status,
  firstByteMs,
  lastByteMs,
});

test("an idle origin answers after its latency, then its bytes pass the link", () => {
  expect(originOf().ask(50_000, 0)).toEqual(answers(100, 150));
});

test("beyond its workers requests wait, first come, first served", () => {
  const origin = originOf();
  const reactions = [0, 0, 0, 50].map((nowMs) => origin.ask(0, nowMs));
  expect(reactions).toEqual([
    answers(100, 100),
    answers(100, 100),
    answers(200, 200),
    answers(150, 150),
  ]);
  expect(origin.ask(0, 500)).toEqual(answers(100, 100));
});

test("a request that would wait too long is refused, and takes nobody's place", () => {
  const origin = originOf({ concurrent: 1, maxWaitMs: 100 });
  const kinds = [0, 0, 0, 0].map((nowMs) => origin.ask(0, nowMs).kind);
  expect(kinds).toEqual(["answers", "answers", "refuses", "refuses"]);
  expect(origin.ask(0, 100).kind).toBe("answers");
});

test("the link carries so many bytes a second, of all answers together", () => {
  const origin = originOf({ concurrent: 10, bytesPerSecond: 10_000 });
  const sentMs = Array.from({ length: 5 }, () => {
    const reaction = origin.ask(1_000, 0);
    return reaction.kind === "answers" ? reaction.lastByteMs : null;
  });
  expect(sentMs).toEqual([200, 200, 300, 400, 500]);
});

test("an M/M/1 queue keeps visitors as long as theory says: 1 / (service rate - arrival rate)", () => {
  const random = new RandomStream("queue");
  const origin = new Origin(
    {
      ...quick,
      concurrent: 1,
      firstByte: { kind: "exponential", mean: 100 },
      maxWaitMs: Infinity,
    },
    random,
  );
  const gapMs = random
    .stream("arrivals")
    .sampler({ kind: "exponential", mean: 200 });
  let nowMs = 0;
  let stayMs = 0;
  for (let request = 0; request < 200_000; request++) {
    nowMs += gapMs();
    const reaction = origin.ask(0, nowMs);
    if (reaction.kind === "answers") stayMs += reaction.lastByteMs;
  }
  // Rates of 1/100 and 1/200 a millisecond: 200 ms on average.
  expect(stayMs / 200_000 / 200).toBeCloseTo(1, 1);
});

describe("in a time of trouble", () => {
  const during = (trouble: Trouble, share = 1): OriginPhase => ({
    fromMs: 1_000,
    untilMs: 2_000,
    share,
    trouble,
  });

  test.each<[Trouble, unknown]>([
    [{ kind: "refuses" }, { kind: "refuses", isOverload: false }],
    [{ kind: "silent" }, { kind: "silent" }],
    [{ kind: "status", status: 500 }, answers(100, 100, 500)],
    [{ kind: "slow", factor: 20 }, answers(2_000, 2_050)],
  ])(
    "%j comes at its beginning and is over at its end",
    (trouble, reaction) => {
      const origin = originOf({ concurrent: 10, phases: [during(trouble)] });
      expect(origin.ask(50_000, 999)).toEqual(answers(100, 150));
      expect(origin.ask(50_000, 1_000)).toEqual(reaction);
      expect(
        originOf({ phases: [during(trouble)] }).ask(50_000, 2_000),
      ).toEqual(answers(100, 150));
    },
  );

  test("troubles at one time add up, in whatever order they are given", () => {
    const slow = during({ kind: "slow", factor: 20 });
    const refuses = during({ kind: "refuses" });
    for (const phases of [
      [slow, refuses],
      [refuses, slow],
    ])
      expect(originOf({ phases }).ask(0, 1_000)).toEqual({
        kind: "refuses",
        isOverload: false,
      });
    expect(originOf({ phases: [slow, slow] }).ask(0, 1_000)).toEqual(
      answers(40_000, 40_000),
    );
  });

  test("a share of the requests meets it", () => {
    const origin = originOf({ phases: [during({ kind: "refuses" }, 0.3)] });
    const refused = Array.from(
      { length: 10_000 },
      (_, index) => origin.ask(0, 1_000 + index / 10).kind,
    ).filter((kind) => kind === "refuses");
    // Waiting too long adds refusals of its own: two workers carry 20 requests a second, so count only its own share.
    expect(refused.length).toBeGreaterThan(2_800);
  });
});
