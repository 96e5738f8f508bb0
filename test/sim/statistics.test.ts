import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { estimate, Histogram, summarise } from "../../src/sim/statistics.ts";

// Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996), type 7, which is R's and NumPy's default.
test.each([
  [[7], 7, 7, 7],
  [[4, 1, 3, 2], 2.5, 3.85, 4],
  [[10, 9, 100, 2, 1], 9, 82, 100],
])(
  "of %j half lie below %d, 95 %% below %d, none above %d",
  (values, p50, p95, p100) => {
    expect(summarise(values)).toEqual({
      count: values.length,
      p50,
      p95: expect.closeTo(p95, 9),
      p100,
    });
  },
);

test("of nothing there is no summary", () => {
  expect(summarise([])).toBeNull();
});

describe("confidence intervals", () => {
  // t for 4 degrees of freedom is 2.776; the values' deviation is sqrt(2.5).
  test("NIST e-Handbook §1.3.5.2: mean ± t · s / √n", () => {
    const half = (2.776 * Math.sqrt(2.5)) / Math.sqrt(5);
    expect(estimate([1, 2, 3, 4, 5])).toEqual({
      mean: 3,
      low: expect.closeTo(3 - half, 9),
      high: expect.closeTo(3 + half, 9),
    });
  });

  test.each([[[]], [[1]]])("%j says nothing of a spread", (values) => {
    expect(estimate(values)).toBeNull();
  });

  test("more than 31 values use the table's last row", () => {
    const values = Array.from({ length: 100 }, (_, index) => index % 2);
    const half = (2.042 * Math.sqrt(25 / 99)) / 10;
    expect(estimate(values)?.high).toBeCloseTo(0.5 + half, 9);
  });
});

describe("histogram", () => {
  test("VLDB 2019: every quantile is within 1 % of the value that has it", () => {
    const value = fc.double({ min: 1e-6, max: 1e12, noNaN: true });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), share, (values, at) => {
        const histogram = new Histogram();
        for (const each of values) histogram.add(each);
        const sorted = values.toSorted((one, other) => one - other);
        const exact = sorted[Math.floor(at * (sorted.length - 1))] ?? 0;
        const found = histogram.quantile(at) ?? 0;
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact * 0.010_001);
      }),
    );
  });

  test("count, sum and largest are exact", () => {
    const histogram = new Histogram();
    for (const value of [0, 3, 12.5, 0.25]) histogram.add(value);
    expect([histogram.count, histogram.sum]).toEqual([4, 15.75]);
    expect(histogram.summarise()?.p100).toBe(12.5);
  });

  test("zero is a value like others", () => {
    const histogram = new Histogram();
    for (const value of [0, 0, 0, 5]) histogram.add(value);
    expect(histogram.quantile(0.5)).toBe(0);
    expect(histogram.buckets()[0]).toEqual({ from: 0, to: 0, count: 3 });
  });

  test("nothing has no quantiles", () => {
    expect(new Histogram().summarise()).toBeNull();
  });

  test.each([-1, NaN, Infinity])("%d is refused", (value) => {
    expect(() => new Histogram().add(value)).toThrow(RangeError);
  });

  test("a million values over nine decades take about a thousand buckets", () => {
    const histogram = new Histogram();
    for (let index = 0; index < 1_000_000; index++)
      histogram.add(10 ** ((index % 9_000) / 1_000));
    expect(histogram.buckets().length).toBeLessThan(1_100);
  });
});
