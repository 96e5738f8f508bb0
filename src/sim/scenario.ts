import { dirname, resolve } from "node:path";
import * as v from "valibot";
import type { Parsed } from "../parse/parsed.ts";
import { codesOf } from "./places.ts";
import { scenarioForm, type Scenario } from "./scenario/form.ts";
import { describeIssue } from "./scenario/describe-issue.ts";
import { checkScenario, type ScenarioProblem } from "./scenario/check.ts";
import { replaceMember } from "./scenario/replace-member.ts";
import { readYaml, type Path } from "../node/yaml.ts";

/** A member that is read as if it held something else than the file says. */
export interface Replacement {
  path: Path;
  value: unknown;
}

/**
 * A scenario file's text, read as if some members held something else where that is asked for. A problem names file, line, column
 * and field, what was found and what was expected.
 */
export function parseScenario(
  file: string,
  yaml: string,
  replacements: readonly Replacement[] = [],
): Parsed<Scenario> {
  const read = readYaml(yaml);
  if (read.problem !== null)
    return { ok: false, problem: `${file}:${read.problem}` };
  const parsed = v.safeParse(
    scenarioForm,
    replacements.reduce<unknown>(
      (whole, { path, value }) => replaceMember(whole, path, value),
      read.value,
    ),
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
  return { ...scenario, pops: codesOf(scenario.pops).slice(0, count) };
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
