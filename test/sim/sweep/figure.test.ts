import { expect, test } from "vitest";
import { run } from "../../../src/sim/run.ts";
import { parseFigure } from "../../../src/sim/sweep/figure.ts";
import { sample } from "../scenario/sample.ts";

const dark = '  - dark: { customer: forum, p100: "<= 70s" }\n';
const scenario = sample();
const result = await run(scenario, {
  name: "sample",
  seed: 1,
  progress: () => {},
  signal: null,
});

test.each([
  [
    "the time to dark that it sets a limit to",
    scenario,
    "time to dark of forum, p100",
    "s",
  ],
  [
    "that of the most points of presence",
    sample(['p100: "<= 70s"', 'p95: "<= 70s", p50: "<= 60s"']),
    "time to dark of forum, p95",
    "s",
  ],
  [
    "the time to light",
    sample([dark, dark.replace("dark", "light")]),
    "time to light of forum, p100",
    "s",
  ],
  [
    "everybody's errors where it expects neither",
    sample([dark, ""]),
    "errors of everybody, share",
    "%",
  ],
])("a scenario is about %s", (_, about, label, unit) => {
  const figure = parseFigure(null, about);
  expect(figure).toMatchObject({ ok: true, value: { unit } });
  expect(figure.ok && figure.value.of(result).label).toBe(label);
});

const [propagation] = result.propagations;
const [latency] = result.latency;

test.each([
  ["dark.p50", "s", propagation?.p50Seconds],
  ["light.p50", "s", null],
  ["errors.count:others", "", 0],
  ["latency.p95", "ms", latency?.p95Ms],
  ["list.writes", "", 1],
])("%s is what the result says, in %j", (word, unit, found) => {
  const figure = parseFigure(word, scenario);
  expect(figure).toMatchObject({ ok: true, value: { unit } });
  expect(figure.ok && figure.value.of(result).figure).toBe(found);
});

test("a share is in per cent", () => {
  const figure = parseFigure("refused.share:forum", scenario);
  const share = figure.ok ? figure.value.of(result).figure : null;
  expect(share).toBeGreaterThan(1);
  expect(share).toBeLessThan(100);
});

test.each([
  [
    "dark.p99",
    /^--figure is "dark.p99"; expected one of dark.p50, .*, registry.backlog, and :CUSTOMER for one customer's; did you mean dark.p95\?$/,
  ],
  ["constructor.name", /^--figure is "constructor.name"; expected one of /],
  ["dark", /^--figure is "dark"; expected one of /],
  [
    "dark.p50:froum",
    /^--figure is about "froum"; expected one of forum, others$/,
  ],
  [
    "cache.hits:forum",
    /^--figure is "cache.hits:forum"; expected cache.hits, which is of all customers together$/,
  ],
])("%s is refused with the reason", (word, problem) => {
  expect(parseFigure(word, scenario)).toEqual({
    ok: false,
    problem: expect.stringMatching(problem),
  });
});
