import type { Parsed } from "../../parse/parsed.ts";
import { algorithms, type Algorithm } from "../cache/algorithms.ts";
import type { Eviction } from "../cache/eviction.ts";
import type { TraceEntry } from "./trace.ts";

/** Whether capacities are bytes, or objects whatever their size. */
export type Unit = "bytes" | "objects";

/** One point of a miss-ratio curve: what one algorithm made of the trace at one capacity. */
export interface CacheFigures {
  algorithm: Algorithm;
  capacity: number;
  hits: number;
  hitBytes: number;
}

export interface TraceFigures {
  requests: number;
  bytes: number;
  /** Requests for objects of no bytes, left out of everything else: the published simulator leaves them out too. */
  emptyRequests: number;
  /** Requests before those that are counted, which only filled the caches. */
  warmUpRequests: number;
  caches: CacheFigures[];
}

/** Hits over requests; what misses is the rest. Zero for a trace without requests. */
export function hitRatio(
  { requests }: TraceFigures,
  { hits }: CacheFigures,
): number {
  return requests === 0 ? 0 : hits / requests;
}

export function byteHitRatio(
  { bytes }: TraceFigures,
  { hitBytes }: CacheFigures,
): number {
  return bytes === 0 ? 0 : hitBytes / bytes;
}

/**
 * A trace through every algorithm at every capacity, side by side in one pass, beginning with empty caches and counting from
 * the first request on that comes after the warm-up. As in libCacheSim, an object keeps the size it was stored with when a
 * later request says another; the bytes of a request are those it says itself.
 */
export class Measurement {
  readonly #unit: Unit;
  readonly #warmUp: number;
  readonly #caches: { eviction: Eviction; figures: CacheFigures }[];
  readonly #totals = {
    requests: 0,
    bytes: 0,
    emptyRequests: 0,
    warmUpRequests: 0,
  };

  constructor(
    chosen: readonly Algorithm[],
    capacities: readonly number[],
    unit: Unit,
    warmUp = 0,
  ) {
    this.#unit = unit;
    this.#warmUp = warmUp;
    this.#caches = chosen.flatMap((algorithm) =>
      capacities.map((capacity) => ({
        eviction: algorithms[algorithm](capacity),
        figures: { algorithm, capacity, hits: 0, hitBytes: 0 },
      })),
    );
  }

  /** The next requests. Cache by cache, so that one cache's working set is warm while it is used. */
  add(entries: readonly TraceEntry[]): void {
    const requests = entries.filter(({ size }) => size > 0);
    const totals = this.#totals;
    totals.emptyRequests += entries.length - requests.length;
    const warming = requests.splice(0, this.#warmUp - totals.warmUpRequests);
    totals.warmUpRequests += warming.length;
    totals.requests += requests.length;
    for (const { size } of requests) totals.bytes += size;
    for (const { eviction, figures } of this.#caches) {
      for (const entry of warming) this.#request(eviction, entry);
      for (const entry of requests)
        if (this.#request(eviction, entry)) {
          figures.hits += 1;
          figures.hitBytes += entry.size;
        }
    }
  }

  /** Whether it hits; else the object is stored. */
  #request(eviction: Eviction, { key, size }: TraceEntry): boolean {
    const isHit = eviction.get(key);
    if (!isHit) eviction.insert(key, this.#unit === "bytes" ? size : 1);
    return isHit;
  }

  /** What has been measured so far. */
  get figures(): TraceFigures {
    return {
      ...this.#totals,
      caches: this.#caches.map(({ figures }) => ({ ...figures })),
    };
  }
}

/** Measures a whole trace, or says what is wrong with it. `progress` is told of requests read, batch by batch. */
export async function measure(
  batches: AsyncIterable<Parsed<TraceEntry[]>>,
  measurement: Measurement,
  progress: (requests: number) => void = () => {},
): Promise<Parsed<TraceFigures>> {
  for await (const batch of batches) {
    if (!batch.ok) return batch;
    measurement.add(batch.value);
    progress(batch.value.length);
  }
  return { ok: true, value: measurement.figures };
}
