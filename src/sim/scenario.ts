import { dirname, resolve } from "node:path";
import * as v from "valibot";
import { wholeNumber } from "../customer/schema.ts";
import type { Parsed } from "../http/parsed.ts";
import { placeCodes } from "./places.ts";
import { event } from "./scenario/events.ts";
import { expectation } from "./scenario/expectations.ts";
import { describeIssue } from "./scenario/describe-issue.ts";
import { checkScenario, type ScenarioProblem } from "./scenario/check.ts";
import { replaceMember } from "./scenario/replace-member.ts";
import { readYaml, type Path } from "./scenario/yaml.ts";
import { duration, instant, members, text } from "./scenario/values.ts";
import * as world from "./scenario/world.ts";

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
    events: v.optional(v.array(event), []),
    expect: v.optional(v.array(expectation), []),
  }),
  v.description("A scenario for portcullis simulate."),
);

export type Scenario = v.InferOutput<typeof scenarioForm>;

/**
 * A scenario file's text, read as if a member held something else where that is asked for. A problem names file, line, column
 * and field, what was found and what was expected.
 */
export function parseScenario(
  file: string,
  yaml: string,
  otherwise?: { path: Path; value: unknown },
): Parsed<Scenario> {
  const read = readYaml(yaml);
  if (read.problem !== null)
    return { ok: false, problem: `${file}:${read.problem}` };
  const parsed = v.safeParse(
    scenarioForm,
    otherwise === undefined
      ? read.value
      : replaceMember(read.value, otherwise.path, otherwise.value),
  );
  if (!parsed.success) return placed(file, yaml, describeIssue(parsed.issues));
  const scenario = withLogsBeside(file, parsed.output);
  const found = checkScenario(scenario);
  return found === null
    ? { ok: true, value: scenario }
    : placed(file, yaml, found);
}

/** A problem of a member, with where in the file that is: "my.yaml:12:3: …". */
export function placed(
  file: string,
  yaml: string,
  { path, problem }: ScenarioProblem,
): { ok: false; problem: string } {
  const place = readYaml(yaml).place(path);
  return { ok: false, problem: `${file}:${place}: ${problem}` };
}

/** The same on so many of this edge's points of presence, those that any set of them begins with. */
export function onFirstPops(scenario: Scenario, count: number): Scenario {
  const { pops } = scenario;
  const codes =
    typeof pops === "number"
      ? placeCodes.slice(0, pops)
      : placeCodes.filter((code) => pops.includes(code));
  return { ...scenario, pops: codes.slice(0, count) };
}

function withLogsBeside(file: string, scenario: Scenario): Scenario {
  const customers = scenario.customers.map(({ replay, ...customer }) =>
    replay === undefined
      ? customer
      : {
          ...customer,
          replay: { ...replay, file: resolve(dirname(file), replay.file) },
        },
  );
  return { ...scenario, customers };
}
