/** "; did you mean …?" with the known word nearest to this one, or nothing when none is near. */
export function suggestion(word: string, known: readonly string[]): string {
  const ranked = known
    .map((other) => ({ other, steps: distance(word, other) }))
    .toSorted((one, another) => one.steps - another.steps);
  const [nearest] = ranked;
  const near = Math.max(1, Math.floor(word.length / 3));
  return nearest !== undefined && nearest.steps <= near
    ? `; did you mean ${nearest.other}?`
    : "";
}

/** Levenshtein's: how many letters must be put in, taken out or replaced. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, letter] of one.split("").entries()) {
    const next = [at + 1];
    for (let column = 1; column <= other.length; column += 1) {
      const replaced =
        (row[column - 1] ?? 0) + Number(letter !== other[column - 1]);
      const shorter = Math.min(row[column] ?? 0, next[column - 1] ?? 0) + 1;
      next.push(Math.min(replaced, shorter));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
