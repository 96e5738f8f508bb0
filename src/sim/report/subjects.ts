import type { Result } from "../result.ts";
import { sumOf, countsOf, type Rows, type Counts } from "./counts.ts";
import { counted } from "./wording.ts";

/** Whose visitors a part of the report is about: one customer's, or those of many together. */
export interface Subject {
  /** Null for many customers together. */
  customer: string | null;
  name: string;
  rows: Rows;
  metrics: Counts;
}

/** A report looks at no more customers than this one by one. */
const singled = 6;

/** The customers that matter most, one by one, then all others together. */
export function subjectsOf(result: Result): Subject[] {
  const rows = Map.groupBy(result.series, ({ customer }) => customer);
  const all = result.customers.map(({ id }): Subject => {
    const own = rows.get(id) ?? [];
    return { customer: id, name: id, rows: own, metrics: countsOf(own) };
  });
  const decided = customersDecided(result);
  const rank = ({ name }: Subject): number =>
    decided.includes(name) ? decided.indexOf(name) : decided.length;
  all.sort(
    (one, other) =>
      rank(one) - rank(other) ||
      failuresOf(other.metrics) - failuresOf(one.metrics) ||
      sumOf(other.metrics) - sumOf(one.metrics),
  );
  const first = all.slice(0, all.length > singled ? singled - 1 : singled);
  const others = all.slice(first.length);
  return others.length === 0
    ? first
    : [...first, together(others, counted(others.length, "other customer"))];
}

/** Those that were decided about, else everybody together: whose PoPs are drawn one by one. */
export function subjectsDecided(result: Result): Subject[] {
  const decided = customersDecided(result);
  const found = subjectsOf(result).filter(
    ({ customer }) => customer !== null && decided.includes(customer),
  );
  return found.length > 0 ? found.slice(0, drawn) : [everybody(result)];
}

/** Timelines of more customers than this would be longer than anyone reads. */
const drawn = 4;

export function everybody(result: Result): Subject {
  return {
    customer: null,
    name: "all customers",
    rows: result.series,
    metrics: countsOf(result.series),
  };
}

/** The visitors of all of them. */
export function together(subjects: readonly Subject[], name: string): Subject {
  const rows = subjects.flatMap((subject) => subject.rows);
  return { customer: null, name, rows, metrics: countsOf(rows) };
}

/** First those whose decision was followed through the PoPs, then those named by a command or a fault. */
function customersDecided({ propagations, events }: Result): string[] {
  const named = [
    ...propagations.map(({ customer }) => customer),
    ...events
      .filter(({ kind }) => kind === "command" || kind === "fault")
      .map(({ customer }) => customer),
  ];
  return [...new Set(named.filter((customer) => customer !== null))];
}

/** Requests that got neither the site nor a refusal that was decided. */
export function failuresOf(metrics: Counts): number {
  return metrics.error + metrics.unreachable;
}
