import Negotiator from "negotiator";

/** So much of a value is read. No program lists more, and each member is weighed against each offer. */
const maxCharacters = 2_048;

/**
 * The best of `offers` (media types, our first choice first) for an Accept value: the most specific range that fits an
 * offer gives its weight (RFC 9110 §12.5.1). Null when none is acceptable; the first when Accept is absent or lists nothing.
 */
export function bestMediaType(
  accept: string | null | undefined,
  offers: readonly string[],
): string | null {
  const read = firstOf(accept);
  if (read === null) return offers[0] ?? null;
  // All we offer is UTF-8. To negotiator, "text/html;charset=utf-8" asks for another type unless the offer says so too.
  const described = new Map(offers.map((offer) => [withCharset(offer), offer]));
  const best = new Negotiator({ headers: { accept: read } }).mediaType([
    ...described.keys(),
  ]);
  return best === undefined ? null : (described.get(best) ?? null);
}

/** The media types and ranges that an Accept value names and does not weigh 0, the dearest first, in lower case. */
export function acceptedMediaTypes(
  accept: string | null | undefined,
): string[] {
  const read = firstOf(accept);
  if (read === null) return [];
  const types = new Negotiator({ headers: { accept: read } }).mediaTypes();
  return types.map((type) => type.toLowerCase());
}

/**
 * The best of the offered language tags for an Accept-Language value. Each range, in order of weight, finds the offer that
 * it shortens to (RFC 4647 §3.4: fr-CA finds fr), or else one that says more than itself (§3.3.1: zh finds zh-Hant). The
 * first offer when nothing matches (RFC 9110 §12.5.4), though one weighed 0 only when all are.
 */
export function bestLanguage(
  acceptLanguage: string | null | undefined,
  offers: readonly [string, ...string[]],
): string {
  const read = firstOf(acceptLanguage);
  if (read === null) return offers[0];
  const ranked = new Negotiator({ headers: { "accept-language": read } });
  const refusing = new Negotiator({
    headers: { "accept-language": `${read}, *;q=0.001` },
  });
  const notRefused = new Set(refusing.languages(offers));
  const welcome = offers.filter((offer) => notRefused.has(offer));
  for (const range of ranked.languages()) {
    const found =
      range === "*"
        ? welcome[0]
        : (lookUp(range, welcome) ?? narrower(range, welcome));
    if (found !== undefined) return found;
  }
  return welcome[0] ?? offers[0];
}

/** RFC 4647 §3.4 shortens the range a subtag at a time; the first offer it meets so is the longest that begins it. */
function lookUp(range: string, offers: readonly string[]): string | undefined {
  return offers
    .filter((offer) => begins(offer, range))
    .toSorted((one, other) => other.length - one.length)[0];
}

function narrower(
  range: string,
  offers: readonly string[],
): string | undefined {
  return offers.find((offer) => begins(range, offer));
}

/** Is `tag` the whole of `longer`, or its first subtags? Tags have no case (RFC 4647 §2). */
function begins(tag: string, longer: string): boolean {
  return `${longer}-`.toLowerCase().startsWith(`${tag}-`.toLowerCase());
}

/** The members of a list that are read; null when it lists nothing. */
function firstOf(list: string | null | undefined): string | null {
  const value = list ?? "";
  const read =
    value.length <= maxCharacters
      ? value
      : value.slice(0, Math.max(value.lastIndexOf(",", maxCharacters), 0));
  return /^[\s,]*$/.test(read) ? null : read;
}

function withCharset(mediaType: string): string {
  return /;\s*charset=/i.test(mediaType)
    ? mediaType
    : `${mediaType};charset=utf-8`;
}
