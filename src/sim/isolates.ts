import type { RandomStream } from "./random-stream.ts";

export interface IsolateSettings {
  /** How many a PoP runs side by side. */
  perPop: number;
  /** How long one lives, on average: the runtime replaces them as it sees fit. */
  meanLifetimeMs: number;
  /** One not asked for that long is taken down. */
  idleMs: number;
}

/** Workers promises nothing of isolates but that they may go at any time: all three are assumptions. */
export const defaultIsolates: IsolateSettings = {
  perPop: 4,
  meanLifetimeMs: 30 * 60_000,
  idleMs: 60_000,
};

interface Isolate<Memory> {
  memory: Memory;
  diesAtMs: number;
  requestedAtMs: number;
}

/** One PoP's isolates, each with a memory of its own that is empty when it starts; a request lands in any of them. */
export class Isolates<Memory> {
  readonly #settings: IsolateSettings;
  readonly #start: () => Memory;
  readonly #random: RandomStream;
  readonly #lifetimeMs: () => number;
  readonly #slots = new Map<number, Isolate<Memory>>();
  #started = 0;

  constructor(
    settings: IsolateSettings,
    start: () => Memory,
    random: RandomStream,
  ) {
    this.#settings = settings;
    this.#start = start;
    this.#random = random.stream("isolate choice");
    this.#lifetimeMs = random
      .stream("isolate lifetime")
      .sampler({ kind: "exponential", mean: settings.meanLifetimeMs });
  }

  /** How many have been started so far. */
  get started(): number {
    return this.#started;
  }

  /** The memory of the isolate that the next request lands in. */
  next(nowMs: number): Memory {
    const slot = this.#random.integer(this.#settings.perPop);
    const running = this.#slots.get(slot);
    if (running !== undefined && this.#lives(running, nowMs)) {
      running.requestedAtMs = nowMs;
      return running.memory;
    }
    this.#started += 1;
    const memory = this.#start();
    const diesAtMs = nowMs + this.#lifetimeMs();
    this.#slots.set(slot, { memory, diesAtMs, requestedAtMs: nowMs });
    return memory;
  }

  #lives({ diesAtMs, requestedAtMs }: Isolate<Memory>, nowMs: number): boolean {
    return nowMs < diesAtMs && nowMs < requestedAtMs + this.#settings.idleMs;
  }
}
