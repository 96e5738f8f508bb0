import { suggestion } from "../../parse/suggest.ts";
import type { Parsed } from "../../parse/parsed.ts";
import { othersId } from "../customers.ts";
import { figuresOf } from "../check-expectations.ts";
import { listFigureNames, registryFigureNames } from "../figures.ts";
import { outcomes, type Result } from "../result.ts";
import type { Scenario } from "../scenario/form.ts";
import type { Expectation } from "../scenario/expectations.ts";

/** The one figure of a run that a sweep looks at: one that a scenario can set limits to. */
export interface Figure {
  unit: string;
  /** Null where the run did not come to it. */
  of: (result: Result) => { label: string; figure: number | null };
}

interface Kind {
  names: readonly string[];
  /** It is of one customer, and never of all together. */
  isOfOne?: true;
  expects: (subject: Subject) => Expectation;
}

/** A figure of one customer needs one; others are everybody's where nobody is named. */
interface Subject {
  one: string;
  any: { customer?: string };
}

const propagationNames = ["p50", "p95", "p100"] as const;
const answerNames = ["count", "share"];

/** By the words of a scenario's `expect`, but each outcome by its own. */
const ofCustomers: Readonly<Record<string, Kind>> = {
  dark: {
    names: propagationNames,
    isOfOne: true,
    expects: ({ one }) => ({ dark: { customer: one } }),
  },
  light: {
    names: propagationNames,
    isOfOne: true,
    expects: ({ one }) => ({ light: { customer: one } }),
  },
  fresh: {
    names: propagationNames,
    isOfOne: true,
    expects: ({ one }) => ({ fresh: { customer: one } }),
  },
  harm: {
    names: ["served", "refused"],
    isOfOne: true,
    expects: ({ one }) => ({ harm: { customer: one } }),
  },
  errors: { names: answerNames, expects: ({ any }) => ({ errors: any }) },
  ...Object.fromEntries(
    outcomes.map((outcome): [string, Kind] => [
      outcome,
      {
        names: answerNames,
        expects: ({ any }) => ({ answers: { ...any, outcome } }),
      },
    ]),
  ),
  originRequests: {
    names: [
      "count",
      "p95PerSecond",
      "p99PerSecond",
      "peakPerSecond",
      "overloads",
    ],
    expects: ({ any }) => ({ originRequests: any }),
  },
  latency: {
    names: ["p50", "p95", "p99"],
    isOfOne: true,
    expects: ({ one }) => ({ latency: { customer: one } }),
  },
};

const ofAll: Readonly<Record<string, Kind>> = {
  cache: { names: ["hits", "hitBytes"], expects: () => ({ cache: {} }) },
  list: {
    names: listFigureNames,
    expects: () => ({ list: {} }),
  },
  registry: {
    names: registryFigureNames,
    expects: () => ({ registry: {} }),
  },
};

const kinds: Readonly<Record<string, Kind>> = { ...ofCustomers, ...ofAll };

const figureNames = Object.entries(kinds).flatMap(([kind, { names: ofKind }]) =>
  ofKind.map((name) => `${kind}.${name}`),
);

/** What `--figure` asks for, or what the scenario is about when it does not. */
export function parseFigure(
  word: string | null,
  scenario: Scenario,
): Parsed<Figure> {
  const wanted = word ?? defaultFigure(scenario);
  const [figure = "", customer] = wanted.split(/:(.*)/s);
  const [kindName = "", name = ""] = figure.split(".");
  const kind = kinds[kindName];
  if (kind === undefined || !figureNames.includes(figure))
    return wrong(
      `--figure is "${wanted}"; expected one of ${figureNames.join(", ")}, and :CUSTOMER for one customer's${suggestion(figure, figureNames)}`,
    );
  const ids = [...scenario.customers.map(({ id }) => id), othersId];
  if (kindName in ofAll && customer !== undefined)
    return wrong(
      `--figure is "${wanted}"; expected ${figure}, which is of all customers together`,
    );
  if (customer !== undefined && !ids.includes(customer))
    return wrong(
      `--figure is about "${customer}"; expected one of ${ids.join(", ")}`,
    );
  const [first = othersId] = ids;
  const expectation = kind.expects({
    one: customer ?? first,
    any: customer === undefined ? {} : { customer },
  });
  const { unit, scale } = measureOf(kindName, name);
  return {
    ok: true,
    value: {
      unit,
      of: (result) => {
        const { about, found } = figuresOf(expectation, result, scenario.start);
        const value = found.find((one) => one.name === name)?.value ?? null;
        return {
          label: `${about}, ${name}`,
          figure: value === null ? null : Number((value * scale).toFixed(6)),
        };
      },
    },
  };
}

/**
 * What two scenarios are compared by: of each customer that both name, how decisions spread, what harm was done and how long
 * answers took; of all visitors, what became of them; and what it cost the origins, the cache, the list and the registry.
 */
export function comparedFigures(one: Scenario, other: Scenario): Figure[] {
  const shared = one.customers
    .map(({ id }) => id)
    .filter((id) => other.customers.some((customer) => customer.id === id));
  const words = Object.entries(kinds).flatMap(([kind, { names, isOfOne }]) => {
    if (isOfOne)
      return shared.flatMap((id) =>
        names.map((name) => `${kind}.${name}:${id}`),
      );
    // Shares say more than counts where one of them serves more visitors.
    const counted = names.filter((name) => name !== "count");
    return (counted.length > 0 ? counted : names).map(
      (name) => `${kind}.${name}`,
    );
  });
  return words.flatMap((word) => {
    const figure = parseFigure(word, one);
    return figure.ok ? [figure.value] : [];
  });
}

/** The first time to dark or light that the scenario sets limits to, of the most points of presence, or else how many saw errors. */
function defaultFigure({ expect }: Scenario): string {
  for (const { dark, light } of expect) {
    const propagation = dark ?? light;
    if (propagation === undefined) continue;
    const name = propagationNames.findLast(
      (one) => propagation[one] !== undefined,
    );
    return `${dark === undefined ? "light" : "dark"}.${name ?? "p100"}:${propagation.customer}`;
  }
  return "errors.share";
}

function measureOf(
  kind: string,
  name: string,
): { unit: string; scale: number } {
  if (name === "share" || name === "hits" || name === "hitBytes")
    return { unit: "%", scale: 100 };
  if (kind === "latency") return { unit: "ms", scale: 1 };
  return /^p\d+$/.test(name)
    ? { unit: "s", scale: 1 / 1_000 }
    : { unit: "", scale: 1 };
}

function wrong(problem: string): Parsed<Figure> {
  return { ok: false, problem };
}
