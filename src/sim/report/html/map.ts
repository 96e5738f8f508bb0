import { markup, trusted, type Markup } from "../../../markup.ts";
import { outcomes, type Result } from "../../result.ts";
import { popHistories, type PopHistory } from "../pop-histories.ts";
import { labels } from "../labels.ts";
import { spansCloseTo, type Span } from "../spans.ts";
import { subjectsDecided } from "../subjects.ts";
import { duration, instant } from "../wording.ts";
import { shapeLegend } from "./palette.ts";
import { behind, text } from "./table.ts";
import { worldMap } from "./world.ts";

/** The histories that one choice of the reader shows, in the order of the PoPs' codes. */
interface View {
  name: string;
  histories: readonly PopHistory[];
}

/** The PoPs on a map as they stood at one moment; a script lets the reader choose another. */
export function mapSection(result: Result): Markup {
  const { spans, views } = viewsOf(result);
  const { name, histories } = views[0] ?? {
    name: "",
    histories: [],
  };
  const at = tellingMoment(result, spans, histories);
  const moments = spans.map((span) => moment(result, span));
  const marks = histories.map(({ pop, states }) => ({
    pop,
    shape: key(states[at] ?? null),
  }));
  return markup`<section aria-labelledby="map"><h2 id="map">Where, and when</h2>
<figure id="world">
<p class="moment"><b id="moment">${moments[at] ?? ""}</b> <span class="soft">what most visitors of <bdi id="whose">${name}</bdi> got at each PoP</span></p>
<div id="controls" hidden>
${viewChoice(views)}
<label class="slide">Moment <input type="range" id="slider" min="0" max="${spans.length - 1}" value="${at}" step="1"></label>
<button type="button" id="play">Play</button>
${jumps(result, spans)}
</div>
${worldMap(marks)}
${shapeLegend(new Map([...Map.groupBy(marks, ({ shape }) => shape)].map(([shape, all]) => [shape, all.length])))}
${stateTable(result, histories, at, `The PoPs at ${moments[at] ?? ""}`)}
</figure>
<script type="application/json" id="states">${trusted(embedded(moments, views))}</script>
</section>`;
}

/** In the middle of the first decision's propagation, where the map is most mixed; else when fewest PoPs gave the site as it should be. */
function tellingMoment(
  { propagations }: Result,
  spans: readonly Span[],
  histories: readonly PopHistory[],
): number {
  const [propagation] = propagations;
  if (propagation !== undefined) {
    const atMs = propagation.decidedAtMs + (propagation.p50Seconds || 0) * 1000;
    return Math.max(
      0,
      spans.findLastIndex((span) => span.atMs <= atMs),
    );
  }
  const without = spans.map(
    (_, span) =>
      histories.filter(({ states: all }) => {
        const state = all[span] ?? null;
        return state !== null && state !== "served" && state !== "cached";
      }).length,
  );
  return without.lastIndexOf(Math.max(...without));
}

/** The clock, and how long after the last event that is. */
function moment({ events }: Result, { atMs }: Span): string {
  const last = events.findLastIndex((event) => event.atMs <= atMs);
  const event = events[last];
  const since =
    event === undefined
      ? ""
      : `, ${duration((atMs - event.atMs) / 1000)} after event ${last + 1}`;
  return instant(atMs) + since;
}

function key(state: PopHistory["states"][number]): string {
  return state === null ? "-" : String(outcomes.indexOf(state));
}

function stateText(state: PopHistory["states"][number]): string {
  return state === null ? "nobody asked yet" : labels[state];
}

function viewsOf(result: Result): { spans: Span[]; views: View[] } {
  const subjects = subjectsDecided(result);
  const named = new Set(subjects.map(({ customer }) => customer));
  const propagations = result.propagations.filter(({ customer }) =>
    named.has(customer),
  );
  const spans = spansCloseTo(result, propagations.slice(0, 4));
  const views = subjects.map((subject) => ({
    name: subject.name,
    histories: popHistories(result, subject, spans).toSorted((one, other) =>
      one.pop.code < other.pop.code ? -1 : 1,
    ),
  }));
  return { spans, views };
}

function stateTable(
  { providers }: Result,
  histories: readonly PopHistory[],
  at: number,
  caption: string,
): Markup {
  const names = new Map(providers.map(({ id, name }) => [id, name]));
  return behind(
    caption,
    ["PoP", "Airport", "Country", "Provider", "Got"].map(text),
    histories.map(({ pop, states: all }) => [
      pop.code,
      pop.city,
      pop.country,
      names.get(pop.provider) ?? pop.provider,
      stateText(all[at] ?? null),
    ]),
  );
}

function viewChoice(views: readonly View[]): Markup | null {
  if (views.length < 2) return null;
  return markup`<label>Customer <select id="view">${views.map(({ name }, index) => markup`<option value="${index}">${name}</option>`)}</select></label>`;
}

/** To the moments at which something happened. */
function jumps({ events }: Result, spans: readonly Span[]): Markup | null {
  const targets = events
    .map(({ atMs, text: said }, index) => ({
      said,
      number: index + 1,
      span: spans.findIndex((span) => span.atMs >= atMs),
    }))
    .filter(({ span }) => span >= 0)
    .slice(0, 12);
  if (targets.length === 0) return null;
  return markup`<div class="jumps" role="group" aria-label="To an event">${targets.map(
    ({ number, said, span }) =>
      markup`<button type="button" data-moment="${span}" title="${said}">Event ${number}</button>`,
  )}</div>`;
}

/** For the script: a letter for each moment's state, PoP by PoP. Nothing in it ends or comments out the element that holds it. */
function embedded(moments: readonly string[], views: readonly View[]): string {
  return JSON.stringify({
    moments,
    views: views.map(({ name, histories }) => ({
      name,
      pops: histories.map(({ states: all }) => all.map(key).join("")),
    })),
  }).replaceAll("<", "\\u003c");
}
