import { describe, expect, test } from "vitest";
import { RandomStream } from "../../src/sim/random-stream.ts";
import type { Place } from "../../src/sim/places.ts";
import {
  defaultTraffic,
  Visitors,
  type Session,
  type TrafficSettings,
} from "../../src/sim/visitors.ts";
import { Weights, zipf } from "../../src/sim/weights.ts";

const at = (code: string, country: string, longitude: number): Place => ({
  code,
  country,
  latitude: 0,
  longitude,
});
const places = [
  at("AAA", "DE", 0),
  at("BBB", "DE", 0),
  at("CCC", "JP", 135),
  at("DDD", "BR", -45),
];
const dayMs = 86_400_000;

function sessionsOf(
  settings: Partial<TrafficSettings>,
  days = 1,
  seed = 1,
): Session[] {
  const visitors = new Visitors(
    {
      ...defaultTraffic,
      sessionsPerSecond: 1,
      pagesPerSession: 1,
      assetsPerPage: 0,
      countries: { DE: 3, JP: 1 },
      ...settings,
    },
    { places, sites: zipf(100, 0.8), objects: zipf(1_000, 0.8) },
    new RandomStream(seed),
  );
  const sessions: Session[] = [];
  for (let nowMs = 0; ;) {
    const session = visitors.next(nowMs);
    if (session.atMs >= days * dayMs) return sessions;
    sessions.push(session);
    nowMs = session.atMs;
  }
}

const shareOf = (sessions: Session[], holds: (session: Session) => boolean) =>
  sessions.filter(holds).length / sessions.length;

describe("arrivals", () => {
  test("over a day there are as many as told, whatever the swing", () => {
    for (const dailySwing of [1, 3, 100])
      expect(sessionsOf({ dailySwing }).length / 86_400).toBeCloseTo(1, 1);
  });

  test("flat traffic is a Poisson process: gaps have a mean and a deviation alike", () => {
    const sessions = sessionsOf({ dailySwing: 1 });
    const gaps = sessions
      .slice(1)
      .map(({ atMs }, index) => atMs - (sessions[index]?.atMs ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance =
      gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(mean / 1_000).toBeCloseTo(1, 1);
    expect(Math.sqrt(variance) / 1_000).toBeCloseTo(1, 1);
  });

  test.each([
    ["on the zero meridian", "DE", 20.5],
    ["at 135° east, nine hours earlier", "JP", 11.5],
  ])(
    "the busiest hour comes in the local evening: %s",
    (_, country, busiestUtc) => {
      const sessions = sessionsOf({ countries: { [country]: 1 } }, 4);
      const within = (hour: number) =>
        sessions.filter(({ atMs }) => {
          const away = Math.abs(
            (((atMs % dayMs) / 3_600_000 - hour + 36) % 24) - 12,
          );
          return away < 0.5;
        }).length;
      const busiest = within(busiestUtc);
      const quietest = within((busiestUtc + 12) % 24);
      // A day's cosine with a swing of 3, averaged over the hour around its extremes.
      expect(busiest / quietest).toBeGreaterThan(2.7);
      expect(busiest / quietest).toBeLessThan(3.3);
    },
  );

  test("countries come as their weights say, a country's places alike, others never", () => {
    const sessions = sessionsOf({ dailySwing: 1 });
    const from = (code: string) =>
      shareOf(sessions, ({ place }) => place.code === code);
    expect(
      ["AAA", "BBB", "CCC", "DDD"].map((code) => Number(from(code).toFixed(2))),
    ).toEqual([
      expect.closeTo(0.375, 1),
      expect.closeTo(0.375, 1),
      expect.closeTo(0.25, 1),
      0,
    ]);
  });
});

describe("sessions", () => {
  test("sites and objects are as popular as their weights say", () => {
    const sessions = sessionsOf({ assetsPerPage: 4 }, 0.5);
    const sites = zipf(100, 0.8);
    expect(
      shareOf(sessions, ({ site }) => site === 0) * sites.total,
    ).toBeCloseTo(1, 1);
    const requests = sessions.flatMap((session) => session.requests);
    const first = requests.filter(({ object }) => object === 0).length;
    expect((first / requests.length) * zipf(1_000, 0.8).total).toBeCloseTo(
      1,
      1,
    );
  });

  test("a visitor sees as many pages as told on average, each with its assets", () => {
    const sessions = sessionsOf({ pagesPerSession: 3, assetsPerPage: 4 }, 0.5);
    const requests = sessions.map((session) => session.requests.length);
    expect(requests.every((count) => count % 5 === 0)).toBe(true);
    const mean =
      requests.reduce((sum, count) => sum + count, 0) / requests.length;
    expect(mean / 15).toBeCloseTo(1, 1);
  });

  test("Barford and Crovella 1998: at least a second lies between two pages", () => {
    const sessions = sessionsOf({ pagesPerSession: 3 }, 0.2);
    const hasty = sessions.filter(({ requests }) =>
      requests.some(({ afterMs }, index) => afterMs < index * 1_000),
    );
    expect(hasty).toEqual([]);
    expect(sessions.some(({ requests }) => requests.length > 3)).toBe(true);
  });

  test("one page a session means one page", () => {
    const sessions = sessionsOf({}, 0.1);
    expect(sessions.every(({ requests }) => requests.length === 1)).toBe(true);
  });
});

test("one seed gives the same visitors twice, another gives others", () => {
  const [first] = sessionsOf({}, 0.01);
  expect(sessionsOf({}, 0.01)[0]).toEqual(first);
  expect(sessionsOf({}, 0.01, 2)[0]).not.toEqual(first);
});

test("an audience that has no place at all is refused", () => {
  expect(() => sessionsOf({ countries: { FR: 1 } })).toThrow(RangeError);
  expect(() => new Weights([])).toThrow(RangeError);
});
