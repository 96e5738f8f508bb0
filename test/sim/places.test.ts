import { expect, test } from "vitest";
import { worldAudience } from "../../src/sim/audience.ts";
import { nearest } from "../../src/sim/network.ts";
import { readPlaces } from "../../src/sim/places.ts";

const places = await readPlaces();

test("every place is named once", () => {
  expect(places.length).toBeGreaterThan(300);
  expect(new Set(places.map(({ code }) => code)).size).toBe(places.length);
});

test("every place lies somewhere, in a country", () => {
  const lost = places.filter(
    ({ country, latitude, longitude }) =>
      !/^[A-Z]{2}$/.test(country) ||
      !(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) ||
      (latitude === 0 && longitude === 0),
  );
  expect(lost).toEqual([]);
});

// Coordinates from the airports' entries in Wikipedia.
test.each([
  ["FRA", "DE", 50.03, 8.57],
  ["SIN", "SG", 1.36, 103.99],
  ["GRU", "BR", -23.43, -46.47],
  ["SJC", "US", 37.36, -121.93],
])("%s is in %s at %d, %d", (code, country, latitude, longitude) => {
  const place = places.find((each) => each.code === code);
  expect(place?.country).toBe(country);
  expect(Math.abs((place?.latitude ?? 0) - latitude)).toBeLessThan(0.05);
  expect(Math.abs((place?.longitude ?? 0) - longitude)).toBeLessThan(0.05);
});

test.each([
  [10, 6],
  [100, 50],
  [300, 120],
])("a set of %d PoPs stands in at least %d countries", (size, least) => {
  const countries = new Set(
    places.slice(0, size).map(({ country }) => country),
  );
  expect(countries.size).toBeGreaterThanOrEqual(least);
});

test("every country of the usual audience has a place for its visitors", () => {
  const countries = new Set(places.map(({ country }) => country));
  expect(
    Object.keys(worldAudience).filter((country) => !countries.has(country)),
  ).toEqual([]);
});

test("a set of ten leads visitors to their own part of the world", () => {
  const [first, ...others] = places.slice(0, 10);
  if (first === undefined) throw new Error("no places");
  const led = (code: string) => {
    const from = places.find((place) => place.code === code);
    return from && nearest(from, [first, ...others]).code;
  };
  expect(["CDG", "KUL", "EZE", "LAX", "AKL", "KIX", "CPT"].map(led)).toEqual([
    "LHR",
    "SIN",
    "GRU",
    "SJC",
    "SYD",
    "NRT",
    "JNB",
  ]);
});
