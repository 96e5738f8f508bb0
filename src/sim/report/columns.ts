import type { Colors } from "../../node/terminal.ts";
import { columns } from "../../node/table.ts";

/** Columns of fixed width, their texts wrapped. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  widths: readonly number[],
  colors: Colors,
): string {
  return columns(rows, { head: head.map(colors.dim), widths, margin: 2 });
}

/** Lines of a terminal 80 columns wide. */
export function wrapped(text: string): string {
  return columns([[text]], { widths: [80], margin: 0 });
}
