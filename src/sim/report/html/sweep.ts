import * as Plot from "@observablehq/plot";
import { markup } from "../../../markup.ts";
import {
  brokenOff,
  sweepCells,
  sweepColumns,
  sweepRows,
  type Sweep,
} from "../sweep.ts";
import { heading } from "../wording.ts";
import { document, emblem } from "./document.ts";
import { inBothSizes, plotted, type Size } from "./svg.ts";
import { figures, table, text } from "./table.ts";

/** A page with one plot, the mean and its confidence interval at each value of the parameter, and the table behind it. */
export function sweepHtml(sweep: Sweep): string {
  const { figure, parameter, scenario } = sweep;
  const title = `${figure} by ${parameter}`;
  return document(
    title,
    markup`<header>
<p class="brand">${emblem}Portcullis simulation</p>
<h1><bdi>${heading(title)}</bdi></h1>
<p class="lead"><bdi>${scenario.title}</bdi></p>
${sweep.partial ? markup`<p class="partial"><strong>Partial:</strong> ${brokenOff}</p>` : null}
</header>
<main>
<figure>${inBothSizes((size) => draw(sweep, size))}
<p class="soft">Pale: single runs. Line and large dots: their mean. Bars: its 95 % confidence interval (Student’s t) where there are two runs or more.</p></figure>
${table(
  title,
  [text(parameter), ...sweepColumns.map(figures)],
  sweepRows(sweep).map(sweepCells),
)}
</main>
<footer><p>Scenario <code>${scenario.name}</code>. The same scenario, values and seeds give the same page.</p></footer>`,
  );
}

function draw(sweep: Sweep, size: Size) {
  const { figure, parameter, unit } = sweep;
  const rows = sweepRows(sweep);
  const means = rows.filter(({ mean }) => mean !== null);
  const intervals = rows.flatMap(({ value, interval }) =>
    interval === null ? [] : [{ value, ...interval }],
  );
  const runs = rows.flatMap(({ value, figures: found }) =>
    found.map((one) => ({ value, figure: one })),
  );
  return plotted(
    size,
    `${figure} by ${parameter}; the table below says the same`,
    {
      height: size.name === "wide" ? 400 : 300,
      marginLeft: 56,
      marginBottom: 40,
      x: { label: parameter, inset: 12, ticks: size.name === "wide" ? 8 : 4 },
      y: {
        label: unit === "" ? null : unit,
        grid: true,
        zero: true,
        nice: true,
        ticks: 6,
      },
      marks: [
        Plot.ruleY([0]),
        Plot.dot(runs, {
          x: "value",
          y: "figure",
          r: 3,
          fill: "currentColor",
          fillOpacity: 0.25,
        }),
        Plot.ruleX(intervals, {
          x: "value",
          y1: "low",
          y2: "high",
          stroke: "var(--accent)",
          strokeWidth: 3,
          strokeOpacity: 0.6,
        }),
        Plot.line(means, {
          x: "value",
          y: "mean",
          stroke: "var(--accent)",
          strokeWidth: 2,
        }),
        Plot.dot(means, {
          x: "value",
          y: "mean",
          r: 4.5,
          fill: "var(--accent)",
          stroke: "var(--paper)",
        }),
      ],
    },
  );
}
