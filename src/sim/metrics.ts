import type { Customer } from "./customers.ts";
import { outcomes, type VisitOutcome, type Result } from "./result.ts";
import { Histogram, summarise } from "./statistics.ts";

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
}

/** A decision, and for each point of presence how long it was contradicted there. */
interface Propagation {
  customer: string;
  decidedAtMs: number;
  towards: Result["propagations"][number]["towards"];
  /** What was current when it was decided. */
  version: number;
  seconds: Map<string, number>;
  isOver: boolean;
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
      seconds: new Map(),
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
    return this.#propagations.flatMap(
      ({ customer, decidedAtMs, towards, seconds }) => {
        const pops = [...seconds]
          .map(([pop, found]) => ({ pop, seconds: found }))
          .toSorted((one, other) => (one.pop < other.pop ? -1 : 1));
        const summary = summarise(seconds.values());
        if (summary === null) return [];
        const { p50, p95, p100 } = summary;
        return [
          {
            customer,
            decidedAtMs,
            towards,
            pops,
            p50Seconds: rounded(p50),
            p95Seconds: rounded(p95),
            p100Seconds: rounded(p100),
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

/** A point of presence that has not contradicted a decision obeyed it at once. */
function recordContradiction(propagation: Propagation, answer: Answer): void {
  if (propagation.isOver || answer.atMs < propagation.decidedAtMs) return;
  const seconds = isContrary(propagation, answer)
    ? rounded((answer.atMs - propagation.decidedAtMs) / 1_000)
    : 0;
  const before = propagation.seconds.get(answer.pop) ?? 0;
  propagation.seconds.set(answer.pop, Math.max(before, seconds));
}

function isContrary(
  { towards, version }: Propagation,
  answer: Answer,
): boolean {
  switch (towards) {
    case "dark":
      return (
        answer.outcome === "served" ||
        answer.outcome === "cached" ||
        answer.outcome === "stale"
      );
    case "light":
      return answer.outcome === "refused";
    case "fresh":
      return answer.version !== null && answer.version < version;
  }
}

/** To the thousandth: what lies below is noise of the model. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
