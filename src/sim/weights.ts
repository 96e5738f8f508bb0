/** Indices with weights, as a cumulative table: exact draws by binary search (inversion), a table shared by many streams. */
export class Weights {
  readonly #cumulative: Float64Array;

  /** Weights are not negative and not all zero. */
  constructor(weights: ArrayLike<number>) {
    const cumulative = Float64Array.from(weights);
    let total = 0;
    for (const [index, weight] of cumulative.entries())
      cumulative[index] = total += weight;
    if (!(total > 0 && total < Infinity))
      throw new RangeError(`weights must add up to more than 0, not ${total}`);
    this.#cumulative = cumulative;
  }

  get length(): number {
    return this.#cumulative.length;
  }

  get total(): number {
    return this.#cumulative.at(-1) ?? 0;
  }

  /** The index under a point of [0, 1): the first whose cumulative weight lies beyond it. */
  at(point: number): number {
    const sought = point * this.total;
    let low = 0;
    let high = this.#cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#cumulative[middle] ?? Infinity) > sought) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/**
 * Popularity by rank: the k-th most wanted of `count` things is wanted in proportion to 1 / k^exponent. For web requests
 * Breslau, Cao, Fan, Phillips and Shenker, "Web Caching and Zipf-like Distributions" (INFOCOM 1999), found exponents from
 * 0.64 to 0.83 in six proxies' traces. Index 0 is rank 1.
 */
export function zipf(count: number, exponent: number): Weights {
  return new Weights(
    Float64Array.from({ length: count }, (_, index) =>
      Math.pow(index + 1, -exponent),
    ),
  );
}
