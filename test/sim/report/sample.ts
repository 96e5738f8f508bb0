import { RandomStream } from "../../../src/sim/random-stream.ts";
import { readPlaces } from "../../../src/sim/places.ts";
import {
  outcomes,
  type VisitOutcome,
  type Result,
} from "../../../src/sim/result.ts";
import { summarise } from "../../../src/sim/statistics.ts";

const midnight = Date.UTC(2019, 7, 5, 7);
const names = ["forum", "shop", "cafe", "news", "museum", "garden", "radio"];

interface Size {
  pops: number;
  minutes: number;
  bucketSeconds: number;
  customers: number;
  seed?: number;
  /** Requests a second of the busiest customer at the busiest PoP. */
  rate?: number;
}

type Mix = Partial<Record<VisitOutcome, number>>;

/**
 * A result as a run could have found it: a forum is dropped and later served again, part of its visitors follow it to
 * another provider, a shop's origin dies behind the cache, and a café's provider loses its supplier.
 */
export async function sample(size: Size): Promise<Result> {
  const random = new RandomStream(size.seed ?? 1, "sample");
  const lastMs = size.minutes * 60_000;
  const startedAtMs = midnight - lastMs / 4;
  const at = (share: number): number => startedAtMs + lastMs * share;
  const places = (await readPlaces()).slice(0, size.pops);
  const pops = places.map(({ code, country, latitude, longitude }, index) => ({
    code,
    country,
    latitude,
    longitude,
    city: `City of ${code}`,
    provider: index % 17 === 16 ? "second" : "first",
  }));
  const customers = Array.from({ length: size.customers }, (_, index) => {
    const id = names[index] ?? `customer-${index}`;
    return { id, hosts: [`${id}.example`, `www.${id}.example`] };
  });
  const lags = (name: string): Map<string, number> =>
    new Map(
      pops.map(({ code }) => [
        code,
        Math.round(random.stream(name + code).uniform() * 60_400) / 1000,
      ]),
    );
  const dark = lags("dark");
  const light = lags("light");

  const mix = (customer: string, pop: string, nowMs: number): Mix => {
    const usual = { served: 0.18, cached: 0.815, stale: 0.005 };
    if (customer === "forum") {
      const darkMs = at(0.25) + (dark.get(pop) ?? 0) * 1000;
      const lightMs = at(0.75) + (light.get(pop) ?? 0) * 1000;
      if (nowMs < darkMs || nowMs >= lightMs) return usual;
      const away = Math.min(0.7, Math.max(0, (nowMs - at(0.4)) / lastMs) * 4);
      return { refused: 1 - away, "other-provider": away };
    }
    if (customer === "shop" && nowMs >= at(0.5) && nowMs < at(0.62))
      return { cached: 0.4, stale: 0.48, error: 0.12 };
    if (customer === "cafe" && nowMs >= at(0.85)) return { unreachable: 1 };
    return usual;
  };

  const series: Result["series"][number][] = [];
  const bucketMs = size.bucketSeconds * 1000;
  const buckets = Math.ceil(lastMs / bucketMs);
  pops.forEach(({ code }, popRank) => {
    customers.forEach(({ id }, rank) => {
      const draw = random.stream(`${code} ${id}`);
      const perBucket =
        (size.bucketSeconds * (size.rate ?? 24)) /
        (1 + popRank / 12) /
        (1 + rank);
      const counts = new Map(
        outcomes.map((outcome) => [outcome, Array<number>(buckets).fill(0)]),
      );
      for (let bucket = 0; bucket < buckets; bucket++) {
        const shares = mix(id, code, startedAtMs + (bucket + 0.5) * bucketMs);
        for (const outcome of outcomes) {
          const expected = perBucket * (shares[outcome] ?? 0);
          const row = counts.get(outcome);
          if (row) row[bucket] = Math.floor(expected + draw.uniform());
          if (row && expected === 0) row[bucket] = 0;
        }
      }
      for (const [outcome, row] of counts)
        if (row.some((count) => count > 0))
          series.push({ pop: code, customer: id, outcome, counts: row });
    });
  });

  const propagation = (
    towards: "dark" | "light",
    decidedAtMs: number,
    lag: Map<string, number>,
  ): Result["propagations"][number] => {
    const { p50, p95, p100 } = summarise(lag.values()) ?? {
      p50: 0,
      p95: 0,
      p100: 0,
    };
    return {
      customer: "forum",
      decidedAtMs,
      towards,
      pops: [...lag].map(([pop, seconds]) => ({
        pop,
        seconds,
        upToSeconds: seconds + 1,
      })),
      p50Seconds: p50,
      p95Seconds: p95,
      p100Seconds: p100,
      upTo: {
        p50Seconds: p50 + 1,
        p95Seconds: p95 + 1,
        p100Seconds: p100 + 1,
      },
      seenAt: lag.size,
      of: lag.size,
      contradictions: 1234,
    };
  };
  const event = (
    share: number,
    kind: Result["events"][number]["kind"],
    customer: string | null,
    text: string,
    assumed = false,
  ): Result["events"][number] => ({
    atMs: at(share),
    kind,
    customer,
    text,
    assumed,
  });
  return {
    scenario: {
      name: "drop-and-restore",
      title: "Drop a forum at midnight Pacific, restore it later",
      description:
        "The forum is announced to go, dropped at midnight and served again after an appeal. Meanwhile the shop's origin fails and the café's second provider loses its supplier.",
    },
    runtime: "virtual",
    seed: size.seed ?? 1,
    partial: false,
    startedAtMs,
    endedAtMs: startedAtMs + lastMs,
    pops,
    customers,
    providers: [
      { id: "first", name: "This edge", supplier: null },
      { id: "second", name: "Second Edge Ltd", supplier: "Carrier Inc" },
    ],
    events: [
      event(0.05, "announcement", "forum", "The forum's end is announced"),
      event(0.1, "command", "forum", "notice forum from midnight, policy"),
      event(0.25, "command", "forum", "drop forum: repeated incitement"),
      event(
        0.4,
        "note",
        "forum",
        "DNS of forum.example moves to the second provider",
        true,
      ),
      event(0.5, "fault", "shop", "origin of shop.example stops answering"),
      event(
        0.62,
        "fault",
        "shop",
        "origin of shop.example answers again",
        true,
      ),
      event(0.75, "command", "forum", "restore forum"),
      event(0.85, "fault", null, "Carrier Inc cuts off Second Edge Ltd"),
    ],
    bucketSeconds: size.bucketSeconds,
    series,
    propagations: [
      propagation("dark", at(0.25), dark),
      propagation("light", at(0.75), light),
    ],
    cache: pops.map(({ code }, rank) => {
      const requests = Math.round(90_000 / (1 + rank / 12));
      const hits = Math.round(
        requests * (0.9 - 0.4 * random.uniform() * Math.min(1, rank / 60)),
      );
      return {
        pop: code,
        requests,
        hits,
        bytes: requests * 48_000,
        hitBytes: Math.round(hits * 41_000),
      };
    }),
    origins: customers.map(({ id }, rank) => ({
      origin: `https://origin.${id}.example`,
      customer: id,
      requests: Math.round(40_000 / (1 + rank)),
      failures: id === "shop" ? 2_310 : 0,
      overloads: id === "shop" ? 310 : 0,
      bytes: Math.round(2e9 / (1 + rank)),
      p95PerSecond: Math.round(40 / (1 + rank)),
      p99PerSecond: Math.round(70 / (1 + rank)),
      peakPerSecond: Math.round(90 / (1 + rank)),
    })),
    registry: null,
    cost: {
      requests: 1_200_000,
      bytes: 48e9,
      listReads: 81_200,
      listWrites: 1_004,
      registryReads: 0,
      originRequests: 40_000,
      amount: { currency: "USD", total: 0.4056 },
    },
    list: {
      reads: 81_200,
      failedReads: 41,
      writes: 1_004,
      refusedWrites: 2,
      malformed: 1,
    },
    latency: customers.map(({ id }, rank) => ({
      customer: id,
      p50Ms: 18 + rank / 10,
      p95Ms: 96 + rank / 4,
      p99Ms: 240 + rank / 2,
    })),
    assertions: [
      {
        text: "time to dark of forum, p100 ≤ 65 s",
        passed: true,
        found: "60.3 s",
      },
      {
        text: "time to light of forum, p100 ≤ 65 s",
        passed: true,
        found: "60.2 s",
      },
      {
        text: "no visitor of another customer saw an error",
        passed: false,
        found: "4,212 errors, all of shop",
      },
    ],
  };
}

/** The least a run can come to: nothing happened, and nobody came. */
export const nothing: Result = {
  scenario: { name: "nothing", title: "Nothing", description: "" },
  runtime: "virtual",
  seed: 0,
  partial: true,
  startedAtMs: midnight,
  endedAtMs: midnight,
  pops: [
    {
      code: "IAD",
      city: "Washington",
      country: "US",
      latitude: 38.9,
      longitude: -77.5,
      provider: "first",
    },
  ],
  customers: [],
  providers: [],
  events: [],
  bucketSeconds: 1,
  series: [],
  propagations: [],
  cache: [],
  origins: [],
  registry: null,
  cost: {
    requests: 0,
    bytes: 0,
    listReads: 0,
    listWrites: 0,
    registryReads: 0,
    originRequests: 0,
    amount: null,
  },
  list: { reads: 0, failedReads: 0, writes: 0, refusedWrites: 0, malformed: 0 },
  latency: [],
  assertions: [],
};
