import type { Parsed } from "../../parse/parsed.ts";
import type { Key } from "../cache/eviction.ts";
import type { Footprint } from "./capacity.ts";
import type { TraceEntry } from "./trace.ts";

/** V8 makes no set larger than 2^24. */
const largestSet = 2 ** 24 - 1;

/** Keys met so far, any number of them. */
class Keys {
  readonly #sets: Set<Key>[] = [new Set()];

  /** True when it was new. */
  add(key: Key): boolean {
    if (this.#sets.some((set) => set.has(key))) return false;
    const last = this.#sets.at(-1);
    if (last !== undefined && last.size < largestSet) last.add(key);
    else this.#sets.push(new Set([key]));
    return true;
  }
}

/**
 * How many objects a trace asks for, and their bytes when first asked for; requests for objects of no bytes are left out. Holds
 * every key, but nothing else.
 */
export async function footprintOf(
  batches: AsyncIterable<Parsed<TraceEntry[]>>,
  progress: (requests: number) => void,
): Promise<Parsed<Footprint>> {
  const keys = new Keys();
  const footprint = { objects: 0, bytes: 0 };
  for await (const batch of batches) {
    if (!batch.ok) return batch;
    for (const { key, size } of batch.value) {
      if (size === 0 || !keys.add(key)) continue;
      footprint.objects += 1;
      footprint.bytes += size;
    }
    progress(batch.value.length);
  }
  return { ok: true, value: footprint };
}
