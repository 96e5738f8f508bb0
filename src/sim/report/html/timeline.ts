import { markup, type Markup } from "../../../markup.ts";
import type { VisitOutcome, Result } from "../../result.ts";
import {
  popHistories,
  intervalsOf,
  type PopHistory,
} from "../pop-histories.ts";
import { labels } from "../labels.ts";
import { evenSpans, type Span } from "../spans.ts";
import { subjectsDecided, type Subject } from "../subjects.ts";
import { counted, shortInstant } from "../wording.ts";
import { plotTimeline } from "./timeline-plot.ts";
import { legend } from "./palette.ts";
import { inBothSizes } from "./svg.ts";
import { behind, text } from "./table.ts";

/** A row per PoP, coloured by what most of its visitors got. */
export function timelineSection(result: Result): Markup {
  const subjects = subjectsDecided(result);
  return markup`<section aria-labelledby="timeline"><h2 id="timeline">Timeline of every PoP</h2>
<p>A line is a point of presence, its colour what most visitors there got; pale where nobody asked since.${result.propagations.length > 0 ? " Within a region those come last that the first decision reached last." : null}</p>
<div class="stack">${subjects.map((subject) => timeline(result, subject))}</div>
</section>`;
}

function timeline(result: Result, subject: Subject): Markup {
  const spans = evenSpans(result, 240);
  const histories = popHistories(result, subject, spans);
  const found = new Set(
    histories.flatMap(({ states }) => states.filter((state) => state !== null)),
  );
  return markup`<figure><figcaption><h3><bdi>${subject.name}</bdi></h3></figcaption>
${legend(found)}
${inBothSizes((size) => plotTimeline(result, subject, size))}
${behind(
  `What visitors of ${subject.name} got at each PoP`,
  [text("PoP"), text("Airport"), text("Region"), text("Mostly")],
  histories.map((history) => [
    history.pop.code,
    history.pop.city,
    history.region,
    describeChanges(result, history, spans),
  ]),
)}
</figure>`;
}

/** The changes only: being served from the cache or from the origin is no change. */
function describeChanges(
  result: Result,
  history: PopHistory,
  spans: readonly Span[],
): string {
  const changes: string[] = [];
  let before = "";
  for (const { from, state } of intervalsOf(history)) {
    const now = isSite(state) ? "site" : labels[state];
    if (now !== before)
      changes.push(
        changes.length === 0
          ? now
          : `${now} from ${shortInstant(result, spans[from]?.atMs ?? 0)}`,
      );
    before = now;
  }
  const last = changes.at(-1) ?? "nobody asked";
  return changes.length <= 8
    ? changes.join(", ") || last
    : `${counted(changes.length - 1, "change")}, at last ${last}`;
}

/** Whether visitors got the site itself, however fresh and from wherever. */
function isSite(state: VisitOutcome): boolean {
  return state === "served" || state === "cached" || state === "stale";
}
