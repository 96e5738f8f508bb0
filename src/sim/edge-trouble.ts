import { isDuring, type Phase } from "./phase.ts";
import type { RandomStream } from "./random-stream.ts";

/** A time in which an edge itself is in trouble. */
export interface EdgePhase extends Phase {
  /** By code; null for everywhere. */
  pops: ReadonlySet<string> | null;
  trouble:
    /** So many of its requests end in an error page, whatever its code would answer. */
    | { kind: "errors"; share: number }
    /** Anycast leads its visitors to the nearest PoP that is there. */
    | { kind: "rerouted" }
    /** Its visitors reach nobody. */
    | { kind: "dark" };
}

/** What is wrong with an edge, where and when. Phases at one time add up. */
export class EdgeTrouble {
  readonly #phases: readonly EdgePhase[];
  readonly #random: RandomStream;

  constructor(phases: readonly EdgePhase[], random: RandomStream) {
    this.#phases = phases;
    this.#random = random.stream("edge trouble");
  }

  /** Does this request end in an error? */
  strikes(pop: string, nowMs: number): boolean {
    const successShare = this.#at(pop, nowMs).reduce(
      (share, { trouble }) =>
        trouble.kind === "errors" ? share * (1 - trouble.share) : share,
      1,
    );
    return successShare < 1 && !this.#random.happens(successShare);
  }

  isRerouted(pop: string, nowMs: number): boolean {
    return this.#at(pop, nowMs).some(
      ({ trouble }) => trouble.kind === "rerouted",
    );
  }

  isDark(pop: string, nowMs: number): boolean {
    return this.#at(pop, nowMs).some(({ trouble }) => trouble.kind === "dark");
  }

  #at(pop: string, nowMs: number): EdgePhase[] {
    return this.#phases.filter(
      (phase) => isDuring(phase, nowMs) && (phase.pops?.has(pop) ?? true),
    );
  }
}
