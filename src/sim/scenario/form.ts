import * as v from "valibot";
import { wholeNumber } from "../../parse/schema.ts";
import { event } from "./events.ts";
import { expectation } from "./expectations.ts";
import { duration, instant, members, text } from "./values.ts";
import * as world from "./world.ts";

/** A scenario file: a world, what happens in it, and what should come of it. */
export const scenarioForm = v.pipe(
  members({
    title: text,
    description: text,
    sources: v.pipe(
      v.optional(v.array(text), []),
      v.description("Where its figures are published."),
    ),
    seed: v.optional(wholeNumber(0, 2 ** 31 - 1), 1),
    start: v.pipe(
      instant,
      v.description("The simulated clock's first moment."),
    ),
    lasts: v.pipe(duration, v.minValue(1_000, "at least 1s")),
    bucket: v.pipe(
      v.optional(v.pipe(duration, v.minValue(1_000, "at least 1s")), "10s"),
      v.description("The grain of the series in the result."),
    ),
    pops: world.pops,
    list: v.optional(world.list, {}),
    registry: v.optional(world.registry),
    edge: v.optional(world.edge, {}),
    isolates: v.optional(world.isolates, {}),
    cache: v.optional(world.cache, {}),
    traffic: v.optional(world.traffic, {}),
    content: v.optional(world.content, {}),
    customers: v.array(world.customer),
    others: v.optional(world.others, { count: 0 }),
    providers: v.pipe(
      v.optional(v.array(world.provider), []),
      v.description("Others that names may lead to, besides this edge."),
    ),
    supplier: v.pipe(
      v.optional(text),
      v.description("Who carries this edge's traffic."),
    ),
    dns: v.optional(world.dns, {}),
    prices: v.optional(world.prices),
    events: v.optional(v.array(event), []),
    expect: v.optional(v.array(expectation), []),
  }),
  v.description("A scenario for portcullis simulate."),
);

export type Scenario = v.InferOutput<typeof scenarioForm>;
