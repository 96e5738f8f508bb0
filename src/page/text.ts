import type { Fact } from "./facts.ts";
import type { Notice } from "./notice.ts";
import { plainly } from "./values.ts";

/** The page for a terminal: blocks of plain lines. No control character of a record can be in it (see `plain.ts`). */
export function writeText(notice: Notice): string {
  const { headings } = notice.locale;
  const blocks = [
    [notice.overline, notice.headline, notice.explanation],
    [`${headings.visitor}:`, notice.visitor],
    notice.statement === null
      ? []
      : [`${headings.statement}:`, notice.statement.paragraphs.join("\n\n")],
    notice.facts.map(line),
    [
      `${headings.owner}:`,
      notice.owner,
      notice.move,
      ...notice.factsForOwner.map(line),
    ],
    [`HTTP ${notice.status} · ${notice.provider}`],
  ];
  return blocks
    .map((block) => block.filter((each) => each !== null).join("\n"))
    .filter((block) => block !== "")
    .join("\n\n")
    .concat("\n");
}

function line({ label, value }: Fact): string {
  return `${label}: ${plainly(value, (words) => words)}`;
}
