import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { run } from "../../src/sim/run.ts";
import { parseScenario } from "../../src/sim/scenario.ts";
import { shippedScenarios } from "../../src/sim/shipped.ts";

test.each(await shippedScenarios())(
  "all that the scenario $name expects comes true",
  async ({ name, path }) => {
    const scenario = parseScenario(path, readFileSync(path, "utf8"));
    if (!scenario.ok) throw new Error(scenario.problem);
    const { traffic } = scenario.value;
    // A million requests are too many here.
    const quick =
      traffic.preset === "busy"
        ? { ...traffic, requestsPerSecond: 5 }
        : traffic;
    const { assertions } = await run(
      { ...scenario.value, traffic: quick },
      {
        name,
        seed: scenario.value.seed,
        progress: () => {},
        signal: null,
      },
    );
    expect(assertions.length).toBeGreaterThan(0);
    expect(assertions.filter(({ passed }) => !passed)).toEqual([]);
  },
);
