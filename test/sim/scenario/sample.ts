import { parseScenario } from "../../../src/sim/scenario.ts";
import { type Scenario } from "../../../src/sim/scenario/form.ts";

/** A scenario of one customer whom somebody watches in a few places: small and quick. */
const sampleText = `
title: A sample
description: For tests
start: 2026-03-02T12:00:00Z
lasts: 3m
bucket: 1s
pops: [FRA, IAD, SIN]
traffic: { requestsPerSecond: 5 }
content: { objects: 20 }
customers:
  - id: forum
    share: 0.5
    watched: 1s
others: { count: 3 }
events:
  - at: 1m
    command: { kind: drop, customer: forum, ground: policy }
expect:
  - dark: { customer: forum, p100: "<= 70s" }
  - errors: { besides: forum, count: 0 }
`;

/** The sample with a part of its text in another's place, as a parsed scenario. */
export function sample(
  ...changes: readonly [from: string, to: string][]
): Scenario {
  const parsed = parseScenario("sample.yaml", changed(...changes));
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

export function changed(
  ...changes: readonly [from: string, to: string][]
): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the sample has no ${from}`);
    return text.replace(from, to);
  }, sampleText);
}
