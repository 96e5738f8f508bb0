import type { Fact } from "./facts.ts";
import type { Notice } from "./notice.ts";
import { occurrenceLine, pathLine } from "./text.ts";
import { plainly } from "./values.ts";

/** The page as Markdown (CommonMark 0.31), for readers that are programs with an eye for text. */
export function writeMarkdown(notice: Notice): string {
  const { headings } = notice.locale;
  const path = pathLine(notice);
  const blocks = [
    `# ${literal(notice.headline)}`,
    notice.overline === null ? null : `**${literal(notice.overline)}**`,
    literal(notice.explanation),
    path === null ? null : literal(path),
    ...section(headings.visitor, [notice.visitor], []),
    ...section(headings.statement, notice.statement?.paragraphs ?? [], []),
    ...section(
      notice.denial === null ? headings.details : headings.decision,
      [],
      notice.facts,
    ),
    ...section(
      headings.owner,
      [notice.owner, notice.move],
      notice.factsForOwner,
    ),
    `HTTP ${notice.status} · ${literal(notice.provider)}`,
    literal(occurrenceLine(notice)),
  ];
  return `${blocks.filter((block) => typeof block === "string").join("\n\n")}\n`;
}

function section(
  heading: string,
  texts: readonly (string | null)[],
  facts: readonly Fact[],
): string[] {
  const parts = [
    ...texts.filter((text) => text !== null).map(literal),
    facts.map(item).join("\n"),
  ].filter(Boolean);
  return parts.length === 0 ? [] : [`## ${literal(heading)}`, ...parts];
}

function item({ label, value }: Fact): string {
  return `- **${literal(label)}:** ${plainly(value, literal)}`;
}

/** CommonMark §2.4: a backslash makes any of these stand for itself, at the start of a line the second kind too. */
function literal(text: string): string {
  return text
    .replaceAll(/[\\`*_[\]<>&~|!]/g, String.raw`\$&`)
    .replace(/^[-+=#]|^\d+(?=[.)])/, (mark) =>
      /\d/.test(mark) ? `${mark}\\` : `\\${mark}`,
    );
}
