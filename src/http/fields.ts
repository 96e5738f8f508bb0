/** What a rule may ask of a message's header section: `Headers` fits, and so does a `Map` in a test. */
export interface Fields {
  /** The field's lines joined by ", " (RFC 9110 §5.3), or null when there is none. */
  get(name: string): string | null | undefined;
}

/** A field as it is written into a message: its name and one line's value. */
export type FieldLine = readonly [name: string, value: string];

/** The lines of a message as `Fields`: names in any case, lines of one name joined in their order (RFC 9110 §5.3). */
export function fieldsOf(lines: Iterable<FieldLine>): Fields {
  const values = new Map<string, string>();
  for (const [name, value] of lines) {
    const before = values.get(name.toLowerCase());
    values.set(
      name.toLowerCase(),
      before === undefined ? value : `${before}, ${value}`,
    );
  }
  return { get: (name) => values.get(name.toLowerCase()) };
}

/** Fields with one line to a name, all names in lower case: a request's, as runtimes hand them over. */
export class NamedFields implements Iterable<FieldLine> {
  readonly #lines: readonly FieldLine[];
  readonly #values: ReadonlyMap<string, string>;

  constructor(lines: readonly FieldLine[]) {
    this.#lines = lines;
    this.#values = new Map(lines);
  }

  get(name: string): string | null {
    // Most who ask know the name as it is kept.
    return (
      this.#values.get(name) ?? this.#values.get(name.toLowerCase()) ?? null
    );
  }

  [Symbol.iterator](): Iterator<FieldLine> {
    return this.#lines.values();
  }

  /** The same with another value for a field that is there, or without it. All other lines stay the same objects. */
  replace(name: string, value: string | null): NamedFields {
    const lines: FieldLine[] = [];
    for (const line of this.#lines)
      if (line[0] !== name) lines.push(line);
      else if (value !== null) lines.push([name, value]);
    return new NamedFields(lines);
  }
}

/** How CGI and its heirs read the name of a field: "_" and "-" are one, so X_Real_IP claims what X-Real-IP does. */
export function cgiName(name: string): string {
  const lower = name.toLowerCase();
  return lower.includes("_") ? lower.replaceAll("_", "-") : lower;
}
