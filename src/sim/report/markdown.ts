import type { Result } from "../result.ts";
import { answersOf } from "./answer.ts";
import { counted, duration, heading, instant, timeTo } from "./wording.ts";

/** A summary for the page of a build, in GitHub's Markdown: what was asked, whether it came true, and when decisions held. */
export function summaryMarkdown(result: Result): string {
  const { scenario, seed, runtime, pops, startedAtMs, endedAtMs } = result;
  const { assertions, propagations, partial } = result;
  const passed = assertions.filter((assertion) => assertion.passed).length;
  const parts = [
    `## ${markdownText(scenario.title)}`,
    `${runtime} time, seed ${seed}, ${counted(pops.length, "PoP")}, ${duration((endedAtMs - startedAtMs) / 1000)} from ${instant(startedAtMs)}`,
    partial ? "**Partial**: the run was broken off." : "",
    answersOf(result)
      .map((answer) => `- ${markdownText(answer)}`)
      .join("\n"),
    assertions.length === 0
      ? ""
      : `### ${passed} of ${counted(assertions.length, "assertion")} passed\n\n${markdownTable(
          ["", "Expected", "Found"],
          assertions.map(({ text: expected, found, passed: isPassed }) => [
            isPassed ? "passed" : "**failed**",
            expected,
            found,
          ]),
        )}`,
    propagations.length === 0
      ? ""
      : markdownTable(
          ["Customer", "Figure", "Half of the PoPs", "95 %", "All", "Seen at"],
          propagations.map((propagation) => [
            propagation.customer,
            heading(timeTo(propagation)),
            duration(propagation.p50Seconds),
            duration(propagation.p95Seconds),
            duration(propagation.p100Seconds),
            `${propagation.seenAt} of ${propagation.of}`,
          ]),
        ),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** A table of GitHub's Markdown; a failure stands out. */
export function markdownTable(
  head: readonly string[],
  rows: readonly string[][],
): string {
  return [
    line(head),
    line(head.map(() => "---")),
    ...rows.map((row) =>
      line(
        row.map((cell) => (cell === "**failed**" ? cell : markdownText(cell))),
      ),
    ),
  ].join("\n");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** What means something in Markdown, HTML or a table stands for itself. */
export function markdownText(value: string): string {
  return value
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\\`*_[\]<>|#&~]/g, (character) => `\\${character}`);
}
