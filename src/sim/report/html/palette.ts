import { markup, type Markup } from "../../../markup.ts";
import { outcomes, type VisitOutcome } from "../../result.ts";
import { labels } from "../labels.ts";

/**
 * Colours that people with any of the colour deficiencies tell apart (after Okabe and Ito's palette, refused in ink), for
 * light and for dark pages; what goes wrong has a texture besides, and each outcome a shape on the map.
 */
export const colours: Record<VisitOutcome, { light: string; dark: string }> = {
  served: { light: "#0a4d85", dark: "#2b78bd" },
  cached: { light: "#4aa3dc", dark: "#6dbbee" },
  stale: { light: "#dc9a00", dark: "#e8b030" },
  refused: { light: "#252a35", dark: "#dfe2e8" },
  error: { light: "#d4500c", dark: "#f0743a" },
  "other-provider": { light: "#b8629b", dark: "#cf83b8" },
  unreachable: { light: "#868d98", dark: "#7d8592" },
};

const strokes: Partial<Record<VisitOutcome, string>> = {
  stale: "M0,0V6",
  error: "M0,0V6M0,0H6",
  "other-provider": "M0,3H6",
  unreachable: "M2,2h2",
};

/** About 4 pixels from the middle to the edge. */
const shapes: Record<VisitOutcome, string> = {
  served: "M4,0A4,4,0,1,1-4,0A4,4,0,1,1,4,0Z",
  cached:
    "M4,0A4,4,0,1,1-4,0A4,4,0,1,1,4,0ZM1.3,0A1.3,1.3,0,1,0-1.3,0A1.3,1.3,0,1,0,1.3,0Z",
  stale: "M0,-5L4.6,3.4H-4.6Z",
  refused: "M-3.7,-3.7H3.7V3.7H-3.7Z",
  error:
    "M-4.5,-2.5L-2.5,-4.5L0,-2L2.5,-4.5L4.5,-2.5L2,0L4.5,2.5L2.5,4.5L0,2L-2.5,4.5L-4.5,2.5L-2,0Z",
  "other-provider": "M0,-5.2L5.2,0L0,5.2L-5.2,0Z",
  unreachable: "M-4.5,-1.7H4.5V1.7H-4.5Z",
};

/** What to fill a surface with. */
export function surface(outcome: VisitOutcome): string {
  return outcome in strokes ? `url(#texture-${outcome})` : colour(outcome);
}

export function colour(outcome: VisitOutcome): string {
  return `var(--${outcome})`;
}

/** Textures and shapes, once for the whole page; hidden by size alone, since browsers draw nothing from what is not displayed. */
export function definitions(): Markup {
  return markup`<svg class="definitions" width="0" height="0" aria-hidden="true"><defs>
${Object.entries(strokes).map(
  ([outcome, path]) =>
    markup`<pattern id="texture-${outcome}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="fill-${outcome}" width="6" height="6"/><path d="${path}" class="texture"/></pattern>
`,
)}
${outcomes.map(
  (
    outcome,
    index,
  ) => markup`<symbol id="shape-${index}" overflow="visible"><path class="fill-${outcome}" d="${shapes[outcome]}"/></symbol>
`,
)}
<symbol id="shape--" overflow="visible"><circle r="2" class="fill-none"/></symbol>
</defs></svg>`;
}

const signs = {
  good: "M2,6.5L5,9.5L10.5,3",
  bad: "M2.5,2.5L9.5,9.5M9.5,2.5L2.5,9.5",
};

/** A tick or a cross, drawn: not every font has them. */
export function verdictSign(tone: "good" | "bad"): Markup {
  return markup`<svg class="sign" viewBox="0 0 12 12" aria-hidden="true"><path d="${signs[tone]}"/></svg>`;
}

/** What the colours of a plot mean: of the outcomes that occur in it. */
export function legend(occurring: ReadonlySet<VisitOutcome>): Markup {
  return markup`<ul class="legend">${outcomes
    .filter((outcome) => occurring.has(outcome))
    .map(
      (outcome) =>
        markup`<li><svg class="swatch" viewBox="0 0 18 12" aria-hidden="true"><rect width="18" height="12" rx="2" fill="${surface(outcome)}"/></svg>${labels[outcome]}</li>`,
    )}</ul>`;
}

/** For the map: the shapes, and how many PoPs have each at the moment shown. */
export function shapeLegend(counts: ReadonlyMap<string, number>): Markup {
  const keys = [
    ...outcomes.map((outcome, index) => [String(index), labels[outcome]]),
    ["-", "nobody asked yet"],
  ] as const;
  return markup`<ul class="legend">${keys.map(
    ([key = "", label = ""]) =>
      markup`<li><svg class="swatch" viewBox="-9 -6 18 12" aria-hidden="true"><use href="#shape-${key}"/></svg>${label} <b data-state="${key}">${counts.get(key) ?? 0}</b></li>`,
  )}</ul>`;
}
