import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
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
    const quick =
      traffic.preset === "busy"
        ? { ...traffic, requestsPerSecond: 5 }
        : traffic;
    const assertions = await assertionsOf(name, {
      ...scenario,
      traffic: quick,
    });
    expect(assertions.length).toBeGreaterThan(0);
    expect(assertions.filter(({ passed }) => !passed)).toEqual([]);
  },
);

test.each(["README.md", "src/sim/README.md"])(
  "the scenario in %s parses, names the schema, and comes true",
  async (readme) => {
    const path = join(import.meta.dirname, "../..", readme);
    const text = readFileSync(path, "utf8");
    const [, yaml = ""] = /^```yaml\n(.*?)^```$/ms.exec(text) ?? [];
    const [, schema = "none"] = /\$schema=(\S+)/.exec(yaml) ?? [];
    expect(existsSync(join(dirname(path), schema))).toBe(true);
    const assertions = await assertionsOf(readme, parsed(readme, yaml));
    expect(assertions.length).toBeGreaterThan(0);
    expect(assertions.filter(({ passed }) => !passed)).toEqual([]);
  },
);
