import * as v from "valibot";

/**
 * The shapes that record schemas are made of; text.ts has what their texts may be. A schema's message is always the second
 * half of a sentence, "expected …"; record.ts puts the first half before it.
 */

/** Text that `read` understands; null from it means that the text is not what was expected. */
export function textAs<T>(expected: string, read: (text: string) => T | null) {
  return v.pipe(
    v.string(expected),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      const value = read(dataset.value);
      if (value !== null) return value;
      addIssue({ message: expected });
      return NEVER;
    }),
  );
}

/** A member that may be absent; null says the same. */
export function optional<const Schema extends v.GenericSchema>(schema: Schema) {
  return v.nullish(schema, null);
}

export function oneOf<const Words extends readonly string[]>(words: Words) {
  return v.picklist(words, `one of ${words.join(", ")}`);
}

export function wholeNumber(min: number, max: number) {
  const expected = `a whole number from ${min} to ${max}`;
  return v.pipe(
    v.number(expected),
    v.safeInteger(expected),
    v.minValue(min, expected),
    v.maxValue(max, expected),
  );
}

/** At least one: an empty list in a scope could be read as "none" and as "all". */
export function listOf<const Item extends v.GenericSchema>(
  item: Item,
  max: number,
) {
  const expected = `a list of 1 to ${max}`;
  return v.pipe(
    v.tupleWithRest([item], item, expected),
    v.maxLength(max, expected),
  );
}

export const object = v.custom<Readonly<Record<string, unknown>>>(
  (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value),
  "an object",
);

/** An object whose member names are the operator's choice. */
export function mapOf<
  const Name extends v.GenericSchema<string, string>,
  const Value extends v.GenericSchema,
>(name: Name, value: Value, max: number) {
  return v.pipe(
    object,
    v.record(name, value),
    v.maxEntries(max, `at most ${max} members`),
  );
}

/**
 * An object with these members and no others. An unknown one is a problem because it may be a known one misspelt: a record
 * with `effectivAt` must not take effect at once.
 */
export function members<const Entries extends v.ObjectEntries>(
  entries: Entries,
) {
  const names = Object.keys(entries);
  const unset = Object.fromEntries(names.map((name) => [name, undefined]));
  return v.pipe(
    object,
    v.transform((input): unknown => ({ ...unset, ...input })),
    v.strictObject(
      entries,
      ({ input }) => `perhaps "${nearest(String(input).slice(0, 60), names)}"`,
    ),
  );
}

function nearest(word: string, names: readonly string[]): string {
  return names.reduce((best, name) =>
    likeness(word, name) > likeness(word, best) ? name : best,
  );
}

/** Dice's coefficient: the share of neighbouring letters that two words have in common, 0 to 1. */
function likeness(one: string, other: string): number {
  const pairs = letterPairs(one);
  const others = letterPairs(other);
  const common = others.filter((pair) => pairs.includes(pair)).length;
  return (2 * common) / (pairs.length + others.length);
}

function letterPairs(word: string): string[] {
  const lower = word.toLowerCase();
  return Array.from({ length: lower.length }, (_, start) =>
    lower.slice(start, start + 2),
  );
}
