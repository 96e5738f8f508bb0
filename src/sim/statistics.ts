import { quantileSorted } from "d3-array";
import { mean, sampleStandardDeviation } from "simple-statistics";

export interface Summary {
  count: number;
  p50: number;
  p95: number;
  /** The largest. */
  p100: number;
}

/** Of values that are all at hand, exactly (interpolated between neighbours: R's type 7); null when there are none. */
export function summarise(values: Iterable<number>): Summary | null {
  const sorted = [...values].toSorted((one, other) => one - other);
  const at = (share: number) => quantileSorted(sorted, share) ?? NaN;
  return sorted.length === 0
    ? null
    : { count: sorted.length, p50: at(0.5), p95: at(0.95), p100: at(1) };
}

/** Of so many values of which some are not known, but larger than those that are; null where it would be one of them. */
export function quantileOf(
  known: Iterable<number>,
  count: number,
  share: number,
): number | null {
  const sorted = [...known].toSorted((one, other) => one - other);
  const at = (count - 1) * share;
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  if (low === undefined || high === undefined) return null;
  return low + (high - low) * (at - Math.floor(at));
}

/** What several seeds agree on: their mean, and the 95 % confidence interval around it. */
export interface Estimate {
  mean: number;
  low: number;
  high: number;
}

/** Student's t interval; null for fewer than two values, which say nothing of their spread. */
export function estimate(values: readonly number[]): Estimate | null {
  if (values.length < 2) return null;
  const centre = mean([...values]);
  const half =
    (studentT(values.length - 1) * sampleStandardDeviation([...values])) /
    Math.sqrt(values.length);
  return { mean: centre, low: centre - half, high: centre + half };
}

/** Two-sided 95 % points for 1 to 30 degrees of freedom: NIST/SEMATECH e-Handbook of Statistical Methods, §1.3.6.7.2. */
const studentT95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201,
  2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074,
  2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** Past the table the last row is used: a little too wide rather than too narrow. */
function studentT(degrees: number): number {
  return studentT95[Math.min(degrees, studentT95.length) - 1] ?? Infinity;
}

/** How far a histogram's quantiles may be off: one part in a hundred. */
const accuracy = 0.01;
const growth = (1 + accuracy) / (1 - accuracy);
const logGrowth = Math.log(growth);

/**
 * Any number of values that are not negative, in memory that grows with the logarithm of their range only: buckets that
 * widen by a constant factor, so that every quantile is within 1 % of a value that has it. Count, sum and largest are exact.
 * Masson, Rim and Lee, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees" (VLDB 2019).
 */
export class Histogram {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #sum = 0;
  #largest = -Infinity;

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  add(value: number): void {
    const bucket = bucketOf(value);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#count += 1;
    this.#sum += value;
    this.#largest = Math.max(this.#largest, value);
  }

  /** The value that this share of all is not above; null when there are none. */
  quantile(share: number): number | null {
    if (this.#count === 0) return null;
    if (share >= 1) return this.#largest;
    let left = share * (this.#count - 1);
    for (const { from, to, count } of this.buckets()) {
      left -= count;
      if (left < 0)
        return Math.min((2 * from * to) / (from + to || 1), this.#largest);
    }
    return this.#largest;
  }

  summarise(): Summary | null {
    const [p50, p95, p100] = [0.5, 0.95, 1].map((share) =>
      this.quantile(share),
    );
    return p50 == null || p95 == null || p100 == null
      ? null
      : { count: this.#count, p50, p95, p100 };
  }

  /** What there is to plot, from small to large: values above `from`, up to and including `to`. */
  buckets(): { from: number; to: number; count: number }[] {
    return [...this.#buckets]
      .toSorted(([one], [other]) => one - other)
      .map(([bucket, count]) =>
        bucket === zeroBucket
          ? { from: 0, to: 0, count }
          : {
              from: Math.pow(growth, bucket - 1),
              to: Math.pow(growth, bucket),
              count,
            },
      );
  }
}

/** Zero has no logarithm. What is smaller than a billionth counts as zero. */
const zeroBucket = -Infinity;
const smallest = 1e-9;

function bucketOf(value: number): number {
  if (!(value >= 0 && value < Infinity))
    throw new RangeError(`a histogram takes numbers from 0 on, not ${value}`);
  return value < smallest ? zeroBucket : Math.ceil(Math.log(value) / logGrowth);
}
