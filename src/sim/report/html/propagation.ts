import * as Plot from "@observablehq/plot";
import { markup, type Markup } from "../../../markup.ts";
import type { Result } from "../../result.ts";
import {
  aim,
  count,
  counted,
  duration,
  heading,
  none,
  shortInstant,
  timeTo,
  type Propagation,
} from "../wording.ts";
import { inBothSizes, plotted, type Size } from "./svg.ts";
import { behind, figures, table, text } from "./table.ts";

/** More curves than these are told by the table alone. */
const drawn = 8;

/** How each decision came to hold at more and more PoPs. */
export function propagationSection(result: Result): Markup {
  const { propagations } = result;
  if (propagations.length === 0) return markup``;
  const rows = propagations.map((propagation) => [
    propagation.customer,
    heading(timeTo(propagation)),
    markup`<time>${shortInstant(result, propagation.decidedAtMs)}</time>`,
    ...[
      propagation.p50Seconds,
      propagation.p95Seconds,
      propagation.p100Seconds,
    ].map(duration),
    `${count(propagation.seenAt)} of ${count(propagation.of)}`,
  ]);
  const columns = [
    text("Customer"),
    text("Figure"),
    text("Should hold from (UTC)"),
    figures("Half of the PoPs"),
    figures("95 %"),
    figures("All"),
    figures("Seen to hold at"),
  ];
  return markup`<section aria-labelledby="propagation"><h2 id="propagation">Propagation</h2>
<p>Each point of presence reads the list of customers from a copy of its own for a while. A curve shows the share of them that gave no contrary answer any more, by the time since the decision should hold. It held between a PoP's last contrary answer and the first after it that obeyed.</p>
${table("Time until a decision held", columns, rows.slice(0, 50))}
${rows.length > 50 ? behind("All decisions", columns, rows) : null}
<div class="pair">${propagations.slice(0, drawn).map((propagation) => curve(propagation, result))}</div>
</section>`;
}

function curve(propagation: Propagation, { pops }: Result): Markup {
  const cities = new Map(pops.map(({ code, city }) => [code, city]));
  const slowest = propagation.pops.toSorted(
    (one, other) =>
      other.seconds - one.seconds || (one.pop < other.pop ? -1 : 1),
  );
  const title = `${propagation.customer}: share of PoPs ${aim(propagation)}`;
  return markup`<figure><figcaption><h3><bdi>${title}</bdi></h3></figcaption>
${inBothSizes((size) => drawCurve(propagation, size), 424)}
<p class="soft">${last(slowest, cities)}</p>
${behind(
  "Seconds at each PoP",
  [
    text("PoP"),
    text("Airport"),
    figures("Last contrary answer"),
    figures("First that obeyed"),
  ],
  slowest.map(({ pop, seconds, upToSeconds }) => [
    pop,
    cities.get(pop) ?? "",
    String(seconds),
    upToSeconds === null ? none : String(upToSeconds),
  ]),
)}
</figure>`;
}

function last(
  slowest: Propagation["pops"],
  cities: ReadonlyMap<string, string>,
) {
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

function drawCurve(propagation: Propagation, size: Size): Markup {
  const sorted = propagation.pops
    .map(({ seconds }) => seconds)
    .filter(Number.isFinite)
    .toSorted((one, other) => one - other);
  const end = Math.max(1, (sorted.at(-1) ?? 0) * 1.25);
  const steps = [
    { seconds: 0, share: 0 },
    ...sorted.map((seconds, index) => ({
      seconds,
      share: ((index + 1) / propagation.pops.length) * 100,
    })),
    { seconds: end, share: (sorted.length / propagation.pops.length) * 100 },
  ];
  const marks = [
    { part: "half", percent: 50, seconds: propagation.p50Seconds },
    { part: "95 %", percent: 95, seconds: propagation.p95Seconds },
    { part: "all", percent: 100, seconds: propagation.p100Seconds },
  ].filter(({ seconds }) => Number.isFinite(seconds));
  const label = `${propagation.customer}: half of ${counted(propagation.pops.length, "PoP")} ${aim(propagation)} after ${duration(propagation.p50Seconds)}, 95 % after ${duration(propagation.p95Seconds)}, all after ${duration(propagation.p100Seconds)}`;
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
