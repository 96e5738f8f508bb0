import { deviation, mean, quantile } from "d3-array";
import { expect, test } from "vitest";
import {
  RandomStream,
  type Distribution,
} from "../../src/sim/random-stream.ts";
import { Weights } from "../../src/sim/weights.ts";

const draws = (count: number, draw: () => number) =>
  Array.from({ length: count }, draw);

test("one seed draws one sequence, on any machine", () => {
  const random = new RandomStream(1);
  expect(draws(3, () => random.integer(1_000_000))).toEqual([
    59_749, 551_927, 812_812,
  ]);
  expect(new RandomStream("1").hex(8)).toBe(new RandomStream(1).hex(8));
  expect(new RandomStream(2).hex(8)).not.toBe(new RandomStream(1).hex(8));
});

test("a stream is the same whatever else was drawn, and unlike its siblings", () => {
  const used = new RandomStream(7);
  draws(100, used.uniform);
  used.stream("other").uniform();
  expect(used.stream("kv").hex(16)).toBe(
    new RandomStream(7).stream("kv").hex(16),
  );
  expect(used.stream("kv").hex(16)).not.toBe(used.stream("dns").hex(16));
});

test("names do not run into one another", () => {
  const random = new RandomStream(7);
  const names = [
    ["ab", "c"],
    ["a", "bc"],
    ["a,b", "c"],
    ['a","b', "c"],
  ];
  const drawn = names.map(([one = "", other = ""]) =>
    random.stream(one).stream(other).hex(8),
  );
  expect(new Set(drawn).size).toBe(names.length);
});

test("uniform draws fill [0, 1) evenly", () => {
  const { uniform } = new RandomStream("even");
  const tenths = Array.from({ length: 10 }, () => 0);
  for (const value of draws(100_000, uniform)) {
    expect(value >= 0 && value < 1).toBe(true);
    const tenth = Math.floor(value * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  // Chi-squared with 9 degrees of freedom exceeds 27.9 once in a thousand (NIST e-Handbook §1.3.6.7.4).
  const chiSquared = tenths.reduce(
    (sum, count) => sum + (count - 10_000) ** 2 / 10_000,
    0,
  );
  expect(chiSquared).toBeLessThan(27.9);
});

// Closed forms of the distributions' median, 95th percentile and mean.
test.each<[string, Distribution, number, number, number]>([
  ["constant", { kind: "constant", value: 4 }, 4, 4, 4],
  ["uniform", { kind: "uniform", from: 2, to: 4 }, 3, 3.9, 3],
  ["normal", { kind: "normal", mean: 100, deviation: 10 }, 100, 116.45, 100],
  [
    "log-normal: mean is median · exp(σ²/2)",
    { kind: "log-normal", median: 80, p95: 250 },
    80,
    250,
    80 * Math.exp((Math.log(250 / 80) / 1.6449) ** 2 / 2),
  ],
  [
    "exponential: median is mean · ln 2",
    { kind: "exponential", mean: 10 },
    10 * Math.LN2,
    10 * Math.log(20),
    10,
  ],
  [
    "Pareto: quantile is least · (1-p)^(-1/shape)",
    { kind: "pareto", min: 3, shape: 4 },
    3 * 2 ** 0.25,
    3 * 20 ** 0.25,
    4,
  ],
])("%s", (name, distribution, median, p95, average) => {
  const sample = draws(200_000, new RandomStream(name).sampler(distribution));
  expect((quantile(sample, 0.5) ?? 0) / median).toBeCloseTo(1, 1.7);
  expect((quantile(sample, 0.95) ?? 0) / p95).toBeCloseTo(1, 1.7);
  expect((mean(sample) ?? 0) / average).toBeCloseTo(1, 1.7);
});

test("normal draws spread as told", () => {
  const sampler = new RandomStream("spread").sampler({
    kind: "normal",
    mean: 0,
    deviation: 10,
  });
  expect(deviation(draws(100_000, sampler))).toBeCloseTo(10, 0);
});

test("a probability comes true as often as it says", () => {
  const random = new RandomStream("often");
  const times = draws(100_000, () => (random.happens(0.9022) ? 1 : 0));
  expect(mean(times)).toBeCloseTo(0.9022, 2);
  expect(draws(1_000, () => (random.happens(0) ? 1 : 0))).not.toContain(1);
  expect(draws(1_000, () => (random.happens(1) ? 1 : 0))).not.toContain(0);
});

test("indices come as often as their weights, those without any never", () => {
  const random = new RandomStream("weights");
  const weights = new Weights([1, 0, 3, 6]);
  const counts = [0, 0, 0, 0];
  for (const index of draws(100_000, () => random.index(weights)))
    counts[index] = (counts[index] ?? 0) + 1;
  const shares = counts.map((count) => Math.round(count / 1_000));
  expect(shares).toEqual([10, 0, 30, 60]);
});
