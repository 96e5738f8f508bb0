import * as Plot from "@observablehq/plot";
import { markup, type Markup } from "../../../page/markup.ts";
import type { Result } from "../../result.ts";
import {
  aim,
  count,
  counted,
  duration,
  heading,
  shortInstant,
  timeTo,
  type Spread,
} from "../wording.ts";
import { inBothSizes, plotted, type Size } from "./svg.ts";
import { behind, figures, table, text } from "./table.ts";

/** More curves than these are told by the table alone. */
const drawn = 8;

/** How each decision came to hold at more and more PoPs. */
export function spreadSection(result: Result): Markup {
  const { spreads } = result;
  if (spreads.length === 0) return markup``;
  const rows = spreads.map((spread) => [
    spread.customer,
    heading(timeTo(spread)),
    markup`<time>${shortInstant(result, spread.decidedAtMs)}</time>`,
    ...[spread.p50Seconds, spread.p95Seconds, spread.p100Seconds].map(duration),
  ]);
  const columns = [
    text("Customer"),
    text("Figure"),
    text("Should hold from (UTC)"),
    figures("Half of the PoPs"),
    figures("95 %"),
    figures("All"),
  ];
  return markup`<section aria-labelledby="spread"><h2 id="spread">How the decisions spread</h2>
<p>Each point of presence reads the list of customers from a copy of its own for a while. A curve shows the share of them that gave no contrary answer any more, by the time since the decision should hold.</p>
${table("Time until a decision held", columns, rows.slice(0, 50))}
${rows.length > 50 ? behind("All decisions", columns, rows) : null}
<div class="pair">${spreads.slice(0, drawn).map((spread) => curve(spread, result))}</div>
</section>`;
}

function curve(spread: Spread, { pops }: Result): Markup {
  const cities = new Map(pops.map(({ code, city }) => [code, city]));
  const slowest = spread.pops.toSorted(
    (one, other) =>
      other.seconds - one.seconds || (one.pop < other.pop ? -1 : 1),
  );
  const title = `${spread.customer}: share of PoPs ${aim(spread)}`;
  return markup`<figure><figcaption><h3><bdi>${title}</bdi></h3></figcaption>
${inBothSizes((size) => drawCurve(spread, size), 424)}
<p class="soft">${last(slowest, cities)}</p>
${behind(
  "Seconds at each PoP",
  [text("PoP"), text("City"), figures("Seconds")],
  slowest.map(({ pop, seconds }) => [
    pop,
    cities.get(pop) ?? "",
    String(seconds),
  ]),
)}
</figure>`;
}

function last(slowest: Spread["pops"], cities: ReadonlyMap<string, string>) {
  if (slowest.length === 0) return "It concerned no PoP.";
  if (slowest[0]?.seconds === 0) return "At every PoP at once.";
  const named = slowest
    .slice(0, 4)
    .map(
      ({ pop, seconds }) =>
        `${pop} ${cities.get(pop) ?? ""} after ${duration(seconds)}`,
    )
    .join(", ");
  return `Last: ${named}.`;
}

function drawCurve(spread: Spread, size: Size): Markup {
  const sorted = spread.pops
    .map(({ seconds }) => seconds)
    .filter(Number.isFinite)
    .toSorted((one, other) => one - other);
  const end = Math.max(1, (sorted.at(-1) ?? 0) * 1.25);
  const steps = [
    { seconds: 0, share: 0 },
    ...sorted.map((seconds, index) => ({
      seconds,
      share: ((index + 1) / spread.pops.length) * 100,
    })),
    { seconds: end, share: (sorted.length / spread.pops.length) * 100 },
  ];
  const marks = [
    { part: "half", percent: 50, seconds: spread.p50Seconds },
    { part: "95 %", percent: 95, seconds: spread.p95Seconds },
    { part: "all", percent: 100, seconds: spread.p100Seconds },
  ].filter(({ seconds }) => Number.isFinite(seconds));
  const label = `${spread.customer}: half of ${counted(spread.pops.length, "PoP")} ${aim(spread)} after ${duration(spread.p50Seconds)}, 95 % after ${duration(spread.p95Seconds)}, all after ${duration(spread.p100Seconds)}`;
  return plotted(size, label, {
    height: 240,
    marginLeft: 44,
    marginBottom: 40,
    marginRight: 16,
    x: { domain: [0, end], label: "seconds since the decision", ticks: 6 },
    y: {
      domain: [0, 100],
      label: null,
      grid: true,
      ticks: 5,
      tickFormat: (percent: number) => `${count(percent)} %`,
    },
    marks: [
      Plot.areaY(steps, {
        x: "seconds",
        y1: 0,
        y2: "share",
        curve: "step-after",
        fill: "var(--accent)",
        fillOpacity: 0.14,
      }),
      Plot.line(steps, {
        x: "seconds",
        y: "share",
        curve: "step-after",
        stroke: "var(--accent)",
        strokeWidth: 2.25,
      }),
      Plot.ruleX(marks, {
        x: "seconds",
        y1: 0,
        y2: "percent",
        stroke: "currentColor",
        strokeOpacity: 0.7,
        strokeDasharray: "2,3",
      }),
      ...marks.map((mark) =>
        Plot.text([mark], {
          x: "seconds",
          y: "percent",
          text: () => `${mark.part} ${duration(mark.seconds)}`,
          // Room is beside and below the curve, except at its end.
          ...(mark.percent === 100
            ? { dy: -12 }
            : { dx: 5, dy: 14, textAnchor: "start" }),
          fontWeight: 600,
          stroke: "var(--paper)",
          strokeWidth: 4,
          fill: "currentColor",
        }),
      ),
    ],
  });
}
