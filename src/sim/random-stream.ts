import { createHash } from "node:crypto";
import {
  randomExponential,
  randomLogNormal,
  randomNormal,
  randomPareto,
} from "d3-random";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { Weights } from "./weights.ts";

/**
 * A seeded source of random numbers (xoroshiro128+, Blackman and Vigna 2018). Each consumer takes a stream of its own by name, so
 * that what one draws, or that it exists at all, changes nothing for the others.
 */
export class RandomStream {
  readonly #path: readonly string[];
  readonly #generator;

  constructor(seed: number | string, ...names: readonly string[]) {
    this.#path = [String(seed), ...names];
    const digest = createHash("sha256")
      .update(JSON.stringify(this.#path))
      .digest();
    this.#generator = xoroshiro128plusFromState(
      [0, 4, 8, 12].map((at) => digest.readInt32LE(at)),
    );
  }

  /** The stream of that name under this one: the same whenever it is asked for. */
  stream(name: string): RandomStream {
    const [seed = "", ...names] = this.#path;
    return new RandomStream(seed, ...names, name);
  }

  /** In [0, 1), in steps of 2^-53. */
  readonly uniform = (): number => uniformFloat64(this.#generator);

  /** A whole number in [0, below). */
  integer(below: number): number {
    return uniformInt(this.#generator, 0, below - 1);
  }

  happens(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** An index, as often as its weight says. */
  index(weights: Weights): number {
    return weights.at(this.uniform());
  }

  /** That many bytes in lower-case hexadecimal. */
  hex(bytes: number): string {
    let text = "";
    while (text.length < 2 * bytes) text += word(this.#generator.next());
    return text.slice(0, 2 * bytes);
  }

  /** Draws from a distribution, again and again. */
  sampler(distribution: Distribution): () => number {
    switch (distribution.kind) {
      case "constant":
        return () => distribution.value;
      case "uniform": {
        const { from, to } = distribution;
        return () => from + (to - from) * this.uniform();
      }
      case "normal": {
        const { mean, deviation } = distribution;
        return randomNormal.source(this.uniform)(mean, deviation);
      }
      case "log-normal": {
        const { median, p95 } = distribution;
        const mu = Math.log(median);
        return randomLogNormal.source(this.uniform)(
          mu,
          (Math.log(p95) - mu) / normalP95,
        );
      }
      case "exponential":
        return randomExponential.source(this.uniform)(1 / distribution.mean);
      case "pareto": {
        const { min, shape } = distribution;
        const draw = randomPareto.source(this.uniform)(shape);
        return () => min * draw();
      }
    }
  }
}

/** 32 random bits as eight digits. */
function word(bits: number): string {
  return (bits >>> 0).toString(16).padStart(8, "0");
}

/** Said the way people know them: what half and what 95 % stay below, rather than the mean of a logarithm. */
export type Distribution =
  | { kind: "constant"; value: number }
  | { kind: "uniform"; from: number; to: number }
  | { kind: "normal"; mean: number; deviation: number }
  | { kind: "log-normal"; median: number; p95: number }
  | { kind: "exponential"; mean: number }
  | { kind: "pareto"; min: number; shape: number };

/** The 95th percentile of the standard normal distribution. */
const normalP95 = 1.6448536269514722;
