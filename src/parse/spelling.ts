/**
 * Is `word` the name `name`, written with a slip? Case, white space, `_` and `-` do not count. A slip is a letter too few, too
 * many or another one, or two that are swapped: none in names of up to 4 letters, 1 in those of up to 7, 2 in longer ones.
 */
export function isMisspelling(word: string, name: string): boolean {
  const [one, other] = [folded(word), folded(name)];
  const max = other.length < 5 ? 0 : other.length < 8 ? 1 : 2;
  return (
    Math.abs(one.length - other.length) <= max && isWithin(one, other, max)
  );
}

function folded(word: string): string {
  return word.toLowerCase().replace(/[\s_-]/g, "");
}

function isWithin(one: string, other: string, slips: number): boolean {
  if (one === other) return true;
  if (slips === 0) return false;
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const [a, b] = [one.slice(at), other.slice(at)];
  const isSwapped = a.length > 1 && a[0] === b[1] && a[1] === b[0];
  return (
    isWithin(a.slice(1), b, slips - 1) ||
    isWithin(a, b.slice(1), slips - 1) ||
    isWithin(a.slice(1), b.slice(1), slips - 1) ||
    (isSwapped && isWithin(a.slice(2), b.slice(2), slips - 1))
  );
}
