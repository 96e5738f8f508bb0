import Table from "cli-table3";
import { stripVTControlCharacters } from "node:util";
import { printable } from "../parse/text.ts";

const places = `top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right
  left left-mid mid mid-mid right right-mid middle`;
const noFrame = Object.fromEntries(
  places.split(/\s+/).map((place) => [place, ""]),
);

type Row = readonly string[];

interface Layout {
  head?: Row;
  /** Of each column, with its margin; texts are wrapped to them. As wide as need be when left out. */
  widths?: readonly number[];
  /** Spaces before each column. */
  margin: number;
}

/** Columns aligned by spaces, the head first. */
export function table(head: Row, rows: readonly Row[]): string {
  const lines = columns(rows, { head, margin: 2 });
  return lines.replace(/^ {2}/gm, "");
}

/** Named values, a line each; those that are empty are left out. */
export function nameValueTable(
  rows: readonly (readonly [name: string, value: string])[],
): string {
  const present = rows.filter(([, value]) => value !== "");
  return present.length === 0 ? "" : columns(present, { margin: 2 });
}

/** The time that cli-table3 takes grows with the square of the rows. */
const rowsAtOnce = 250;

/** Texts below one another, without a frame. */
export function columns(rows: readonly Row[], layout: Layout): string {
  const { head = [], widths = [] } = layout;
  if (rows.length <= rowsAtOnce || widths.length > 0)
    return columnsAtOnce(rows, layout);
  // A last row with the longest text of each column makes all pieces equally wide, and goes.
  const ruler = rulerOf([head, ...rows]);
  const pieces: string[] = [];
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const piece = [...rows.slice(start, start + rowsAtOnce), ruler];
    const text = columnsAtOnce(piece, {
      ...layout,
      head: start === 0 ? head : [],
    });
    pieces.push(text.slice(0, text.lastIndexOf("\n")));
  }
  return pieces.join("\n");
}

function rulerOf(rows: readonly Row[]): Row {
  const widest: string[] = [];
  const lengths: number[] = [];
  for (const row of rows)
    for (const [column, text] of row.entries()) {
      const length = stripVTControlCharacters(text).length;
      if (length <= (lengths[column] ?? -1)) continue;
      lengths[column] = length;
      widest[column] = text;
    }
  return widest;
}

function columnsAtOnce(rows: readonly Row[], layout: Layout): string {
  const { head = [], widths = [], margin } = layout;
  const lines = new Table({
    chars: noFrame,
    style: {
      head: [],
      border: [],
      "padding-left": margin,
      "padding-right": 0,
    },
    head: [...head],
    colWidths: [...widths],
    wordWrap: widths.length > 0,
  });
  lines.push(...rows.map((row) => row.map(printableCell)));
  return lines.toString().replace(/ +$/gm, "");
}

// What colours a text, which is the table's own.
// oxlint-disable-next-line no-control-regex
const colour = /(\u001b\[\d+m)/;

/** Keys and values may hold anything. */
function printableCell(text: string): string {
  return text
    .split(colour)
    .map((part, at) => (at % 2 === 1 ? part : printable(part)))
    .join("");
}
