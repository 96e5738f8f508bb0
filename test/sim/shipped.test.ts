import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../../src/sim/run.ts";
import { parseScenario } from "../../src/sim/scenario.ts";
import { type Scenario } from "../../src/sim/scenario/form.ts";
import { shippedScenarios } from "../../src/sim/shipped.ts";

function parsed(path: string, yaml: string): Scenario {
  const scenario = parseScenario(path, yaml);
  if (!scenario.ok) throw new Error(scenario.problem);
  return scenario.value;
}

async function assertionsOf(name: string, scenario: Scenario) {
  const { assertions } = await run(scenario, {
    name,
    seed: scenario.seed,
    progress: () => {},
    signal: null,
  });
  return assertions;
}

test.each(await shippedScenarios())(
  "all that the scenario $name expects comes true",
  async ({ name, path }) => {
    const scenario = parsed(path, readFileSync(path, "utf8"));
    const { traffic } = scenario;
    // A million requests are too many here.
    const isBusy = traffic.preset === "busy";
    const assertions = await assertionsOf(name, {
      ...scenario,
      ...(isBusy && {
        traffic: { ...traffic, requestsPerSecond: 5 },
        pops: 100,
      }),
    });
    expect(assertions.length).toBeGreaterThan(0);
    expect(assertions.filter(({ passed }) => !passed)).toEqual([]);
  },
);

const reference = "src/sim/README.md";
const root = join(import.meta.dirname, "../..");
const written = Array.from(
  readFileSync(join(root, reference), "utf8").matchAll(
    /^```yaml\n(# yaml-language-server: \$schema=(\S+)\n.*?)^```$/gms,
  ),
  ([, yaml = "", schema = "none"]) => [schema, yaml] as const,
);

test("the reference has a scenario to begin with, and one with every part", () => {
  expect(written).toHaveLength(2);
});

test.each(written)(
  "the scenario in the reference that names %s parses, and comes true",
  async (schema, yaml) => {
    const folders = [root, join(root, "src/sim")];
    expect(folders.some((folder) => existsSync(join(folder, schema)))).toBe(
      true,
    );
    const assertions = await assertionsOf(reference, parsed(reference, yaml));
    expect(assertions.length).toBeGreaterThan(0);
    expect(assertions.filter(({ passed }) => !passed)).toEqual([]);
  },
);
