import Table from "cli-table3";

const places = `top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right
  left left-mid mid mid-mid right right-mid`;
const noFrame = Object.fromEntries(
  places.split(/\s+/).map((place) => [place, ""]),
);

/** Columns aligned by spaces, the head first. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = new Table({
    chars: { ...noFrame, middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    head: [...head],
  });
  lines.push(...rows.map((row) => row.map(printable)));
  return trimmed(lines.toString());
}

/** Named values, a line each; those that are empty are left out. */
export function sheet(
  rows: readonly (readonly [name: string, value: string])[],
): string {
  const shown = rows.filter(([, value]) => value !== "");
  const widest = Math.max(0, ...shown.map(([name]) => name.length));
  return shown
    .map(([name, value]) => `  ${name.padEnd(widest)}  ${printable(value)}`)
    .join("\n");
}

function trimmed(text: string): string {
  return text.replace(/ +$/gm, "");
}

/** Keys and values may hold anything; control and direction characters could forge lines. Colours stay. */
function printable(text: string): string {
  return text.replace(
    // oxlint-disable-next-line no-control-regex
    /(\u001b\[\d+m)|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (_, colour: string | undefined) => colour ?? "\ufffd",
  );
}
