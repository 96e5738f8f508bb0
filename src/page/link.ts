const reachable = new Set(["http:", "https:", "mailto:"]);

/**
 * A URL fit for an href, a Link field and Markdown's <…>: absolute, http(s) or mailto, all ASCII, no delimiter in it.
 * Null for any other, `javascript:` above all, so that a record that slipped past its parser cannot plant one.
 */
export function webLink(url: string | null): string | null {
  const parsed = url === null ? null : URL.parse(url);
  if (parsed === null || !reachable.has(parsed.protocol)) return null;
  // The path of a mailto: is opaque, where the URL parser leaves these as they are.
  return parsed.href.replaceAll(/[\s<>"\\^`{|}]/g, (character) =>
    encodeURIComponent(character),
  );
}

/** How a link reads: the address of a mailto:, the rest of any other URL without its scheme. */
export function linkText(url: string): string {
  return url.replace(/^(?:mailto:|https?:\/\/)/, "").replace(/\/$/, "");
}
