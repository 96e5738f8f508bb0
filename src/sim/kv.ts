import type { RecordAnswer } from "../ports.ts";
import { isDuring, type Phase } from "./phase.ts";
import type { RandomStream, Distribution } from "./random-stream.ts";

/** How a key-value store behaves that is written at one centre and read through a cache in each PoP. */
export interface KvSettings {
  /** How long a PoP answers from what it read. Workers KV: 60 s unless asked otherwise, at least 30 s. */
  cacheTtlMs: number;
  /** From a write's acceptance until the centre answers reads with it: the "or more" in "60 seconds or more". */
  visibleAfterMs: number;
  /** How often a write is seen at once in the PoP it was made in: usual, not guaranteed. */
  ownPopSeesAtOnce: number;
  /** Milliseconds a read takes that the PoP's cache answers. */
  cached: Distribution;
  /** Milliseconds a read takes that goes to the centre, besides waiting its turn there. */
  central: Distribution;
  /** Reads the centre can answer; what comes beyond waits. This is what a stampede after an outage runs into. */
  centralReadsPerSecond: number;
  phases: readonly KvPhase[];
  /**
   * When the simulation begins, for a store that has been read before: copies made in the first `cacheTtlMs` then are of
   * any age. Null for a store that nobody has read.
   */
  beginsAtMs: number | null;
}

/** A time in which the centre fails or is slow. PoPs still answer what they hold. */
export interface KvPhase extends Phase {
  /** Share of the operations that reach the centre and fail. */
  failureShare: number;
  slowdown: number;
}

export interface KvRead {
  answer: RecordAnswer;
  tookMs: number;
  from: "pop" | "centre";
}

export type KvWrite =
  | { kind: "accepted" }
  | { kind: "too-many-writes"; retryAfterMs: number }
  | { kind: "failed" };

/** Workers KV's least `cacheTtl` (developers.cloudflare.com/kv/api/read-key-value-pairs). */
const minCacheTtlMs = 30_000;

/** Workers KV: one write per second to the same key, else 429 (developers.cloudflare.com/kv/platform/limits). */
const writeIntervalMs = 1_000;

/** Workers KV as documented; latencies and the centre's capacity are assumptions, and so is `ownPopSeesAtOnce`. */
export const defaultKv: KvSettings = {
  cacheTtlMs: 60_000,
  visibleAfterMs: 0,
  ownPopSeesAtOnce: 0.95,
  cached: { kind: "log-normal", median: 2, p95: 8 },
  central: { kind: "log-normal", median: 80, p95: 250 },
  centralReadsPerSecond: 100_000,
  phases: [],
  beginsAtMs: null,
};

/** What scenario files may name. The outage of 12 June 2025 is as its operator published it: 90.22 % for 2 h 28 min. */
export const kvPresets = {
  documented: () => defaultKv,
  "outage-2025-06-12": (fromMs: number) => ({
    ...defaultKv,
    phases: [
      {
        fromMs,
        untilMs: fromMs + (2 * 60 + 28) * 60_000,
        failureShare: 0.9022,
        slowdown: 1,
      },
    ],
  }),
} satisfies Record<string, (fromMs: number) => KvSettings>;

/** Who writes. */
export interface KvWriter {
  /** Where the writer is; null for one that is at none of the PoPs. */
  pop: string | null;
  /** What a registry leaves in the metadata: the number of its entry. */
  seq: number | null;
}

interface Version {
  value: string | null;
  visibleAtMs: number;
  /** The entry of a registry's ledger that wrote it, as its metadata says; null where something else did. */
  seq: number | null;
}

interface Copy {
  value: string | null;
  expiresAtMs: number;
}

/**
 * The store and its caches. Synchronous: an operation says what it answers and how long that takes, and whoever asked
 * waits that long in virtual time. A read answers what was true when it was asked.
 */
export class Kv {
  readonly #settings: KvSettings;
  readonly #random: RandomStream;
  readonly #cachedMs: () => number;
  readonly #centralMs: () => number;
  readonly #versions = new Map<string, Version[]>();
  readonly #lastWriteMs = new Map<string, number>();
  readonly #pops = new Map<string, Map<string, Copy>>();
  #centreBusyUntilMs = -Infinity;

  constructor(settings: KvSettings, random: RandomStream) {
    if (settings.cacheTtlMs < minCacheTtlMs)
      throw new RangeError(
        `cacheTtlMs is ${settings.cacheTtlMs}; the least is ${minCacheTtlMs}`,
      );
    this.#settings = settings;
    this.#random = random.stream("kv");
    this.#cachedMs = random.stream("kv cached").sampler(settings.cached);
    this.#centralMs = random.stream("kv central").sampler(settings.central);
  }

  /** Writes or, with null, deletes. */
  write(
    key: string,
    value: string | null,
    { pop, seq, nowMs }: KvWriter & { nowMs: number },
  ): KvWrite {
    const nextWriteMs =
      (this.#lastWriteMs.get(key) ?? -Infinity) + writeIntervalMs;
    if (nowMs < nextWriteMs)
      return { kind: "too-many-writes", retryAfterMs: nextWriteMs - nowMs };
    if (this.#fails(nowMs)) return { kind: "failed" };
    this.#lastWriteMs.set(key, nowMs);
    this.#put(key, {
      value,
      visibleAtMs: nowMs + this.#settings.visibleAfterMs,
      seq,
    });
    if (pop !== null && this.#random.happens(this.#settings.ownPopSeesAtOnce))
      this.#keep(pop, key, value, nowMs);
    return { kind: "accepted" };
  }

  /** What the world starts with: known at the centre, in no PoP's cache. */
  seed(records: Iterable<readonly [key: string, value: string]>): void {
    for (const [key, value] of records)
      this.#put(key, { value, visibleAtMs: -Infinity, seq: null });
  }

  /** What was written last, as the writer's interface reads it back. */
  latest(key: string): { value: string | null; seq: number | null } {
    return this.#versions.get(key)?.at(-1) ?? { value: null, seq: null };
  }

  /** Reads a key, from the centre where the PoP holds no copy of it. */
  read(pop: string, key: string, nowMs: number): KvRead {
    const copy = this.#copiesIn(pop).get(key);
    if (copy !== undefined && nowMs < copy.expiresAtMs)
      return {
        answer: { kind: "read", text: copy.value },
        tookMs: this.#cachedMs(),
        from: "pop",
      };
    const tookMs = this.#centralMs() * this.#trouble(nowMs).slowdown;
    if (this.#fails(nowMs))
      return {
        answer: { kind: "failed", problem: `${key}: the store failed` },
        tookMs,
        from: "centre",
      };
    const text = this.#atCentre(key, nowMs);
    this.#keep(pop, key, text, nowMs);
    return {
      answer: { kind: "read", text },
      tookMs: this.#turnAtCentreMs(nowMs) + tookMs,
      from: "centre",
    };
  }

  #put(key: string, version: Version): void {
    const versions = this.#versions.get(key) ?? [];
    versions.push(version);
    this.#versions.set(key, versions);
  }

  #atCentre(key: string, nowMs: number): string | null {
    const versions = this.#versions.get(key) ?? [];
    while ((versions[1]?.visibleAtMs ?? Infinity) <= nowMs) versions.shift();
    const [oldest] = versions;
    return oldest !== undefined && oldest.visibleAtMs <= nowMs
      ? oldest.value
      : null;
  }

  #copiesIn(pop: string): Map<string, Copy> {
    const copies = this.#pops.get(pop) ?? new Map<string, Copy>();
    this.#pops.set(pop, copies);
    return copies;
  }

  /** Copies mostly live equally long, so a map in the order of keeping has the expired ones in front. */
  #keep(pop: string, key: string, value: string | null, nowMs: number): void {
    const copies = this.#copiesIn(pop);
    copies.delete(key);
    copies.set(key, { value, expiresAtMs: this.#expiryMs(pop, key, nowMs) });
    for (const [old, { expiresAtMs }] of copies) {
      if (expiresAtMs > nowMs) break;
      copies.delete(old);
    }
  }

  /**
   * When a copy read now expires. What is read first is taken to have been read before the beginning, at a moment that does
   * not depend on who else reads what, so that runs with other timings stay comparable.
   */
  #expiryMs(pop: string, key: string, nowMs: number): number {
    const { cacheTtlMs, beginsAtMs } = this.#settings;
    if (beginsAtMs === null || nowMs >= beginsAtMs + cacheTtlMs)
      return nowMs + cacheTtlMs;
    const age = this.#random.stream(`age of ${key} in ${pop}`).uniform();
    const earlierMs = beginsAtMs + cacheTtlMs * age;
    return nowMs < earlierMs ? earlierMs : nowMs + cacheTtlMs;
  }

  /** What all phases at a moment come to together. */
  #trouble(nowMs: number): Pick<KvPhase, "failureShare" | "slowdown"> {
    let successShare = 1;
    let slowdown = 1;
    for (const phase of this.#settings.phases) {
      if (!isDuring(phase, nowMs)) continue;
      successShare *= 1 - phase.failureShare;
      slowdown *= phase.slowdown;
    }
    return { failureShare: 1 - successShare, slowdown };
  }

  #fails(nowMs: number): boolean {
    const { failureShare } = this.#trouble(nowMs);
    return failureShare > 0 && this.#random.happens(failureShare);
  }

  /** One reader after another: how long this one waits for those before it. */
  #turnAtCentreMs(nowMs: number): number {
    const turnMs = Math.max(nowMs, this.#centreBusyUntilMs);
    this.#centreBusyUntilMs =
      turnMs + 1_000 / this.#settings.centralReadsPerSecond;
    return turnMs - nowMs;
  }
}
