import Table from "cli-table3";
import type colors from "picocolors";

/** Which colours, if any, is the caller's to know: the stream that this is written to decides. */
export type Paint = Pick<
  ReturnType<typeof colors.createColors>,
  "bold" | "dim" | "green" | "red" | "yellow"
>;

const places = `top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right
  left left-mid mid mid-mid right right-mid middle`;
const noFrame = Object.fromEntries(
  places.split(/\s+/).map((place) => [place, ""]),
);

/** Columns of fixed width, their texts wrapped. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  widths: readonly number[],
  paint: Paint,
): string {
  const lines = new Table({
    chars: noFrame,
    style: { head: [], border: [], "padding-left": 2, "padding-right": 0 },
    head: head.map(paint.dim),
    colWidths: [...widths],
    wordWrap: true,
  });
  lines.push(...rows.map((row) => row.map(printable)));
  return lines.toString().replace(/ +$/gm, "");
}

/** Lines of a terminal 80 columns wide. */
export function wrapped(text: string): string {
  const lines = new Table({
    chars: noFrame,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colWidths: [80],
    wordWrap: true,
  });
  lines.push([printable(text)]);
  return lines.toString().replace(/ +$/gm, "");
}

/** Names may hold anything: control and direction characters could forge lines. Colours stay. */
function printable(text: string): string {
  return text.replace(
    // oxlint-disable-next-line no-control-regex
    /(\u001b\[\d+m)|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (_, colour: string | undefined) => colour ?? "\ufffd",
  );
}
