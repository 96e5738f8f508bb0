import { Engine } from "../engine.ts";
import type { Event } from "../event-queue.ts";

/**
 * An engine whose clock goes by itself, so many times as fast as real time: whoever is asked may be a process of its own. The
 * clock stands at its start until the first run.
 */
export class RealTime extends Engine {
  readonly scale: number;
  readonly #startMs: number;
  #beganAtMs: number | null = null;
  /** What is scheduled before the clock goes. */
  #early: Event[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #failure: { reason: unknown } | null = null;
  #stopped = false;
  #lateMs = 0;
  #wake: () => void = () => {};

  constructor(startMs: number, scale: number) {
    super(startMs);
    this.#startMs = startMs;
    this.scale = scale;
  }

  /** When the clock began to go, by the machine's clock in milliseconds since the epoch; null before. */
  get beganAtMs(): number | null {
    return this.#beganAtMs;
  }

  /** How late, in milliseconds of real time, this process came to what came latest: a measure of how busy the machine is. */
  get lateMs(): number {
    return this.#lateMs;
  }

  override get nowMs(): number {
    return this.#beganAtMs === null
      ? this.#startMs
      : this.#startMs + (machineMs() - this.#beganAtMs) * this.scale;
  }

  /** Never early; what is due already runs as soon as may be. */
  override schedule(atMs: number, run: () => void): void {
    if (this.#stopped) return;
    if (this.#beganAtMs === null) {
      this.#early.push({ atMs, run });
      return;
    }
    const restMs = Math.ceil((atMs - this.nowMs) / this.scale);
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        // Timers go by whole milliseconds of their own count.
        if (this.nowMs < atMs) return this.schedule(atMs, run);
        const lateMs = (this.nowMs - atMs) / this.scale;
        this.#lateMs = Math.max(this.#lateMs, lateMs);
        run();
      },
      Math.max(restMs, 0),
    );
    this.#timers.add(timer);
  }

  override sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.schedule(this.nowMs + ms, resolve);
    });
  }

  override track(work: Promise<unknown>): void {
    work.then(undefined, (reason: unknown) => {
      this.#failure ??= { reason };
      this.#wake();
    });
  }

  /** Ends the run under way; nothing that is scheduled happens any more. */
  override stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#wake();
  }

  override async run(untilMs: number): Promise<"reached" | "stopped"> {
    if (this.#beganAtMs === null) this.#begin();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#stopped || this.#failure !== null) resolve();
      else this.schedule(untilMs, resolve);
    });
    if (this.#failure !== null) throw this.#failure.reason;
    return this.#stopped ? "stopped" : "reached";
  }

  #begin(): void {
    this.#beganAtMs = machineMs();
    const early = this.#early.toSorted((one, other) => one.atMs - other.atMs);
    this.#early = [];
    for (const { atMs, run } of early) this.schedule(atMs, run);
  }
}

function machineMs(): number {
  return performance.timeOrigin + performance.now();
}
