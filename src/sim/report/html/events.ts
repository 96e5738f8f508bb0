import * as Plot from "@observablehq/plot";
import { markup, type Markup } from "../../../markup.ts";
import type { Result } from "../../result.ts";
import { counted, shortInstant } from "../wording.ts";
import { apart, timeAxis } from "./axis.ts";
import { inBothSizes, plotted } from "./svg.ts";
import { table, text } from "./table.ts";

type Kind = Result["events"][number]["kind"];

const kinds: Record<Kind, { label: string; symbol: Plot.SymbolType }> = {
  announcement: { label: "Announcement", symbol: "circle" },
  command: { label: "Command", symbol: "square" },
  fault: { label: "Fault", symbol: "triangle" },
  note: { label: "Note", symbol: "diamond" },
};

/** What was decided and what went wrong, on the axis of time and as a list whose numbers all other plots use. */
export function eventsSection(result: Result): Markup {
  const { events } = result;
  const body =
    events.length === 0
      ? markup`<p>Nothing was decided and nothing failed in this run.</p>`
      : markup`<figure>${inBothSizes((size) => {
          const numbered = events.map((event, index) => ({
            ...event,
            number: index + 1,
          }));
          const rows = Object.keys(kinds).filter((kind) =>
            events.some((event) => event.kind === kind),
          );
          return plotted(
            size,
            `${counted(events.length, "event")} on the axis of time; the table below lists them`,
            {
              height: 46 + 30 * rows.length,
              marginLeft: 104,
              marginTop: 8,
              x: timeAxis(result, size),
              y: { domain: rows, label: null, type: "point", padding: 0.6 },
              marks: [
                Plot.ruleY(rows, { strokeOpacity: 0.18 }),
                Plot.axisY({
                  tickSize: 0,
                  tickFormat: (kind: Kind) => kinds[kind].label,
                }),
                ...rows.map((kind) => {
                  const own = numbered.filter((event) => event.kind === kind);
                  return [
                    Plot.dot(own, {
                      x: "atMs",
                      y: "kind",
                      r: 5,
                      fill: "var(--accent)",
                      stroke: "var(--paper)",
                      symbol: symbolOf(kind),
                    }),
                    Plot.text(apart(own, result, size, 22), {
                      x: "atMs",
                      y: "kind",
                      text: ({ number }: { number: number }) => String(number),
                      dx: 9,
                      textAnchor: "start",
                      fontWeight: 600,
                    }),
                  ];
                }),
              ],
            },
          );
        })}</figure>
${list(result)}`;
  return markup`<section aria-labelledby="events"><h2 id="events">Decisions and events</h2>
${body}
</section>`;
}

function symbolOf(kind: string): Plot.SymbolType {
  return (
    Object.entries(kinds).find(([name]) => name === kind)?.[1].symbol ??
    "circle"
  );
}

/** Past this the list folds. */
const unfolded = 25;

function list(result: Result): Markup {
  const { events } = result;
  const columns = ["No.", "When (UTC)", "What", "Customer"].map(text);
  const rows = events.map(
    ({ atMs, kind, customer, text: said, assumed }, at) => [
      String(at + 1),
      markup`<time>${shortInstant(result, atMs)}</time>`,
      markup`<span class="kind">${kinds[kind].label}</span> ${said}${assumed ? markup` <span class="assumed">assumed</span>` : null}`,
      customer ?? "",
    ],
  );
  const first = table("Events", columns, rows.slice(0, unfolded));
  const rest = rows.slice(unfolded);
  const note = events.some(({ assumed }) => assumed)
    ? markup`<p class="soft"><span class="assumed">assumed</span> marks an instant or figure that the scenario states without a source.</p>`
    : null;
  return rest.length === 0
    ? markup`${first}${note}`
    : markup`${first}${note}<details><summary>${counted(rest.length, "more event")}</summary>${table("More events", columns, rest)}</details>`;
}
