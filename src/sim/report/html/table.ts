import { markup, type Markup } from "../../../markup.ts";
import { counted } from "../wording.ts";

export interface Column {
  head: string;
  /** Figures stand right, one below the other. */
  holds: "text" | "figures";
}

export const text = (head: string): Column => ({ head, holds: "text" });
export const figures = (head: string): Column => ({ head, holds: "figures" });

export type Cells = readonly (string | Markup)[];

/** The first cell of each row names it. Too wide a table scrolls by itself, by keyboard too. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly Cells[],
): Markup {
  return markup`<div class="scroll" role="group" aria-label="${caption}" tabindex="0"><table>
<thead><tr>${columns.map(({ head, holds }) => markup`<th scope="col" class="${holds}">${head}</th>`)}</tr></thead>
<tbody>${rows.map(
    (cells) => markup`<tr>${cells.map((cell, index) =>
      index === 0
        ? markup`<th scope="row"><bdi>${cell}</bdi></th>`
        : markup`<td class="${columns[index]?.holds ?? "text"}"><bdi>${cell}</bdi></td>`,
    )}</tr>
`,
  )}</tbody>
</table></div>`;
}

/** A table that opens on demand: the figures behind a plot. */
export function behind(
  caption: string,
  columns: readonly Column[],
  rows: readonly Cells[],
): Markup {
  return markup`<details><summary>${caption} <span class="soft">${counted(rows.length, "row")}</span></summary>
${table(caption, columns, rows)}
</details>`;
}
