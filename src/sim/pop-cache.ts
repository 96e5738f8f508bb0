import { algorithms, type Algorithm } from "./cache/algorithms.ts";
import type { Eviction } from "./cache/eviction.ts";

/** What a PoP keeps for its isolates: texts and bodies, as many as fit. Bodies take room by their length, whatever they share. */
export class PopCache {
  readonly #kept = new Map<string, string | Uint8Array>();
  readonly #eviction: Eviction;

  constructor(settings: { capacity: number; algorithm: Algorithm }) {
    this.#eviction = algorithms[settings.algorithm](settings.capacity, (name) =>
      this.#kept.delete(String(name)),
    );
  }

  text(name: string): string | null {
    const kept = this.#find(name);
    return typeof kept === "string" ? kept : null;
  }

  bytes(name: string): Uint8Array | null {
    const kept = this.#find(name);
    return kept instanceof Uint8Array ? kept : null;
  }

  put(name: string, kept: string | Uint8Array): void {
    this.#kept.delete(name);
    if (this.#eviction.insert(name, kept.length)) this.#kept.set(name, kept);
  }

  delete(name: string): void {
    this.#eviction.delete(name);
    this.#kept.delete(name);
  }

  #find(name: string): string | Uint8Array | null {
    return this.#eviction.get(name) ? (this.#kept.get(name) ?? null) : null;
  }
}
