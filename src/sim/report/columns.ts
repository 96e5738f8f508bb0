import type colors from "picocolors";
import { columns } from "../../cli/table.ts";

/** Which colours, if any, is the caller's to know: the stream that this is written to decides. */
export type Paint = Pick<
  ReturnType<typeof colors.createColors>,
  "bold" | "dim" | "green" | "red" | "yellow"
>;

/** Columns of fixed width, their texts wrapped. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  widths: readonly number[],
  paint: Paint,
): string {
  return columns(rows, { head: head.map(paint.dim), widths, margin: 2 });
}

/** Lines of a terminal 80 columns wide. */
export function wrapped(text: string): string {
  return columns([[text]], { widths: [80], margin: 0 });
}
