import { algorithms, type Algorithm } from "./cache/algorithms.ts";
import type { Eviction } from "./cache/eviction.ts";

/** What a PoP keeps for its isolates: texts and bodies, as many as fit. Bodies take room by their length, whatever they share. */
export class PopCache {
  readonly #values = new Map<string, string | Uint8Array>();
  readonly #eviction: Eviction;

  constructor(settings: { capacity: number; algorithm: Algorithm }) {
    this.#eviction = algorithms[settings.algorithm](settings.capacity, (name) =>
      this.#values.delete(String(name)),
    );
  }

  text(name: string): string | null {
    const value = this.#find(name);
    return typeof value === "string" ? value : null;
  }

  bytes(name: string): Uint8Array | null {
    const value = this.#find(name);
    return value instanceof Uint8Array ? value : null;
  }

  put(name: string, value: string | Uint8Array): void {
    this.#values.delete(name);
    if (this.#eviction.insert(name, value.length))
      this.#values.set(name, value);
  }

  delete(name: string): void {
    this.#eviction.delete(name);
    this.#values.delete(name);
  }

  #find(name: string): string | Uint8Array | null {
    return this.#eviction.get(name) ? (this.#values.get(name) ?? null) : null;
  }
}
