/** WCAG 2.2 §1.4.3, level AA, for text of any size. */
const legible = 4.5;

/** The colour itself where text in it can be read on that ground, else the colour text has there anyway. */
export function legibleOn(
  ground: string,
  colour: string,
  otherwise: string,
): string {
  return contrast(ground, colour) >= legible ? colour : otherwise;
}

/** WCAG 2.2 "contrast ratio" of two colours (#rgb or #rrggbb): 1 to 21. */
function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted(
    (a, b) => a - b,
  );
  return (lighter + 0.05) / (darker + 0.05);
}

/** WCAG 2.2 "relative luminance": 0 for black, 1 for white. */
function luminance(colour: string): number {
  const digits =
    colour.length === 4 ? colour.replaceAll(/[^#]/g, "$&$&") : colour;
  const channel = (at: number): number => {
    const value = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
