import { expect, test } from "vitest";
import {
  compliantResolver,
  Resolver,
  Zone,
  type ResolverSettings,
} from "../../src/sim/dns.ts";

const second = 1_000;

/** The moment from which a resolver that asked at 0 follows a change made right after. */
function followsAfterSeconds(
  ttlSeconds: number,
  settings: Partial<ResolverSettings> = {},
): number {
  const zone = new Zone();
  zone.set("forum.example", { target: "first", ttlSeconds });
  const resolver = new Resolver(zone, { ...compliantResolver, ...settings });
  resolver.resolve("forum.example", 0);
  zone.set("forum.example", { target: "second", ttlSeconds });
  for (let seconds = 0; ; seconds++)
    if (resolver.resolve("forum.example", seconds * second) === "second")
      return seconds;
}

test.each<[string, number, Partial<ResolverSettings>, number]>([
  ["RFC 1035 §3.2.1 a record is held for its TTL", 300, {}, 300],
  ["RFC 1035 §3.2.1 a TTL of 0 is not held", 0, {}, 0],
  ["some hold what says less for longer", 60, { minTtlSeconds: 1_800 }, 1_800],
  [
    "and what says more for as long as it says",
    3_600,
    { minTtlSeconds: 1_800 },
    3_600,
  ],
  [
    "RFC 2181 §8 some hold long ones for less",
    86_400,
    { maxTtlSeconds: 7_200 },
    7_200,
  ],
])("%s", (_, ttlSeconds, settings, seconds) => {
  expect(followsAfterSeconds(ttlSeconds, settings)).toBe(seconds);
});

test("RFC 2308 §5 that a name does not exist is remembered", () => {
  const zone = new Zone();
  const resolver = new Resolver(zone, {
    ...compliantResolver,
    negativeTtlSeconds: 300,
  });
  expect(resolver.resolve("new.example", 0)).toBeNull();
  zone.set("new.example", { target: "edge", ttlSeconds: 60 });
  expect(resolver.resolve("new.example", 300 * second - 1)).toBeNull();
  expect(resolver.resolve("new.example", 300 * second)).toBe("edge");
});

test("a name taken out leads nowhere once it is no longer held", () => {
  const zone = new Zone();
  zone.set("gone.example", { target: "edge", ttlSeconds: 60 });
  const resolver = new Resolver(zone, compliantResolver);
  resolver.resolve("gone.example", 0);
  zone.set("gone.example", null);
  expect(resolver.resolve("gone.example", 60 * second - 1)).toBe("edge");
  expect(resolver.resolve("gone.example", 60 * second)).toBeNull();
});

test("resolvers do not share what they hold", () => {
  const zone = new Zone();
  zone.set("forum.example", { target: "first", ttlSeconds: 300 });
  const [early, late] = [0, 1].map(() => new Resolver(zone, compliantResolver));
  early?.resolve("forum.example", 0);
  zone.set("forum.example", { target: "second", ttlSeconds: 300 });
  expect(late?.resolve("forum.example", 1)).toBe("second");
  expect(early?.resolve("forum.example", 1)).toBe("first");
});
