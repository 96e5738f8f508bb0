import type { FieldLine } from "../http/fields.ts";

/** A request's fields as small as they can be, made once for each host: browsers send much the same. */
export class VisitorFields implements Iterable<FieldLine> {
  readonly #lines: readonly FieldLine[];
  readonly #values: ReadonlyMap<string, string>;

  constructor(host: string) {
    this.#lines = [
      ["host", host],
      ["accept", "text/html,*/*;q=0.8"],
      ["accept-encoding", "gzip, br"],
      ["accept-language", "en"],
      ["user-agent", "Mozilla/5.0"],
    ];
    this.#values = new Map(this.#lines);
  }

  /** The edge asks by lower-case names; others are lowered first. */
  get(name: string): string | null {
    return (
      this.#values.get(name) ?? this.#values.get(name.toLowerCase()) ?? null
    );
  }

  [Symbol.iterator](): Iterator<FieldLine> {
    return this.#lines[Symbol.iterator]();
  }
}
