import * as v from "valibot";
import { outcomes } from "../result.ts";
import { durationMs, id, members, moment } from "./values.ts";

/** A limit on a figure: `"<= 65s"`, `">= 99%"`, `"0"`. Durations are milliseconds, shares parts of one. */
export interface Limit {
  relation: (typeof relations)[number];
  value: number;
  text: string;
}

const relations = ["<=", ">=", "<", ">", "="] as const;

function limit(
  value: string,
  read: (text: string) => number,
  expected: string,
) {
  const form = new RegExp(`^(${relations.join("|")})?\\s*(${value})$`);
  return v.pipe(
    v.union([v.string(), v.number()], expected),
    v.transform(String),
    v.regex(form, expected),
    v.transform((text): Limit => {
      const [, found, figure = ""] = form.exec(text) ?? [];
      const relation = relations.find((one) => one === found) ?? "=";
      return { relation, value: read(figure), text };
    }),
  );
}

const durationLimit = limit(
  "\\d[\\dhms.]*",
  durationMs,
  'a limit on a duration, such as "<= 65s"',
);
const countLimit = limit(
  "\\d+",
  Number,
  'a limit on a count, such as "<= 100"',
);
const shareLimit = limit(
  "\\d+(?:\\.\\d+)?%",
  (text) => Number(text.slice(0, -1)) / 100,
  'a limit on a share, such as ">= 99%"',
);

/** Whose visitors: a customer's, all but one's, or everybody's when neither is given. */
const whose = {
  customer: v.pipe(
    v.optional(id),
    v.description("A customer, or others for those that have no name."),
  ),
  besides: v.pipe(v.optional(id), v.description("Everybody but this one.")),
};

/** When: from that moment on, and before that other. Both begin a bucket. */
const when = { from: v.optional(moment), until: v.optional(moment) };

const propagation = (description: string) =>
  v.optional(
    v.pipe(
      members({
        customer: id,
        p50: v.optional(durationLimit),
        p95: v.optional(durationLimit),
        p100: v.optional(durationLimit),
      }),
      v.description(description),
    ),
  );

const kinds = {
  dark: propagation(
    "From when a denial should hold until the last visitor of a point of presence was still served, over the points of presence.",
  ),
  light: propagation(
    "From when a customer should be served again until the last visitor was still refused.",
  ),
  fresh: propagation(
    "From a purge of everything until the last visitor got what had been published before it.",
  ),
  harm: v.optional(
    v.pipe(
      members({
        customer: id,
        served: v.optional(countLimit),
        refused: v.optional(countLimit),
      }),
      v.description(
        "Visitors who were served after a decision should have been dark, and refused after it should have been light; without probes.",
      ),
    ),
  ),
  answers: v.optional(
    v.pipe(
      members({
        ...whose,
        ...when,
        outcome: v.union(
          [v.picklist(outcomes), v.array(v.picklist(outcomes))],
          `one of ${outcomes.join(", ")}, or a list of them`,
        ),
        count: v.optional(countLimit),
        share: v.optional(shareLimit),
      }),
      v.description(
        "What visitors got, in number or as a share of all they got.",
      ),
    ),
  ),
  errors: v.optional(
    v.pipe(
      members({
        ...whose,
        ...when,
        count: v.optional(countLimit),
        share: v.optional(shareLimit),
      }),
      v.description("Visitors who saw an error page, or nothing at all."),
    ),
  ),
  originRequests: v.optional(
    v.pipe(
      members({
        ...whose,
        count: v.optional(countLimit),
        p95PerSecond: v.optional(countLimit),
        p99PerSecond: v.optional(countLimit),
        peakPerSecond: v.optional(countLimit),
        overloads: v.optional(countLimit),
      }),
      v.description("What origins were asked for, by visitors and by others."),
    ),
  ),
  cache: v.optional(
    v.pipe(
      members({
        hits: v.optional(shareLimit),
        hitBytes: v.optional(shareLimit),
      }),
      v.description("What the caches of all points of presence answered."),
    ),
  ),
  latency: v.optional(
    v.pipe(
      members({
        customer: id,
        p50: v.optional(durationLimit),
        p95: v.optional(durationLimit),
        p99: v.optional(durationLimit),
      }),
      v.description(
        "From a visitor's request to the first byte of the answer.",
      ),
    ),
  ),
  list: v.optional(
    v.pipe(
      members({
        reads: v.optional(countLimit),
        failedReads: v.optional(countLimit),
        writes: v.optional(countLimit),
        refusedWrites: v.optional(countLimit),
        malformed: v.optional(countLimit),
      }),
      v.description("Reads and writes of the customer list."),
    ),
  ),
  registry: v.optional(
    v.pipe(
      members({
        orders: v.optional(countLimit),
        reads: v.optional(countLimit),
        failedReads: v.optional(countLimit),
        peakPerSecond: v.optional(countLimit),
        drifted: v.optional(countLimit),
        backlog: v.optional(countLimit),
      }),
      v.description(
        "What the registry was asked for, what was found changed past it, and what had not come to the list at the end.",
      ),
    ),
  ),
};

const names = Object.keys(kinds);

export const expectation = v.pipe(
  members(kinds),
  v.check(
    (input) => Object.keys(input).length === 1,
    `exactly one of ${names.join(", ")}`,
  ),
);

export type Expectation = v.InferOutput<typeof expectation>;
