import type { Stored } from "../cache/stored.ts";

/** A stored response and where its body is: in this isolate's memory, or on the shelf of its PoP under `name`. */
export interface Held {
  stored: Stored;
  body: { kind: "memory"; bytes: Uint8Array } | { kind: "shelf" };
  name: string;
}

/** What fields, keys and bookkeeping of one response take, roughly. */
const overheadBytes = 2048;

/**
 * The stored responses an isolate holds in memory, all variants of a key together. When the bytes do not
 * suffice, the key not used for longest goes; it may still be on the shelf.
 */
export class ResponseMemory {
  readonly #mostBytes: number;
  readonly #held = new Map<string, readonly Held[]>();
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  find(key: string): readonly Held[] | null {
    const held = this.#held.get(key);
    if (held === undefined) return null;
    this.#held.delete(key);
    this.#held.set(key, held);
    return held;
  }

  put(key: string, held: readonly Held[]): void {
    this.drop(key);
    this.#held.set(key, held);
    this.#bytes += sizeOf(held);
    for (const oldest of this.#held.keys()) {
      if (this.#bytes <= this.#mostBytes) return;
      this.drop(oldest);
    }
  }

  drop(key: string): void {
    this.#bytes -= sizeOf(this.#held.get(key) ?? []);
    this.#held.delete(key);
  }
}

function sizeOf(held: readonly Held[]): number {
  return held.reduce(
    (sum, { body }) =>
      sum +
      overheadBytes +
      (body.kind === "memory" ? body.bytes.byteLength : 0),
    0,
  );
}
