import * as Plot from "@observablehq/plot";
import { markup, type Markup } from "../../markup.ts";
import type { Algorithm } from "../cache/algorithms.ts";
import { document, emblem } from "../report/html/document.ts";
import { inBothSizes, plotted, type Size } from "../report/html/svg.ts";
import { behind, figures, text } from "../report/html/table.ts";
import { byteSize, count } from "../report/wording.ts";
import {
  capacityText,
  factsOf,
  percent,
  rowsOf,
  type ReplayResult,
  type Row,
} from "./outcome.ts";

/** Hues that the style sheet has, and a shape each for those who cannot tell them apart. */
const styles: Record<
  Algorithm,
  { hue: string; symbol: string; /** In a box of 18 by 12. */ path: string }
> = {
  lru: { hue: "var(--error)", symbol: "triangle", path: "M9,1L14,10H4Z" },
  fifo: { hue: "var(--soft)", symbol: "square", path: "M5,2h8v8h-8Z" },
  lfu: {
    hue: "var(--good)",
    symbol: "cross",
    path: "M7.2,0.6h3.6v3.6h3.6v3.6h-3.6v3.6h-3.6v-3.6h-3.6v-3.6h3.6Z",
  },
  gdsf: {
    hue: "var(--stale)",
    symbol: "wye",
    path: "M7.6,11.4V6.9L3.7,4.6L5.1,2.2L9,4.5L12.9,2.2L14.3,4.6L10.4,6.9V11.4Z",
  },
  arc: {
    hue: "var(--ink)",
    symbol: "star",
    path: "M9,0L10.6,4.2H15L11.5,6.9L12.8,11.4L9,8.7L5.2,11.4L6.5,6.9L3,4.2H7.4Z",
  },
  sieve: {
    hue: "var(--accent)",
    symbol: "circle",
    path: "M4.5,6a4.5,4.5,0,1,1,9,0a4.5,4.5,0,1,1,-9,0Z",
  },
  "s3-fifo": {
    hue: "var(--other-provider)",
    symbol: "diamond",
    path: "M9,0L13,6L9,12L5,6Z",
  },
};

/** One page with the miss-ratio curves and the figures behind them; it asks nothing of the network. */
export function outcomePage(outcome: ReplayResult): string {
  const title = "Miss-ratio curves";
  return document(
    title,
    markup`<header>
<p class="brand">${emblem}Portcullis replay</p>
<h1>${title}</h1>
<p class="lead"><bdi>${outcome.file}</bdi></p>
<ul class="facts">${factsOf(outcome).map((fact) => markup`<li>${fact}</li>`)}</ul>
${outcome.partial ? markup`<p class="partial"><strong>Partial.</strong> The replay was broken off; the figures are of what was read by then.</p>` : null}
</header>
<main>
<section aria-labelledby="curves"><h2 id="curves">What caches of each size would miss</h2>
<p>Lower is better: the share of requests, and of bytes, that caches of one size would have had to fetch from an origin. Sizes stand on a logarithmic axis.</p>
${legend(namesIn(outcome))}
<div class="stack">
${figure("Requests missed", outcome, ({ hitRatio }) => hitRatio)}
${figure("Bytes missed", outcome, ({ byteHitRatio }) => byteHitRatio)}
</div>
${behind(
  "Hit ratios",
  [
    text("Size"),
    figures("Capacity"),
    text("Algorithm"),
    figures("Hit ratio"),
    figures("Byte-hit ratio"),
    figures("Hits"),
  ],
  rowsOf(outcome).map((row) => [
    row.size,
    capacityText(row.capacity, outcome.unit),
    row.algorithm,
    percent(row.hitRatio),
    percent(row.byteHitRatio),
    count(row.hits),
  ]),
)}
</section>
</main>`,
  );
}

function namesIn({ figures: { caches } }: ReplayResult): Algorithm[] {
  return [...new Set(caches.map(({ algorithm }) => algorithm))];
}

function legend(names: readonly Algorithm[]): Markup {
  return markup`<ul class="legend">${names.map(
    (name) =>
      markup`<li><svg class="swatch" viewBox="0 0 18 12" aria-hidden="true"><path d="${styles[name].path}" fill="${styles[name].hue}"/></svg>${name}</li>`,
  )}</ul>`;
}

function figure(
  title: string,
  outcome: ReplayResult,
  ratioOf: (row: Row) => number,
): Markup {
  return markup`<figure><figcaption><h3>${title}</h3></figcaption>
${inBothSizes((size) => curves(title, outcome, ratioOf, size))}
</figure>`;
}

function curves(
  title: string,
  outcome: ReplayResult,
  ratioOf: (row: Row) => number,
  size: Size,
): Markup {
  const points = rowsOf(outcome).map((row) => ({
    algorithm: row.algorithm,
    capacity: row.capacity,
    missed: (1 - ratioOf(row)) * 100,
  }));
  const names = namesIn(outcome);
  const at = { x: "capacity", y: "missed" };
  return plotted(
    size,
    `${title} by ${names.join(", ")}: the table has the figures`,
    {
      height: 320,
      marginLeft: 48,
      marginBottom: 40,
      marginRight: 24,
      x: {
        type: "log",
        label: `capacity in ${outcome.unit}`,
        ticks: size.name === "wide" ? 8 : 3,
        tickFormat: (capacity: number) =>
          outcome.unit === "bytes" ? byteSize(capacity) : count(capacity),
      },
      y: {
        domain: [0, 100],
        grid: true,
        label: null,
        tickFormat: (share: number) => `${count(share)} %`,
      },
      color: { domain: names, range: names.map((name) => styles[name].hue) },
      symbol: {
        domain: names,
        range: names.map((name) => styles[name].symbol),
      },
      marks: [
        Plot.line(points, { ...at, stroke: "algorithm", strokeWidth: 2 }),
        Plot.dot(points, {
          ...at,
          fill: "algorithm",
          symbol: "algorithm",
          r: 4,
          stroke: "var(--paper)",
        }),
      ],
    },
  );
}
