import { expect, test } from "vitest";
import { Weights, zipf } from "../../src/sim/weights.ts";

test.each([
  [0, 1],
  [0.24, 1],
  [0.25, 3],
  [0.999_999, 3],
])("the point %d of weights 0 1 0 3 0 lies on index %d", (point, index) => {
  expect(new Weights([0, 1, 0, 3, 0]).at(point)).toBe(index);
});

test.each([[[]], [[0, 0]], [[Infinity]], [[NaN]]])(
  "weights %j are refused",
  (weights) => {
    expect(() => new Weights(weights)).toThrow(RangeError);
  },
);

test("Breslau et al. 1999: the k-th most popular is wanted in proportion to 1/k^exponent", () => {
  const weights = zipf(1_000, 0.8);
  const harmonic = Array.from(
    { length: 1_000 },
    (_, index) => (index + 1) ** -0.8,
  ).reduce((sum, weight) => sum + weight);
  expect(weights.total).toBeCloseTo(harmonic, 9);
  const firstRank = 1 / harmonic;
  expect(weights.at(firstRank * 0.999)).toBe(0);
  expect(weights.at(firstRank * 1.001)).toBe(1);
  const secondRank = firstRank * (1 + 2 ** -0.8);
  expect(weights.at(secondRank * 0.999)).toBe(1);
  expect(weights.at(secondRank * 1.001)).toBe(2);
});

test("an exponent of 0 makes all equally popular", () => {
  const weights = zipf(4, 0);
  expect([0, 0.25, 0.5, 0.75].map((point) => weights.at(point))).toEqual([
    0, 1, 2, 3,
  ]);
});
