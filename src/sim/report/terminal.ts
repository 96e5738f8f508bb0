import { sum } from "d3-array";
import { outcomes, type Result } from "../result.ts";
import { answersOf } from "./answer.ts";
import { labels } from "./labels.ts";
import { subjectsOf, type Subject } from "./subjects.ts";
import { table, wrapped } from "./columns.ts";
import type { Colors } from "../../node/terminal.ts";
import { sumOf } from "./counts.ts";
import {
  byteSize,
  count,
  counted,
  duration,
  instant,
  price,
  share,
  timeTo,
} from "./wording.ts";

/** What a run found, for a terminal of 80 columns; ends without a line break. */
export function summary(result: Result, colors: Colors): string {
  return [
    heading(result, colors),
    answersOf(result).map(wrapped).join("\n"),
    assertions(result, colors),
    propagations(result, colors),
    visitors(result, colors),
    infrastructure(result, colors),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function heading(result: Result, colors: Colors): string {
  const { scenario, pops, customers, startedAtMs, endedAtMs } = result;
  const facts = [
    `${result.runtime} time`,
    `seed ${result.seed}`,
    counted(pops.length, "PoP"),
    counted(customers.length, "customer"),
    `${duration((endedAtMs - startedAtMs) / 1000)} from ${instant(startedAtMs)}`,
  ];
  const lines = [
    colors.bold(wrapped(scenario.title)),
    colors.dim(wrapped(facts.join(" · "))),
  ];
  if (result.partial)
    lines.push(
      colors.yellow(
        wrapped(
          `PARTIAL: the run was broken off at ${instant(endedAtMs)}; the figures hold until then.`,
        ),
      ),
    );
  return lines.join("\n");
}

function assertions({ assertions: all }: Result, colors: Colors): string {
  if (all.length === 0) return "";
  const passed = all.filter((assertion) => assertion.passed).length;
  const verdict = `${passed} of ${counted(all.length, "assertion")} passed`;
  const rows = all.map((assertion) => [
    assertion.passed ? colors.green("pass") : colors.red("FAIL"),
    assertion.text,
    assertion.found,
  ]);
  return `${colors.bold(verdict)}\n${table(["", "expected", "found"], rows, [6, 44, 26], colors)}`;
}

function propagations({ propagations: all }: Result, colors: Colors): string {
  if (all.length === 0) return "";
  const rows = all
    .slice(0, listed)
    .map((propagation) => [
      propagation.customer,
      timeTo(propagation),
      ...[
        propagation.p50Seconds,
        propagation.p95Seconds,
        propagation.p100Seconds,
      ].map(duration),
      `${count(propagation.seenAt)} of ${count(propagation.of)}`,
    ]);
  const left = all.length - rows.length;
  return `${colors.bold("Propagation")}\n${table(
    ["customer", "", "p50 of PoPs", "p95", "p100", "seen at"],
    rows,
    [16, 16, 14, 12, 12, 12],
    colors,
  )}${left > 0 ? `\n  and ${count(left)} more in the report` : ""}`;
}

/** More decisions than this scroll everything else off a terminal. */
const listed = 12;

function visitors(result: Result, colors: Colors): string {
  const rows = subjectsOf(result).map((subject) => [
    subject.name,
    count(sumOf(subject.metrics)),
    shares(subject),
  ]);
  if (rows.length === 0) return "";
  return `${colors.bold("What visitors got")}\n${table(["customer", "requests", ""], rows, [20, 14, 46], colors)}`;
}

function shares({ metrics }: Subject): string {
  return outcomes
    .filter((outcome) => metrics[outcome] > 0)
    .toSorted((one, other) => metrics[other] - metrics[one])
    .map((outcome) => {
      const part = share(metrics[outcome], sumOf(metrics)).replace(" ", "");
      return `${labels[outcome]} ${part}`;
    })
    .join(" · ");
}

function infrastructure(
  { cache, origins, list, registry, cost }: Result,
  colors: Colors,
): string {
  const lookUps = sum(cache.map(({ requests }) => requests));
  const bytes = sum(cache.map((one) => one.bytes));
  const sent = sum(origins.map(({ requests }) => requests));
  const failed = sum(origins.map(({ failures }) => failures));
  const peak = Math.max(0, ...origins.map((one) => one.peakPerSecond));
  const p95 = Math.max(0, ...origins.map((one) => one.p95PerSecond));
  const overloads = sum(origins.map((one) => one.overloads));
  const fromOrigins = sum(origins.map((one) => one.bytes));
  const rows = [
    [
      "cache",
      `${counted(lookUps, "look-up")}, ${share(sum(cache.map(({ hits }) => hits)), lookUps)} hits, with ${share(sum(cache.map(({ hitBytes }) => hitBytes)), bytes)} of ${byteSize(bytes)}`,
    ],
    [
      "origins",
      `${counted(sent, "request")} for ${byteSize(fromOrigins)}, ${count(failed)} failed, ${count(overloads)} by overload; at one, ${count(p95)} a second in 95 % of all seconds, ${count(peak)} in the busiest`,
    ],
    [
      "list",
      `${counted(list.reads, "read")}, ${count(list.failedReads)} failed; ${counted(list.writes, "write")}, ${count(list.refusedWrites)} refused; ${count(list.malformed)} malformed`,
    ],
    ...(registry === null
      ? []
      : [
          [
            "registry",
            `in ${registry.place}: ${counted(registry.reads, "question")} of edges, ${count(registry.failedReads)} failed, at most ${count(registry.peakPerSecond)} a second; ${counted(registry.orders, "order")}; ${counted(registry.drifted, "key")} changed past it`,
          ],
        ]),
    ...(cost.amount === null
      ? []
      : [
          [
            "price",
            `${price(cost.amount)} for ${counted(cost.requests, "request")}, ${counted(cost.listReads, "read")} and ${counted(cost.listWrites, "write")} of the list, ${byteSize(cost.bytes)} sent`,
          ],
        ]),
  ];
  return `${colors.bold("Behind it")}\n${table([], rows, [10, 66], colors)}`;
}
