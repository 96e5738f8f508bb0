import { formatInstant } from "../parse/text.ts";
import type { Fact } from "./facts.ts";
import type { Notice } from "./notice.ts";
import { plainly } from "./values.ts";

/** The page for a terminal: blocks of plain lines. No control character of a record can be in it (see `plain.ts`). */
export function writeText(notice: Notice): string {
  const { headings } = notice.locale;
  const blocks = [
    [notice.overline, notice.headline, notice.explanation],
    [pathLine(notice)],
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
    [`HTTP ${notice.status} · ${notice.provider}`, occurrenceLine(notice)],
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

/** "You: works → Example Edge: works → The site’s server: fails here". */
export function pathLine({ path, locale }: Notice): string | null {
  if (path === null) return null;
  return path
    .map(({ name, state }) => `${name}: ${locale.path[state]}`)
    .join(locale.direction === "rtl" ? " ← " : " → ");
}

/** By which an answer can be found in the log. */
export function occurrenceLine({
  occurrence: { traceId, atMs, pop },
}: Notice): string {
  return [traceId, formatInstant(atMs), ...(pop === null ? [] : [pop])].join(
    " · ",
  );
}
