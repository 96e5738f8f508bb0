import { outcomes, type Result } from "../result.ts";
import { labels } from "./looks.ts";
import { subjectsOf, type Subject } from "./subjects.ts";
import { table, wrapped, type Paint } from "./columns.ts";
import { sumOf } from "./tally.ts";
import {
  byteSize,
  count,
  counted,
  duration,
  instant,
  share,
  timeTo,
} from "./wording.ts";

/** What a run found, for a terminal of 80 columns; ends without a line break. */
export function summary(result: Result, paint: Paint): string {
  return [
    heading(result, paint),
    assertions(result, paint),
    spreads(result, paint),
    visitors(result, paint),
    machinery(result, paint),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function heading(result: Result, paint: Paint): string {
  const { scenario, pops, customers, startedAtMs, endedAtMs } = result;
  const facts = [
    `${result.runtime} time`,
    `seed ${result.seed}`,
    counted(pops.length, "PoP"),
    counted(customers.length, "customer"),
    `${duration((endedAtMs - startedAtMs) / 1000)} from ${instant(startedAtMs)}`,
  ];
  const lines = [
    paint.bold(wrapped(scenario.title)),
    paint.dim(wrapped(facts.join(" · "))),
  ];
  if (result.partial)
    lines.push(
      paint.yellow(
        wrapped(
          `PARTIAL: the run was broken off at ${instant(endedAtMs)}; the figures hold until then.`,
        ),
      ),
    );
  return lines.join("\n");
}

function assertions({ assertions: all }: Result, paint: Paint): string {
  if (all.length === 0) return "";
  const passed = all.filter((assertion) => assertion.passed).length;
  const verdict = `${passed} of ${counted(all.length, "assertion")} passed`;
  const rows = all.map((assertion) => [
    assertion.passed ? paint.green("pass") : paint.red("FAIL"),
    assertion.text,
    assertion.found,
  ]);
  return `${paint.bold(verdict)}\n${table(["", "expected", "found"], rows, [6, 44, 26], paint)}`;
}

function spreads({ spreads: all }: Result, paint: Paint): string {
  if (all.length === 0) return "";
  const rows = all
    .slice(0, listed)
    .map((spread) => [
      spread.customer,
      timeTo(spread),
      ...[spread.p50Seconds, spread.p95Seconds, spread.p100Seconds].map(
        duration,
      ),
    ]);
  const left = all.length - rows.length;
  return `${paint.bold("How decisions spread")}\n${table(
    ["customer", "", "p50 of PoPs", "p95", "p100"],
    rows,
    [24, 16, 14, 12, 12],
    paint,
  )}${left > 0 ? `\n  and ${count(left)} more in the report` : ""}`;
}

/** More decisions than this scroll everything else off a terminal. */
const listed = 12;

function visitors(result: Result, paint: Paint): string {
  const rows = subjectsOf(result).map((subject) => [
    subject.name,
    count(sumOf(subject.tally)),
    shares(subject),
  ]);
  if (rows.length === 0) return "";
  return `${paint.bold("What visitors got")}\n${table(["customer", "requests", ""], rows, [20, 14, 46], paint)}`;
}

function shares({ tally }: Subject): string {
  return outcomes
    .filter((outcome) => tally[outcome] > 0)
    .toSorted((one, other) => tally[other] - tally[one])
    .map((outcome) => {
      const part = share(tally[outcome], sumOf(tally)).replace(" ", "");
      return `${labels[outcome]} ${part}`;
    })
    .join(" · ");
}

function sum(figures: readonly number[]): number {
  return figures.reduce((all, figure) => all + figure, 0);
}

function machinery({ cache, origins, list }: Result, paint: Paint): string {
  const asked = sum(cache.map(({ requests }) => requests));
  const bytes = sum(cache.map((one) => one.bytes));
  const sent = sum(origins.map(({ requests }) => requests));
  const failed = sum(origins.map(({ failures }) => failures));
  const peak = Math.max(0, ...origins.map((one) => one.peakPerSecond));
  const rows = [
    [
      "cache",
      `${counted(asked, "look-up")}, ${share(sum(cache.map(({ hits }) => hits)), asked)} hits, with ${share(sum(cache.map(({ hitBytes }) => hitBytes)), bytes)} of ${byteSize(bytes)}`,
    ],
    [
      "origins",
      `${counted(sent, "request")}, ${count(failed)} failed; at most ${count(peak)} a second at one`,
    ],
    [
      "list",
      `${counted(list.reads, "read")}, ${count(list.failedReads)} failed; ${counted(list.writes, "write")}, ${count(list.refusedWrites)} refused; ${count(list.malformed)} malformed`,
    ],
  ];
  return `${paint.bold("Behind it")}\n${table([], rows, [10, 66], paint)}`;
}
