/** RFC 9110 §8.8.3. Caches meet tags without quotes and odd weakness marks; `opaque` is the part that is compared. */
interface EntityTag {
  weak: boolean;
  opaque: string;
}

/** One entity tag as a response or a list states it. */
export function entityTag(value: string): EntityTag {
  const [, mark, quoted] = /^([Ww][/\\]?)?"(.*)"$/s.exec(value.trim()) ?? [];
  return quoted === undefined
    ? { weak: false, opaque: value.trim() }
    : { weak: mark !== undefined, opaque: quoted };
}

/** RFC 9110 §8.8.1: does the tag stand for one sequence of bytes? Nothing at all is no tag. */
export function isStrong({ weak, opaque }: EntityTag): boolean {
  return !weak && opaque !== "";
}

/** The tags of an If-None-Match or If-Match value. Commas may stand inside the quotes, and a backslash escapes nothing. */
export function entityTags(value: string): EntityTag[] {
  return (value.match(/[^\s,"]*"[^"]*"|[^\s,"]+/g) ?? []).map(entityTag);
}

/** RFC 9110 §8.8.3.2: weak comparison. */
export function sameWeakly(a: EntityTag, b: EntityTag): boolean {
  return a.opaque === b.opaque;
}

/** RFC 9110 §8.8.3.2: strong comparison. */
export function sameStrongly(a: EntityTag, b: EntityTag): boolean {
  return !a.weak && !b.weak && a.opaque === b.opaque;
}
