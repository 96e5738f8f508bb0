import type { Comparison, ComparisonRow } from "../compare/compare.ts";
import { table, wrapped } from "./columns.ts";
import type { Colors } from "../../node/terminal.ts";
import { markdownTable, markdownText } from "./markdown.ts";
import { counted, measured, none } from "./wording.ts";

const brokenOff = "the comparison was broken off; seeds are missing.";

/** For a terminal of 80 columns: what changed first, then what may be chance, then how much is the same. */
export function comparisonText(comparison: Comparison, colors: Colors): string {
  const { labels, seeds, partial } = comparison;
  const { different, same } = sorted(comparison);
  const parts = [
    colors.bold(
      wrapped(
        `A is ${labels[0]}, B is ${labels[1]}; ${counted(seeds.length, "seed")}`,
      ),
    ),
    partial ? colors.yellow(wrapped(`PARTIAL: ${brokenOff}`)) : "",
    different.length === 0
      ? "Nothing is different."
      : table(columns, different.map(cells), [24, 9, 9, 18], colors),
    same === 0 ? "" : `${counted(same, "figure")} the same.`,
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** The same for the page of a build, in GitHub's Markdown. */
export function comparisonMarkdown(comparison: Comparison): string {
  const { labels, seeds, partial } = comparison;
  const { different, same } = sorted(comparison);
  const parts = [
    `## A: ${markdownText(labels[0])}, B: ${markdownText(labels[1])}`,
    counted(seeds.length, "seed"),
    partial ? `**Partial**: ${brokenOff}` : "",
    different.length === 0
      ? "Nothing is different."
      : markdownTable(columns, different.map(cells)),
    same === 0 ? "" : `${counted(same, "figure")} the same.`,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

const columns = ["Figure", "A", "B", "B over A, 95 % confidence", ""];

const order = ["changed", "one side", "one seed", "by chance"];

function sorted({ rows }: Comparison) {
  const different = rows
    .filter(({ verdict }) => verdict !== "same")
    .toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  return { different, same: rows.length - different.length };
}

function cells({ figure, unit, means, difference, verdict }: ComparisonRow) {
  const [first, second] = means.map((value) =>
    value === null ? none : measured(value, difference),
  );
  const change = (value: number) =>
    measured(value, difference, { signDisplay: "exceptZero" });
  return [
    unit === "" ? figure : `${figure} (${unit})`,
    first ?? none,
    second ?? none,
    difference === null
      ? none
      : `${change(difference.low)} to ${change(difference.high)}`,
    verdict,
  ];
}
