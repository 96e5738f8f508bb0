import type { VisitOutcome, Result } from "./result.ts";
import type { Expectation, Limit } from "./scenario/expectations.ts";
import { momentMs, type Moment } from "./scenario/values.ts";

export type Figures = Omit<Result, "assertions">;

/** A figure to be held against a limit; null when there is none to be had. */
interface Figure {
  /** As the scenario file has it. */
  name: string;
  value: number | null;
  /** What it is at the most, where only bounds are known: null for nobody knows. Limits from above are held against it. */
  upTo?: number | null;
  limit: Limit | undefined;
  format: (value: number) => string;
}

/** What an expectation is about, and the figures that it sets limits to. */
export interface Found {
  about: string;
  found: Figure[];
}

/** Of several decisions of a kind the slowest counts. */
export function propagationFigures(
  towards: Figures["propagations"][number]["towards"],
  what: string,
  wanted: NonNullable<Expectation["dark"]>,
  { propagations }: Figures,
): Found {
  const concerned = propagations.filter(
    (propagation) =>
      propagation.towards === towards &&
      propagation.customer === wanted.customer,
  );
  const seen = concerned.map(({ seenAt, of }) => `${seenAt} of ${of}`);
  const figure = (name: "p50" | "p95" | "p100"): Figure => {
    const member = `${name}Seconds` as const;
    const highest = concerned.map(({ upTo }) => upTo[member]);
    const upTo = highest.includes(null)
      ? null
      : Math.max(...highest.map(Number)) * 1_000;
    const until =
      upTo === null
        ? `at least; seen to hold at ${seen.join(", ")} PoPs`
        : `to ${inSeconds(upTo)}`;
    return {
      name,
      value:
        concerned.length === 0
          ? null
          : Math.max(...concerned.map((one) => one[member])) * 1_000,
      upTo,
      limit: wanted[name],
      format: (value) =>
        upTo !== null && inSeconds(value) === inSeconds(upTo)
          ? inSeconds(value)
          : `${inSeconds(value)} ${until}`,
    };
  };
  return {
    about: `${what} of ${wanted.customer}`,
    found: [figure("p50"), figure("p95"), figure("p100")],
  };
}

export function harmFigures(
  wanted: NonNullable<Expectation["harm"]>,
  { propagations }: Figures,
): Found {
  const sum = (towards: "dark" | "light") => {
    const concerned = propagations.filter(
      (one) => one.towards === towards && one.customer === wanted.customer,
    );
    return concerned.length === 0
      ? null
      : concerned.reduce((all, one) => all + one.contradictions, 0);
  };
  return {
    about: `visitors of ${wanted.customer} against the decision`,
    found: [
      {
        name: "served",
        value: sum("dark"),
        limit: wanted.served,
        format: String,
      },
      {
        name: "refused",
        value: sum("light"),
        limit: wanted.refused,
        format: String,
      },
    ],
  };
}

interface Window {
  customer?: string | undefined;
  besides?: string | undefined;
  from?: Moment | undefined;
  until?: Moment | undefined;
}

export function answerFigures(
  what: string,
  among: readonly VisitOutcome[],
  wanted: Window & { count?: Limit | undefined; share?: Limit | undefined },
  { series, startedAtMs, bucketSeconds }: Figures,
  startMs: number,
): Found {
  const bucketOf = (moment: Moment | undefined, otherwise: number) =>
    moment === undefined
      ? otherwise
      : (momentMs(moment, startMs) - startedAtMs) / (1_000 * bucketSeconds);
  const first = bucketOf(wanted.from, 0);
  const end = bucketOf(wanted.until, Infinity);
  let found = 0;
  let all = 0;
  for (const { customer, outcome, counts } of series) {
    if (!concerns(wanted, customer)) continue;
    for (const [bucket, count] of counts.entries()) {
      if (bucket < first || bucket >= end) continue;
      all += count;
      if (among.includes(outcome)) found += count;
    }
  }
  return {
    about: [
      `${what} of ${subjectText(wanted)}`,
      wanted.from === undefined ? "" : `from ${momentText(wanted.from)}`,
      wanted.until === undefined ? "" : `until ${momentText(wanted.until)}`,
    ]
      .filter((part) => part !== "")
      .join(" "),
    found: [
      {
        name: "count",
        value: all === 0 ? null : found,
        limit: wanted.count,
        format: (value) => `${value} of ${all}`,
      },
      {
        name: "share",
        value: ratio(found, all),
        limit: wanted.share,
        format: inPercent,
      },
    ],
  };
}

export function originFigures(
  wanted: NonNullable<Expectation["originRequests"]>,
  { origins }: Figures,
): Found {
  const concerned = origins.filter(({ customer }) =>
    concerns(wanted, customer),
  );
  return {
    about: `origin requests of ${subjectText(wanted)}`,
    found: [
      {
        name: "count",
        value: concerned.reduce((sum, { requests }) => sum + requests, 0),
        limit: wanted.count,
        format: String,
      },
      ...(["p95PerSecond", "p99PerSecond", "peakPerSecond"] as const).map(
        (name) => ({
          name,
          value: Math.max(...concerned.map((origin) => origin[name]), 0),
          limit: wanted[name],
          format: String,
        }),
      ),
      {
        name: "overloads",
        value: concerned.reduce((sum, { overloads }) => sum + overloads, 0),
        limit: wanted.overloads,
        format: String,
      },
    ],
  };
}

export function cacheFigures(
  wanted: NonNullable<Expectation["cache"]>,
  { cache }: Figures,
): Found {
  const sum = (figure: "requests" | "hits" | "bytes" | "hitBytes") =>
    cache.reduce((total, pop) => total + pop[figure], 0);
  return {
    about: "cache",
    found: [
      {
        name: "hits",
        value: ratio(sum("hits"), sum("requests")),
        limit: wanted.hits,
        format: inPercent,
      },
      {
        name: "hitBytes",
        value: ratio(sum("hitBytes"), sum("bytes")),
        limit: wanted.hitBytes,
        format: inPercent,
      },
    ],
  };
}

export function latencyFigures(
  wanted: NonNullable<Expectation["latency"]>,
  { latency }: Figures,
): Found {
  const found = latency.find(({ customer }) => customer === wanted.customer);
  const figure = (
    name: "p50" | "p95" | "p99",
    value: number | undefined,
  ): Figure => ({
    name,
    value: value ?? null,
    limit: wanted[name],
    format: (ms) => `${ms} ms`,
  });
  return {
    about: `latency of ${wanted.customer}`,
    found: [
      figure("p50", found?.p50Ms),
      figure("p95", found?.p95Ms),
      figure("p99", found?.p99Ms),
    ],
  };
}

export const listFigureNames = [
  "reads",
  "failedReads",
  "writes",
  "refusedWrites",
  "malformed",
] as const;

export function listFigures(
  wanted: NonNullable<Expectation["list"]>,
  { list }: Figures,
): Found {
  return {
    about: "list",
    found: listFigureNames.map((name) => ({
      name,
      value: list[name],
      limit: wanted[name],
      format: String,
    })),
  };
}

export const registryFigureNames = [
  "orders",
  "reads",
  "failedReads",
  "peakPerSecond",
  "drifted",
  "backlog",
] as const;

export function registryFigures(
  wanted: NonNullable<Expectation["registry"]>,
  { registry }: Figures,
): Found {
  return {
    about: "registry",
    found: registryFigureNames.map((name) => ({
      name,
      value: registry?.[name] ?? null,
      limit: wanted[name],
      format: String,
    })),
  };
}

function concerns(
  { customer, besides }: Pick<Window, "customer" | "besides">,
  id: string,
): boolean {
  return (customer === undefined || customer === id) && besides !== id;
}

function subjectText({
  customer,
  besides,
}: Pick<Window, "customer" | "besides">): string {
  if (customer !== undefined) return customer;
  return besides === undefined ? "everybody" : `everybody but ${besides}`;
}

function momentText(moment: Moment): string {
  return moment.kind === "after"
    ? `${moment.ms / 1_000} s`
    : `${new Date(moment.atMs).toISOString().slice(0, 19)}Z`;
}

function inSeconds(ms: number): string {
  return `${Number((ms / 1_000).toFixed(1))} s`;
}

function inPercent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
