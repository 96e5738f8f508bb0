import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { onFirstPops, parseScenario } from "../../../src/sim/scenario.ts";
import { scenarioSchemaText } from "../../../src/sim/scenario/json-schema.ts";
import { shippedScenarios } from "../../../src/sim/shipped.ts";
import { changed, sample } from "./sample.ts";

test("what a scenario leaves out is as usual", () => {
  const scenario = sample();
  expect(scenario.start).toBe(Date.parse("2026-03-02T12:00:00Z"));
  expect(scenario.lasts).toBe(180_000);
  expect(scenario.cache.algorithm).toBe("s3-fifo");
  expect(scenario.list.preset).toBe("documented");
  expect(scenario.seed).toBe(1);
});

test.each([
  ["pops: [FRA, IAD, SIN]", 2, ["IAD", "FRA"]],
  ["pops: 10", 3, ["IAD", "FRA", "SIN"]],
  ["pops: [LPB, SIN]", 3, ["SIN", "LPB"]],
])("of %s the first %d are %j", (pops, count, first) => {
  const scenario = sample(["pops: [FRA, IAD, SIN]", pops]);
  expect(onFirstPops(scenario, count).pops).toEqual(first);
});

test("a customer's site may say with which Host its origins are asked", () => {
  const { customers } = sample([
    "id: forum",
    "id: forum\n    site: { originHost: visitor }",
  ]);
  expect(customers[0]?.site).toEqual({ originHost: "visitor" });
});

test.each([
  [
    "a word that is none of a list's",
    "pops: [FRA, IAD, SIN]",
    "pops: 999",
    '7:1: "pops" is 999; expected a whole number from 1 to 368',
  ],
  [
    "an unknown airport",
    "IAD",
    "XQX",
    '7:13: "pops.1" is "XQX"; expected an airport code from the simulator\'s list, such as FRA',
  ],
  [
    "a duration without a unit",
    "lasts: 3m",
    "lasts: 3 minutes",
    '5:1: "lasts" is "3 minutes"; expected a duration such as 500ms, 90s, 30m, 2h or 1d12h',
  ],
  [
    "a day that does not exist",
    "2026-03-02",
    "2026-02-30",
    '4:1: "start" is "2026-02-30T12:00:00Z"; expected an instant in UTC such as 2019-08-05T07:00:00Z',
  ],
  [
    "a share above one",
    "share: 0.5",
    "share: 3",
    '12:5: "customers.0.share" is 3; expected a number from 0 to 1',
  ],
  [
    "a misspelt member",
    "lasts: 3m",
    "last: 3m",
    '5:1: "last" is not a member that this has; did you mean lasts?',
  ],
  [
    "a member that is missing",
    "title: A sample\n",
    "",
    '2:1: "title" is missing',
  ],
  [
    "a command of no kind",
    "kind: drop",
    "kind: dorp",
    '17:16: "events.0.command.kind" is "dorp"; expected one of add, change, remove, notice, drop, suspend, withhold, restore, purge, maintenance',
  ],
  [
    "a command that the list could not hold",
    "ground: policy",
    "ground: bad",
    '17:5: "events.0.command": customer:forum: "ground" is "bad"; expected one of policy, security, billing, legal, maintenance, request',
  ],
  [
    "an event at which nothing happens",
    "    command:",
    "    assumed: true\n    # command:",
    '16:5: "events.0" is a map; expected exactly one of command, fault, write, publish, attack, move, decline, hold, release, announce, note beside "at"',
  ],
  [
    "an event after the end",
    "at: 1m",
    "at: 1h",
    '16:5: "at" is 2026-03-02T13:00:00.000Z; expected a moment of the scenario',
  ],
  [
    "a limit on something else",
    '"<= 70s"',
    '"<= 65 apples"',
    '19:30: "expect.0.dark.p100" is "<= 65 apples"; expected a limit on a duration, such as "<= 65s"',
  ],
  [
    "an assertion of no kind",
    "- dark:",
    "- darkness:",
    '19:5: "expect.0.darkness" is not a member that this has',
  ],
  [
    "an assertion about nobody",
    "customer: forum, p100",
    "customer: froum, p100",
    '19:5: "froum" is unknown; expected one of others, forum',
  ],
  [
    "a window that cuts a bucket",
    "count: 0",
    "count: 0, from: 1500ms",
    '20:41: "from" is 1.5 s after the start; expected the beginning of a bucket of 1 s',
  ],
  [
    "a site record that the edge could not read",
    "share: 0.5",
    "site: { timeoutSeconds: 0 }",
    '12:5: host:forum.example: "timeoutSeconds" is 0; expected a whole number from 1 to 600',
  ],
  [
    "a Worker's variable out of range",
    "bucket: 1s",
    "edge: { WATCH_SECONDS: 99 }",
    "6:1: WATCH_SECONDS is 99; expected a number of seconds from 0 to 60",
  ],
  [
    "a variable that no Worker reads",
    "bucket: 1s",
    "edge: { RECORD_MEMORY: 1 }",
    '6:9: "edge.RECORD_MEMORY" is not a member that this has',
  ],
  [
    "two customers of one name",
    "others:",
    "  - id: forum\nothers:",
    '14:5: "forum" is taken; expected an id of its own',
  ],
  [
    "a fault of nobody's",
    "command: { kind: drop, customer: forum, ground: policy }",
    "fault: { kind: supplier-cuts, provider: second }",
    '16:5: "second" is unknown; expected a provider\'s id',
  ],
  [
    "a cut of a provider without a supplier",
    "command: { kind: drop, customer: forum, ground: policy }",
    "fault: { kind: supplier-cuts, provider: portcullis }",
    '16:5: "portcullis" has no supplier; expected a provider with one',
  ],
  [
    "customers with more visitors than there are",
    "share: 0.5",
    "share: 0.6\n  - id: shop\n    share: 0.5",
    '10:1: "customers" have shares of 1.1 of all visitors; expected 1 at most',
  ],
  [
    "a fault of others that are not there",
    "others: { count: 3 }\nevents:\n  - at: 1m\n    command: { kind: drop, customer: forum, ground: policy }",
    "events:\n  - at: 1m\n    fault: { kind: origin-down, customer: others, lasts: 1m }",
    '15:5: "others" is unknown; expected the id of a customer with a name',
  ],
  [
    "a fault in a place without a point of presence",
    "command: { kind: drop, customer: forum, ground: policy }",
    "fault: { kind: pop-down, lasts: 1m, pops: [NRT] }",
    '16:5: "NRT" is unknown; expected a point of presence of the scenario',
  ],
  [
    "a command about nobody",
    "customer: forum, ground",
    "customer: froum, ground",
    '16:5: "froum" is unknown; expected the id of a customer, or of one that an earlier command adds',
  ],
  [
    "a command about one of the others that is not there",
    "customer: forum, ground",
    "customer: other-4, ground",
    '16:5: "other-4" is unknown; expected the id of a customer, or of one that an earlier command adds',
  ],
  [
    "a fault of a registry that is not there",
    "command: { kind: drop, customer: forum, ground: policy }",
    "fault: { kind: registry-down, lasts: 1m }",
    '16:5: "registry-down" is a fault of a registry; expected the member "registry"',
  ],
  [
    "no YAML",
    "share: 0.5",
    "share: [0.5",
    "13:5: Flow sequence in block collection must be sufficiently indented and end with a ]",
  ],
])("%s is named with file, line and column", (_, from, to, problem) => {
  expect(parseScenario("my.yaml", changed([from, to]))).toEqual({
    ok: false,
    problem: `my.yaml:${problem}`,
  });
});

test("the JSON Schema that editors read is the one that scenarios are parsed by", () => {
  const kept = new URL(
    "../../../src/sim/scenarios/scenario.schema.json",
    import.meta.url,
  );
  expect(JSON.parse(readFileSync(kept, "utf8"))).toEqual(
    JSON.parse(scenarioSchemaText()),
  );
});

test("every scenario that ships says what it shows, from where, and names its schema", async () => {
  const shipped = await shippedScenarios();
  expect(shipped.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      "2019-08-05",
      "attack",
      "drop-and-restore",
      "drop-during-outage",
      "drop-now",
      "notice",
      "origin-dies",
      "purge-everywhere",
      "rush-hour",
      "typo",
    ]),
  );
  for (const { name, path } of shipped) {
    const text = readFileSync(path, "utf8");
    expect(text).toMatch(
      /^# yaml-language-server: \$schema=scenario\.schema\.json\n/,
    );
    expect(parseScenario(name, text)).toMatchObject({ ok: true });
  }
});
