import * as Plot from "@observablehq/plot";
import { markup, type Markup } from "../../../markup.ts";
import { outcomes, type VisitOutcome, type Result } from "../../result.ts";
import { labels } from "../labels.ts";
import { evenSpans } from "../spans.ts";
import { subjectsOf, together, type Subject } from "../subjects.ts";
import { sumOf, countsOf, countSpans, type Counts } from "../counts.ts";
import { count, instant, share } from "../wording.ts";
import { eventMarks, timeAxis } from "./axis.ts";
import { legend, surface } from "./palette.ts";
import { inBothSizes, plotted, type Size } from "./svg.ts";
import { behind, figures, table, text } from "./table.ts";

/** What each customer's visitors got: all in all, and over time. */
export function visitorsSection(result: Result): Markup {
  const subjects = subjectsOf(result);
  const found = outcomesIn(result);
  const visited = subjects.filter(({ metrics }) => sumOf(metrics) > 0);
  const body =
    visited.length === 0
      ? markup`<p>Nobody asked for anything in this run.</p>`
      : markup`${legend(new Set(found))}
${table(
  "What visitors got, by customer",
  shareColumns(found),
  subjects.map((subject) => shareCells(subject, found)),
)}
${everyCustomer(result, subjects, found)}
<div class="stack">${singledOut(visited).map((subject) => overTime(result, subject))}</div>`;
  return markup`<section aria-labelledby="visitors"><h2 id="visitors">What each customer’s visitors got</h2>
${body}
</section>`;
}

function outcomesIn({ series }: Result): VisitOutcome[] {
  const found = new Set(series.map(({ outcome }) => outcome));
  return outcomes.filter((outcome) => found.has(outcome));
}

interface Named {
  name: string;
  metrics: Counts;
}

function shareColumns(found: readonly VisitOutcome[]) {
  return [
    text("Customer"),
    figures("Requests"),
    text("Shares"),
    ...found.map((outcome) => figures(labels[outcome])),
  ];
}

function shareCells(
  { name, metrics }: Named,
  found: readonly VisitOutcome[],
): (string | Markup)[] {
  const all = sumOf(metrics);
  return [
    name,
    count(all),
    bar(metrics),
    ...found.map((outcome) =>
      metrics[outcome] === 0 ? "" : share(metrics[outcome], all),
    ),
  ];
}

/** The shares as one line of colours; the cells beside it say the same. */
function bar(metrics: Counts): Markup {
  const all = sumOf(metrics);
  let x = 0;
  const parts = outcomes
    .filter((outcome) => metrics[outcome] > 0)
    .map((outcome) => {
      const width = Math.round((metrics[outcome] / all) * 1200) / 10;
      const part = markup`<rect x="${Math.round(x * 10) / 10}" width="${width}" height="12" fill="${surface(outcome)}"/>`;
      x += width;
      return part;
    });
  return markup`<svg class="bar" viewBox="0 0 120 12" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`;
}

function everyCustomer(
  { customers, series }: Result,
  listed: readonly Subject[],
  found: readonly VisitOutcome[],
): Markup | null {
  if (listed.every(({ customer }) => customer !== null)) return null;
  const rows = Map.groupBy(series, ({ customer }) => customer);
  const each = customers.map(({ id }) =>
    shareCells({ name: id, metrics: countsOf(rows.get(id) ?? []) }, found),
  );
  return behind("Every customer", shareColumns(found), each);
}

function isTroubled({ customer, metrics }: Subject): boolean {
  return (
    customer !== null &&
    sumOf(metrics) > metrics.served + metrics.cached + metrics.stale
  );
}

/** One by one those to whose visitors something happened; the others would all look the same. */
function singledOut(subjects: readonly Subject[]): readonly Subject[] {
  const troubled = subjects.filter(isTroubled);
  const others = subjects.filter((subject) => !isTroubled(subject));
  return others.length < 2
    ? subjects
    : [
        ...troubled,
        together(
          others,
          troubled.length === 0 ? "all customers" : "all other customers",
        ),
      ];
}

function overTime(result: Result, subject: Subject): Markup {
  const { name, rows, metrics } = subject;
  const found = outcomes.filter((outcome) => metrics[outcome] > 0);
  const spans = evenSpans(result, 60);
  const sums = countSpans(rows, spans);
  return markup`<figure><figcaption><h3><bdi>${name}</bdi></h3> <span class="soft">requests a second</span></figcaption>
${inBothSizes((size) => areas(result, subject, found, size))}
${behind(
  `Requests of ${name} over time`,
  [text("From"), ...found.map((outcome) => figures(labels[outcome]))],
  spans.map(({ atMs }, span) => [
    instant(atMs),
    ...found.map((outcome) => count(sums[outcome][span] ?? 0)),
  ]),
)}
</figure>`;
}

/** Stacked, each span as high as its requests per second. */
function areas(
  result: Result,
  { name, rows, metrics }: Subject,
  found: readonly VisitOutcome[],
  size: Size,
): Markup {
  const spans = evenSpans(result, size.name === "wide" ? 160 : 70);
  const sums = countSpans(rows, spans);
  const points = found.flatMap((outcome) => {
    const rates = spans.map(({ atMs, buckets }, span) => ({
      outcome,
      atMs,
      rate: (sums[outcome][span] ?? 0) / (buckets * result.bucketSeconds),
    }));
    const last = rates.at(-1);
    return last ? [...rates, { ...last, atMs: result.endedAtMs }] : rates;
  });
  const shares = found.map(
    (outcome) =>
      `${labels[outcome]} ${share(metrics[outcome], sumOf(metrics))}`,
  );
  return plotted(size, `${name}, requests over time: ${shares.join(", ")}`, {
    height: 170,
    marginLeft: 48,
    x: timeAxis(result, size),
    y: { label: null, grid: true, ticks: 4, nice: true },
    color: { domain: found, range: found.map(surface) },
    marks: [
      Plot.areaY(points, {
        x: "atMs",
        y: "rate",
        fill: "outcome",
        order: [...found],
        curve: "step-after",
      }),
      Plot.ruleY([0]),
      ...eventMarks(result, size),
    ],
  });
}
