import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { trusted, type Markup } from "../../../markup.ts";

/** Every plot is drawn for a wide page and for a phone; the style sheet shows one of the two. */
export interface Size {
  name: "wide" | "narrow";
  width: number;
}

/** The same picture in both sizes; beside another one the wide one is told its width. */
export function inBothSizes(
  draw: (size: Size) => Markup,
  wide = 880,
): readonly Markup[] {
  return [
    draw({ name: "wide", width: wide }),
    draw({ name: "narrow", width: 343 }),
  ];
}

const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** A plot as an image with a text alternative, without styles of its own, since the page's policy allows only its sheet. */
export function plotted(
  size: Size,
  label: string,
  options: Plot.PlotOptions,
): Markup {
  const svg = Plot.plot({
    marginTop: 24,
    marginRight: 20,
    ...options,
    document,
    width: size.width,
  });
  for (const style of svg.querySelectorAll("style")) style.remove();
  for (const part of svg.querySelectorAll("*")) tidy(part);
  for (const surplus of ["width", "height", "font-size", "font-family"])
    svg.removeAttribute(surplus);
  svg.setAttribute("class", `plot ${size.name}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  return trusted(svg.outerHTML);
}

/** The parts of an image have no names of their own, and a tenth of a pixel is fine enough. */
function tidy(part: Element): void {
  for (const name of part.getAttributeNames()) {
    const value = part.getAttribute(name) ?? "";
    if (name.startsWith("aria-")) part.removeAttribute(name);
    else if (measured.has(name) && value.includes("."))
      part.setAttribute(name, value.replace(/-?\d+\.\d{2,}/g, toTenth));
  }
}

const measured = new Set(
  "d transform x y x1 x2 y1 y2 width height cx cy r".split(" "),
);

const toTenth = (digits: string): string =>
  String(Math.round(Number(digits) * 10) / 10);
