import { isDuring, type Phase } from "./phase.ts";
import type { RandomStream, Distribution } from "./random-stream.ts";

export interface OriginSettings {
  /** Milliseconds from taking a request up to the first byte of its answer. */
  firstByte: Distribution;
  /** Requests it works on at once; further ones wait, first come, first served. */
  concurrent: number;
  /** A request that would wait longer is refused. */
  maxWaitMs: number;
  /** What its link carries, all answers together. */
  bytesPerSecond: number;
  phases: readonly OriginPhase[];
}

/** A time in which a share of the requests meets with trouble. */
export interface OriginPhase extends Phase {
  share: number;
  trouble: Trouble;
}

export type Trouble =
  | { kind: "refuses" }
  | { kind: "silent" }
  | { kind: "status"; status: number }
  | { kind: "slow"; factor: number };

export type OriginReaction =
  | {
      kind: "answers";
      /** Null: whatever the site would say. */
      status: number | null;
      /** From when it was asked. */
      firstByteMs: number;
      lastByteMs: number;
    }
  /** Because it has trouble, or because it has too much to do. */
  | { kind: "refuses"; isOverload: boolean }
  /** It takes the request and never answers. */
  | { kind: "silent" };

/**
 * A server as a queue in front of so many equal workers and one link. Synchronous: the reaction says how long things
 * take from now. A worker is free again when its last byte has left.
 */
export class Origin {
  readonly #settings: OriginSettings;
  readonly #random: RandomStream;
  readonly #firstByteMs: () => number;
  readonly #freeAtMs: Float64Array;
  #linkFreeAtMs = -Infinity;

  constructor(settings: OriginSettings, random: RandomStream) {
    this.#settings = settings;
    this.#random = random.stream("trouble");
    this.#firstByteMs = random.stream("first byte").sampler(settings.firstByte);
    this.#freeAtMs = new Float64Array(settings.concurrent).fill(-Infinity);
  }

  /** A request whose answer has that many bytes. Requests are told in order of time. */
  ask(bytes: number, nowMs: number): OriginReaction {
    const trouble = this.#trouble(nowMs);
    switch (trouble?.kind) {
      case "refuses":
        return { kind: "refuses", isOverload: false };
      case "silent":
        return trouble;
      case "status":
        return this.#answer(trouble.status, 0, 1, nowMs);
      case "slow":
        return this.#answer(null, bytes, trouble.factor, nowMs);
      case undefined:
        return this.#answer(null, bytes, 1, nowMs);
    }
  }

  #answer(
    status: number | null,
    bytes: number,
    slowdown: number,
    nowMs: number,
  ): OriginReaction {
    const { maxWaitMs, bytesPerSecond } = this.#settings;
    const worker = this.#firstFree();
    const takenUpMs = Math.max(nowMs, this.#freeAtMs[worker] ?? nowMs);
    if (takenUpMs - nowMs > maxWaitMs)
      return { kind: "refuses", isOverload: true };
    const readyMs = takenUpMs + this.#firstByteMs() * slowdown;
    // Counted from when it was asked: a slow answer does not keep the link from quick ones that are ready before it.
    const sendingMs = (bytes * 1_000) / bytesPerSecond;
    this.#linkFreeAtMs = Math.max(nowMs, this.#linkFreeAtMs) + sendingMs;
    const sentMs = Math.max(readyMs + sendingMs, this.#linkFreeAtMs);
    this.#freeAtMs[worker] = sentMs;
    return {
      kind: "answers",
      status,
      firstByteMs: readyMs - nowMs,
      lastByteMs: sentMs - nowMs,
    };
  }

  #firstFree(): number {
    let first = 0;
    for (const [worker, freeAtMs] of this.#freeAtMs.entries())
      if (freeAtMs < (this.#freeAtMs[first] ?? Infinity)) first = worker;
    return first;
  }

  /** Of all phases at a moment: the first that keeps an answer back, else all that slow it down together. */
  #trouble(nowMs: number): Trouble | null {
    let factor = 1;
    for (const phase of this.#settings.phases) {
      if (!isDuring(phase, nowMs)) continue;
      const { share, trouble } = phase;
      if (!this.#random.happens(share)) continue;
      if (trouble.kind !== "slow") return trouble;
      factor *= trouble.factor;
    }
    return factor === 1 ? null : { kind: "slow", factor };
  }
}
