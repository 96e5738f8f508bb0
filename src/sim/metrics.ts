import type { Customer } from "./customers.ts";
import {
  isContent,
  outcomes,
  type VisitOutcome,
  type Result,
} from "./result.ts";
import { Histogram, quantileOf, summarise } from "./statistics.ts";

/** One answer, as its visitor would tell. */
export interface Answer {
  pop: string;
  outcome: VisitOutcome;
  /** When the request reached whoever answered. */
  atMs: number;
  /** To the first byte; null when none came. */
  latencyMs: number | null;
  /** Of the content, by what its customer had published; null when it was none. */
  version: number | null;
  isProbe: boolean;
}

/** A decision, and for each point of presence how long it was contradicted there. */
interface Propagation {
  customer: string;
  decidedAtMs: number;
  towards: Result["propagations"][number]["towards"];
  /** What was current when it was decided. */
  version: number;
  pops: Map<string, Seen>;
  /** How many answers to visitors contradicted it. */
  contradictions: number;
  isOver: boolean;
}

/** What visitors of one point of presence saw of a decision, in seconds after it. */
interface Seen {
  /** The last contrary answer; 0 for none. */
  contrarySeconds: number;
  /** The first answer since then that obeyed. */
  obeyedSeconds: number | null;
}

/** Counts what visitors get while a scenario runs. */
export class Metrics {
  readonly #startMs: number;
  readonly #bucketMs: number;
  readonly #ownPops: ReadonlySet<string>;
  /** By point of presence, customer and outcome. */
  readonly #rows = new Map<
    string,
    Map<string, Partial<Record<VisitOutcome, number[]>>>
  >();
  readonly #latency = new Map<string, Histogram>();
  readonly #propagations: Propagation[] = [];
  /** Requests so far, attacks among them. */
  requests = 0;

  /** `ownPops` are those that decisions made here propagate to. */
  constructor(startMs: number, bucketMs: number, ownPops: ReadonlySet<string>) {
    this.#startMs = startMs;
    this.#bucketMs = bucketMs;
    this.#ownPops = ownPops;
  }

  count(
    { id, reportedAs }: Pick<Customer, "id" | "reportedAs">,
    answer: Answer,
  ): void {
    this.requests += 1;
    const row = this.#rowOf(answer.pop, reportedAs, answer.outcome);
    const bucket = Math.floor((answer.atMs - this.#startMs) / this.#bucketMs);
    row[bucket] = (row[bucket] ?? 0) + 1;
    if (answer.latencyMs !== null)
      this.#histogramOf(reportedAs).add(answer.latencyMs);
    if (!this.#ownPops.has(answer.pop)) return;
    for (const propagation of this.#propagations)
      if (propagation.customer === id) recordContradiction(propagation, answer);
  }

  countAttack(): void {
    this.requests += 1;
  }

  /** From now on answers that contradict this decision are looked for; the one before, to the contrary, is over. */
  decide(
    customer: string,
    towards: Propagation["towards"],
    version: number,
    nowMs: number,
  ): void {
    for (const propagation of this.#propagations)
      if (
        propagation.customer === customer &&
        (propagation.towards === "fresh") === (towards === "fresh")
      )
        propagation.isOver = true;
    this.#propagations.push({
      customer,
      decidedAtMs: nowMs,
      towards,
      version,
      pops: new Map(),
      contradictions: 0,
      isOver: false,
    });
  }

  /** Rows in the order given, so that the result does not depend on who came first. */
  series(
    pops: readonly string[],
    customers: readonly string[],
    endedAtMs: number,
  ): Result["series"] {
    const buckets = Math.ceil((endedAtMs - this.#startMs) / this.#bucketMs);
    return pops.flatMap((pop) =>
      customers.flatMap((customer) =>
        outcomes.flatMap((outcome) => {
          const row = this.#rows.get(pop)?.get(customer)?.[outcome];
          if (row === undefined) return [];
          const counts = Array.from(
            { length: buckets },
            (_, bucket) => row[bucket] ?? 0,
          );
          return [{ pop, customer, outcome, counts }];
        }),
      ),
    );
  }

  propagations(): Result["propagations"] {
    const of = this.#ownPops.size;
    return this.#propagations.flatMap(
      ({ customer, decidedAtMs, towards, pops: seen, contradictions }) => {
        const pops = [...seen]
          .map(([pop, { contrarySeconds, obeyedSeconds }]) => ({
            pop,
            seconds: contrarySeconds,
            upToSeconds: obeyedSeconds,
          }))
          .toSorted((one, other) => (one.pop < other.pop ? -1 : 1));
        const summary = summarise(pops.map(({ seconds }) => seconds));
        if (summary === null) return [];
        const { p50, p95, p100 } = summary;
        const held = pops.flatMap(({ upToSeconds }) =>
          upToSeconds === null ? [] : [upToSeconds],
        );
        const upTo = (share: number) =>
          roundedOrNull(quantileOf(held, of, share));
        return [
          {
            customer,
            decidedAtMs,
            towards,
            pops,
            p50Seconds: rounded(p50),
            p95Seconds: rounded(p95),
            p100Seconds: rounded(p100),
            upTo: {
              p50Seconds: upTo(0.5),
              p95Seconds: upTo(0.95),
              p100Seconds: upTo(1),
            },
            seenAt: held.length,
            of,
            contradictions,
          },
        ];
      },
    );
  }

  latency(customers: readonly string[]): Result["latency"] {
    return customers.flatMap((customer) => {
      const histogram = this.#latency.get(customer);
      const [p50Ms, p95Ms, p99Ms] = [0.5, 0.95, 0.99].map((share) =>
        rounded(histogram?.quantile(share) ?? 0),
      );
      return histogram === undefined ||
        p50Ms === undefined ||
        p95Ms === undefined ||
        p99Ms === undefined
        ? []
        : [{ customer, p50Ms, p95Ms, p99Ms }];
    });
  }

  #rowOf(pop: string, customer: string, outcome: VisitOutcome): number[] {
    const customers =
      this.#rows.get(pop) ??
      new Map<string, Partial<Record<VisitOutcome, number[]>>>();
    this.#rows.set(pop, customers);
    const rows = customers.get(customer) ?? {};
    customers.set(customer, rows);
    return (rows[outcome] ??= []);
  }

  #histogramOf(customer: string): Histogram {
    const known = this.#latency.get(customer) ?? new Histogram();
    this.#latency.set(customer, known);
    return known;
  }
}

function recordContradiction(propagation: Propagation, answer: Answer): void {
  if (propagation.isOver || answer.atMs < propagation.decidedAtMs) return;
  const seen = propagation.pops.get(answer.pop) ?? {
    contrarySeconds: 0,
    obeyedSeconds: null,
  };
  propagation.pops.set(answer.pop, seen);
  const seconds = rounded((answer.atMs - propagation.decidedAtMs) / 1_000);
  if (isContrary(propagation, answer)) {
    if (!answer.isProbe) propagation.contradictions += 1;
    seen.contrarySeconds = Math.max(seen.contrarySeconds, seconds);
    // Answers are counted when they are over, so not in the order of their requests.
    if (seconds >= (seen.obeyedSeconds ?? Infinity)) seen.obeyedSeconds = null;
  } else if (obeys(propagation, answer) && seconds >= seen.contrarySeconds)
    seen.obeyedSeconds = Math.min(seen.obeyedSeconds ?? Infinity, seconds);
}

function isContrary(
  { towards, version }: Propagation,
  answer: Answer,
): boolean {
  switch (towards) {
    case "dark":
      return isContent(answer.outcome);
    case "light":
      return answer.outcome === "refused";
    case "fresh":
      return answer.version !== null && answer.version < version;
  }
}

/** Neither an error nor silence shows that a decision holds. */
function obeys({ towards, version }: Propagation, answer: Answer): boolean {
  switch (towards) {
    case "dark":
      return answer.outcome === "refused";
    case "light":
      return isContent(answer.outcome);
    case "fresh":
      return answer.version !== null && answer.version >= version;
  }
}

/** To the thousandth: what lies below is noise of the model. */
function roundedOrNull(value: number | null): number | null {
  return value === null ? null : rounded(value);
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
