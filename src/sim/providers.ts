/** Who answers for a name: this edge, another operator's edge running the same code, or a server without any edge. */
export interface Provider {
  name: string;
  kind: "this-edge" | "other-edge" | "bare-origin";
  /** Who carries its traffic, another provider or a party of its own; null: nobody that could cut it off. */
  supplier: string | null;
}

export type Reach =
  | { kind: "reachable" }
  /** `cutOff` lost its supplier `by`: itself the provider, or someone upstream of it. */
  | { kind: "dark"; cutOff: string; by: string };

/** Who depends on whom, and which of those ties have been cut. */
export class Providers {
  readonly #suppliers = new Map<string, string>();
  readonly #cutOff = new Set<string>();

  /** Suppliers that are not providers themselves may have suppliers too: name them as further parties. */
  constructor(parties: Iterable<Pick<Provider, "name" | "supplier">>) {
    for (const { name, supplier } of parties)
      if (supplier !== null) this.#suppliers.set(name, supplier);
  }

  /** The supplier of that party stops carrying it; false when it has none. */
  cut(party: string): boolean {
    if (this.#suppliers.has(party)) this.#cutOff.add(party);
    return this.#suppliers.has(party);
  }

  /** The supplier carries that party again. */
  restore(party: string): boolean {
    return this.#cutOff.delete(party);
  }

  /** Whether anything of a provider can be reached, all the way up; parties that supply one another in a circle hang on nobody. */
  reach(provider: string): Reach {
    const seen = new Set<string>();
    let party = provider;
    for (;;) {
      const supplier = this.#suppliers.get(party);
      if (supplier === undefined || seen.has(party))
        return { kind: "reachable" };
      if (this.#cutOff.has(party))
        return { kind: "dark", cutOff: party, by: supplier };
      seen.add(party);
      party = supplier;
    }
  }
}
