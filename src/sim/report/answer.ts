import type { Result } from "../result.ts";
import { countsOf, sumOf } from "./counts.ts";
import { failuresOf } from "./subjects.ts";
import {
  aim,
  count,
  counted,
  duration,
  shortInstant,
  type Propagation,
} from "./wording.ts";

/** More decisions than this are told by the section on propagation alone. */
const maxDecisions = 6;

/** What an operator asks first: who was answered against a decision, where and for how long, and who else met an error. */
export function answersOf(result: Result): string[] {
  const { propagations } = result;
  if (propagations.length === 0) return [];
  return [
    ...propagations
      .slice(0, maxDecisions)
      .map((propagation) => decisionAnswer(propagation, result)),
    bystanderAnswer(result),
  ];
}

const contraries: Record<Propagation["towards"], string> = {
  dark: "still served",
  light: "still refused",
  fresh: "answered with what was purged",
};

function decisionAnswer(propagation: Propagation, result: Result): string {
  const { customer, decidedAtMs, towards, pops, p100Seconds, contradictions } =
    propagation;
  const should = `${customer} should be ${aim(propagation)} from ${shortInstant(result, decidedAtMs)}`;
  const late = pops.filter(({ seconds }) => seconds > 0).length;
  const { seenAt, of } = propagation;
  const seen =
    seenAt < of
      ? ` It was not seen to be at ${counted(of - seenAt, "PoP")}.`
      : "";
  if (late === 0)
    return `${should}, and was at once, everywhere it was seen.${seen}`;
  const contrary = contraries[towards];
  const where = `at ${count(late)} of ${counted(of, "PoP")}`;
  const last = duration(p100Seconds);
  if (contradictions === 0)
    return `${should}. No visitor was ${contrary} after that; the last probe was ${last} later, ${where}.${seen}`;
  const subject =
    contradictions === 1
      ? "1 request of a visitor was"
      : `${count(contradictions)} requests of visitors were`;
  return `${should}. ${subject} ${contrary} after that, ${where}; the last such answer came ${last} later.${seen}`;
}

function bystanderAnswer({ series, propagations }: Result): string {
  const decided = new Set(propagations.map(({ customer }) => customer));
  const metrics = countsOf(
    series.filter(({ customer }) => !decided.has(customer)),
  );
  const failures = failuresOf(metrics);
  const all = sumOf(metrics);
  if (all === 0) return "Nobody visited anybody else.";
  return failures === 0
    ? "Nobody else met an error."
    : `Of ${counted(all, "request")} to other customers, ${count(failures)} met an error or nobody.`;
}
