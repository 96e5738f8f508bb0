import { describe, expect, test } from "vitest";
import { newHostReads } from "../../src/edge/new-hosts.ts";
import { costOf, workloadsOf } from "./cost.ts";

const { busy, asleep, cold, tenants, sweep, sweepBelow } = workloadsOf({
  sites: 50,
  rounds: 60,
});

describe("billed reads of KV", () => {
  test.each([
    ["at most 0.02 a request at 100 requests a second", busy, 0.02],
    ["at most 1.2 where isolates have slept a minute", asleep, 1.2],
    ["at most 1.2 below a wildcard too", tenants, 1.2],
    ["at most 1.2 in new isolates, once their PoP knows the sites", cold, 1.2],
  ])("are %s", async (_, workload, atMost) => {
    const { kvReads, requests } = await costOf(workload);
    expect(kvReads / requests).toBeLessThanOrEqual(atMost);
  });

  test.each([
    ["of unknown hosts", sweep, newHostReads(20).isolate],
    ["of hosts below a wildcard", sweepBelow, newHostReads(20).parent],
  ])(
    "in a sweep %s are as many as its bound allows",
    async (_, workload, { perSecond, burst }) => {
      const { kvReads, requests } = await costOf(workload);
      const seconds = requests / 1000;
      expect(kvReads).toBeLessThanOrEqual(burst + seconds * perSecond + 10);
    },
  );
});
