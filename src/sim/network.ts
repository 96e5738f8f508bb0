import { geoDistance } from "d3-geo";
import type { Distribution } from "./random-stream.ts";
import type { Place } from "./places.ts";

/** The earth's mean radius, R1 of the International Union of Geodesy and Geophysics. */
const earthRadiusKm = 6371.0088;

/** Light in glass: two thirds of its speed in vacuum, 299 792.458 km/s. */
const fibreKmPerMs = (299.792458 * 2) / 3;

/**
 * How much longer a path is than the great circle. Bozkurt, Aqeel, Bhattacherjee, Chandrasekaran, Godfrey, Laughlin, Maggs
 * and Singla, "Dissecting Latency in the Internet's Fiber Infrastructure" (arXiv 1811.10737, 2018), give as the rule of
 * thumb of measurement campaigns: line-of-sight distance times 2.1, divided by the speed of light in fibre.
 */
const pathFactor = 2.1;

/**
 * Round trip of a visitor's own line, milliseconds: an assumption, between fibre and mobile lines. The FCC's reports
 * "Measuring Broadband America" have fixed lines at about 10 (fibre) to 40 (DSL).
 */
export const defaultAccess: Distribution = {
  kind: "log-normal",
  median: 18,
  p95: 60,
};

export function distanceKm(from: Place, to: Place): number {
  return (
    earthRadiusKm *
    geoDistance([from.longitude, from.latitude], [to.longitude, to.latitude])
  );
}

/** Milliseconds there and back, queues and lines at either end aside. */
export function roundTripMs(from: Place, to: Place): number {
  return (2 * pathFactor * distanceKm(from, to)) / fibreKmPerMs;
}

/** The PoP that anycast is taken to lead to: the nearest, of equally near ones the first. */
export function nearest<Pop extends Place>(
  from: Place,
  pops: readonly [Pop, ...Pop[]],
): Pop {
  let [best] = pops;
  let minKm = distanceKm(from, best);
  for (const pop of pops) {
    const km = distanceKm(from, pop);
    if (km < minKm) [best, minKm] = [pop, km];
  }
  return best;
}
