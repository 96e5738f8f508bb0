/** What a parser of outside input answers. A problem names the key or field, what was found and what was expected. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; problem: string };
