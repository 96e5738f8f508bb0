const maxCharacters = 4096;

// Not <title>: left open, it would take the rest of the page for its text.
const shape =
  /^(?:g|path|circle|ellipse|rect|line|polyline|polygon|defs|use|clipPath|mask|linearGradient|radialGradient|stop)$/;

const attribute = /\s+([\w:-]+)\s*=\s*("[^"<>&]*"|'[^'<>&]*')/g;
const tag = new RegExp(
  `<(/?)([A-Za-z]+)((?:${attribute.source})*)\\s*(/?)>`,
  "g",
);

/**
 * May this SVG stand in our pages? Rather than look for what is dangerous, this knows a small part of SVG and takes nothing
 * else: one `svg` element of shapes whose attributes are quoted, start no script and point to nothing outside.
 */
export function isLogo(svg: string): boolean {
  if (svg.length > maxCharacters || /[<>&]/.test(svg.replaceAll(tag, "")))
    return false;
  const tags = [...svg.matchAll(tag)].map(
    ([, , name = "", attributes = ""]) => ({ name, attributes }),
  );
  const [first, ...inner] = tags;
  const last = inner.pop();
  return (
    svg.startsWith("<svg") &&
    svg.endsWith("</svg>") &&
    first?.name === "svg" &&
    last?.name === "svg" &&
    inner.every(({ name }) => shape.test(name)) &&
    tags.every(({ attributes }) =>
      [...attributes.matchAll(attribute)].every(isHarmless),
    )
  );
}

function isHarmless([, name = "", value = ""]: RegExpMatchArray): boolean {
  const lower = name.toLowerCase();
  if (lower.startsWith("on") || lower === "style") return false;
  // A reference inside the logo itself, as gradients and <use> have, is all it needs.
  if (/(^|:)href$/.test(lower)) return /^["']#/.test(value);
  return !/javascript:|url\(\s*(?!#)/i.test(value);
}
