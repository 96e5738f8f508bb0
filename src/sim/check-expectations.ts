import {
  answerFigures,
  cacheFigures,
  harmFigures,
  latencyFigures,
  listFigures,
  originFigures,
  propagationFigures,
  registryFigures,
  type Figures,
  type Found,
} from "./figures.ts";
import type { Result } from "./result.ts";
import type { Scenario } from "./scenario/form.ts";
import type { Expectation, Limit } from "./scenario/expectations.ts";

type Assertion = Result["assertions"][number];

/** Holds what came of a run against what its scenario expects: a line for each limit. */
export function checkExpectations(
  { expect, start }: Pick<Scenario, "expect" | "start">,
  figures: Figures,
): Assertion[] {
  return expect.flatMap((expectation) => {
    const { about, found } = figuresOf(expectation, figures, start);
    return found.flatMap(({ name, value, upTo = value, limit, format }) =>
      limit === undefined
        ? []
        : [
            {
              text: `${about}: ${name} ${limitText(limit)}`,
              passed: value !== null && holds(value, upTo ?? Infinity, limit),
              found: value === null ? "nothing to judge by" : format(value),
            },
          ],
    );
  });
}

/** All that an expectation may set limits to, whether it does or not. */
export function figuresOf(
  expectation: Expectation,
  figures: Figures,
  startMs: number,
): Found {
  const { dark, light, fresh, answers, errors } = expectation;
  const { originRequests, cache, latency, list, registry, harm } = expectation;
  if (dark !== undefined)
    return propagationFigures("dark", "time to dark", dark, figures);
  if (light !== undefined)
    return propagationFigures("light", "time to light", light, figures);
  if (fresh !== undefined)
    return propagationFigures("fresh", "time to fresh", fresh, figures);
  if (harm !== undefined) return harmFigures(harm, figures);
  if (answers !== undefined) {
    const outcomes = [answers.outcome].flat();
    return answerFigures(
      outcomes.join(" or "),
      outcomes,
      answers,
      figures,
      startMs,
    );
  }
  if (errors !== undefined)
    return answerFigures(
      "errors",
      ["error", "unreachable"],
      errors,
      figures,
      startMs,
    );
  if (originRequests !== undefined)
    return originFigures(originRequests, figures);
  if (cache !== undefined) return cacheFigures(cache, figures);
  if (latency !== undefined) return latencyFigures(latency, figures);
  if (list !== undefined) return listFigures(list, figures);
  return registryFigures(registry ?? {}, figures);
}

function limitText({ text }: Limit): string {
  return /^\d/.test(text) ? `= ${text}` : text;
}

/** A limit from above is held against what the figure is at the most. */
function holds(
  value: number,
  upTo: number,
  { relation, value: limit }: Limit,
): boolean {
  switch (relation) {
    case "<=":
      return upTo <= limit;
    case ">=":
      return value >= limit;
    case "<":
      return upTo < limit;
    case ">":
      return value > limit;
    case "=":
      return value === limit;
  }
}
