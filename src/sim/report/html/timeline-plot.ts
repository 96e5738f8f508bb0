import * as Plot from "@observablehq/plot";
import type { Markup } from "../../../markup.ts";
import type { VisitOutcome, Result } from "../../result.ts";
import {
  popHistories,
  intervalsOf,
  type PopHistory,
} from "../pop-histories.ts";
import { evenSpans } from "../spans.ts";
import type { Subject } from "../subjects.ts";
import { counted } from "../wording.ts";
import { eventMarks, timeAxis } from "./axis.ts";
import { colour, surface } from "./palette.ts";
import { plotted, type Size } from "./svg.ts";

/** Where a lane is, in pixels from the top. */
interface TimelineRow {
  history: PopHistory;
  top: number;
  height: number;
}

interface Region {
  name: string;
  top: number;
}

const headRoom = 22;

/** The more PoPs there are, the thinner their rows; regions stand apart, each under its name. */
function layOut(histories: readonly PopHistory[]) {
  const height = rowHeight(histories.length);
  const rows: TimelineRow[] = [];
  const regions: Region[] = [];
  let top = 0;
  for (const [name, members] of Map.groupBy(
    histories,
    ({ region }) => region,
  )) {
    regions.push({ name: `${name}, ${counted(members.length, "PoP")}`, top });
    top += headRoom;
    for (const history of members) {
      rows.push({ history, top, height });
      top += height;
    }
    top += 4;
  }
  return { rows, regions, height: top };
}

function rowHeight(pops: number): number {
  return pops <= 30 ? 16 : pops <= 80 ? 8 : pops <= 160 ? 5 : 3;
}

/** What most visitors of the subject got, a row per PoP. */
export function plotTimeline(
  result: Result,
  subject: Subject,
  size: Size,
): Markup {
  const spans = evenSpans(result, size.name === "wide" ? 240 : 100);
  const histories = popHistories(result, subject, spans);
  const layout = layOut(histories);
  const isNamed = rowHeight(histories.length) >= 10;
  const maxCodeCharacters = Math.max(
    ...histories.map(({ pop }) => pop.code.length),
    1,
  );
  const margin = {
    top: 24,
    bottom: 28,
    left: isNamed ? 12 + 7.5 * maxCodeCharacters : 4,
  };
  const label = `${subject.name}: what most visitors got at each of ${counted(histories.length, "PoP")} over time; the table below says the same`;
  return plotted(size, label, {
    height: layout.height + margin.top + margin.bottom,
    marginTop: margin.top,
    marginBottom: margin.bottom,
    marginLeft: margin.left,
    marginRight: 4,
    x: timeAxis(result, size),
    y: { domain: [0, layout.height], reverse: true, axis: null },
    marks: [
      (_index, { x }, _values, _dimensions, { document }) => {
        const group = document.createElementNS(svg, "g");
        const pixel = (span: number): number =>
          x?.(spans[span]?.atMs ?? result.endedAtMs) ?? 0;
        for (const attributes of paths(layout.rows, pixel, margin.top)) {
          const path = document.createElementNS(svg, "path");
          for (const [name, value] of Object.entries(attributes))
            path.setAttribute(name, value);
          group.append(path);
        }
        return group;
      },
      ...eventMarks(result, size),
      Plot.text(layout.regions, {
        y: ({ top }: Region) => top + 13,
        text: "name",
        frameAnchor: "left",
        dx: 4 - margin.left,
        fontWeight: 600,
        stroke: "var(--paper)",
        strokeWidth: 4,
        fill: "currentColor",
      }),
      Plot.text(isNamed ? layout.rows : [], {
        y: ({ top, height }: TimelineRow) => top + height / 2,
        text: ({ history }: TimelineRow) => history.pop.code,
        frameAnchor: "left",
        dx: 4 - margin.left,
      }),
    ],
  });
}

const svg = "http://www.w3.org/2000/svg";

/** One path for all intervals of one style: as small as a picture of hundreds of rows can be. */
function paths(
  rows: readonly TimelineRow[],
  pixel: (span: number) => number,
  down: number,
): Record<string, string>[] {
  const height = rows[0]?.height ?? 1;
  const styles = new Map<
    string,
    { state: VisitOutcome; hadRequests: boolean; d: string }
  >();
  for (const { history, top } of rows)
    for (const { from, to, state, hadRequests } of intervalsOf(history)) {
      const key = `${state} ${hadRequests}`;
      const style = styles.get(key) ?? { state, hadRequests, d: "" };
      const start = tenth(pixel(from));
      style.d += `M${start},${top + down + height / 2}h${tenth(pixel(to) - start)}`;
      styles.set(key, style);
    }
  return [...styles.values()].map(({ state, hadRequests, d }) => ({
    d,
    fill: "none",
    stroke: height > 5 ? surface(state) : colour(state),
    "stroke-width": String(
      height > 10 ? height - 2 : height > 3 ? height - 1 : height,
    ),
    "stroke-opacity": hadRequests ? "1" : "0.4",
  }));
}

const tenth = (value: number): number => Math.round(value * 10) / 10;
