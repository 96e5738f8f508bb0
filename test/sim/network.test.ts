import { expect, test } from "vitest";
import { distanceKm, nearest, roundTripMs } from "../../src/sim/network.ts";
import type { Place } from "../../src/sim/places.ts";

const at = (latitude: number, longitude: number, code = "AAA"): Place => ({
  code,
  country: "XX",
  latitude,
  longitude,
});
const frankfurt = at(50.03, 8.57, "FRA");
const singapore = at(1.36, 103.99, "SIN");

// A degree of a meridian on a sphere of 6371.0088 km is 111.195 km; FRA to SIN is 10 255 km by the great circle mapper.
test.each([
  ["nowhere", frankfurt, frankfurt, 0, 0.001],
  ["a degree of latitude", at(0, 0), at(1, 0), 111.195, 0.001],
  ["a quarter of the globe", at(0, 0), at(90, 0), 10_007.56, 0.01],
  ["to the other side", at(0, 0), at(0, 180), 20_015.12, 0.01],
  ["over the date line", at(0, 179.5), at(0, -179.5), 111.195, 0.001],
  ["Frankfurt to Singapore", frankfurt, singapore, 10_255, 30],
])("great circle: %s", (_, from, to, km, tolerance) => {
  expect(Math.abs(distanceKm(from, to) - km)).toBeLessThanOrEqual(tolerance);
});

test("Bozkurt et al. 2018: there and back at 2.1 times the distance and two thirds of c", () => {
  const quarter = roundTripMs(at(0, 0), at(90, 0));
  expect(quarter).toBeCloseTo((2 * 2.1 * 10_007.56) / 199.862, 1);
  expect(roundTripMs(frankfurt, singapore)).toBeGreaterThan(150);
  expect(roundTripMs(frankfurt, singapore)).toBeLessThan(250);
});

test("the nearest PoP is led to, of equally near ones the first", () => {
  const from = at(0, 0);
  expect(nearest(from, [singapore, frankfurt]).code).toBe("FRA");
  const east = at(0, 10, "EST");
  const west = at(0, -10, "WST");
  expect(nearest(from, [west, east]).code).toBe("WST");
  expect(nearest(from, [east, west]).code).toBe("EST");
});
