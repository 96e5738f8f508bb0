import type { Records } from "../customer/apply-result.ts";
import { edgeKey, purgeKey, siteKey, standingKey } from "../customer/keys.ts";
import { parseSite } from "../customer/site.ts";

export interface DemoCustomer {
  id: string;
  host: string;
  /** Where this command serves the site, at this start. */
  origin: string;
  /** The list entry that a first start writes. */
  entry: string;
}

/** Every key that a start may change. */
export function seedKeys(customers: readonly DemoCustomer[]): string[] {
  return [
    ...new Set(
      [...firstStart(customers), ...leftovers(customers)].map(([key]) => key),
    ),
  ];
}

/**
 * What to change in a store that holds `found`. A kept demo keeps the list as it was toggled, and only tells the edge
 * where its sites are now. A fresh one is as after the first start: an emergency purge or maintenance are over too.
 */
export function planSeeds(
  customers: readonly DemoCustomer[],
  found: Records,
  demo: "kept" | "fresh",
): Records {
  const wanted =
    demo === "fresh"
      ? [...firstStart(customers), ...leftovers(customers)]
      : [
          ...firstStart(customers),
          ...stored(found),
          ...moved(customers, found),
        ];
  return new Map(
    [...new Map(wanted)].filter(
      ([key, value]) => value !== (found.get(key) ?? null),
    ),
  );
}

type Seed = readonly [key: string, value: string | null];

function firstStart(customers: readonly DemoCustomer[]): Seed[] {
  return customers.flatMap(({ id, host, origin, entry }): Seed[] => [
    [siteKey(host), JSON.stringify({ customer: id, origins: [origin] })],
    [standingKey(id), entry],
  ]);
}

/** What an operator may have written beside. */
function leftovers(customers: readonly DemoCustomer[]): Seed[] {
  return [
    ...customers.map(({ id }): Seed => [purgeKey(id), null]),
    [edgeKey, null],
  ];
}

function stored(found: Records): Seed[] {
  return [...found].filter(([, value]) => value !== null);
}

/**
 * Site records whose port is that of an earlier start: those with one origin, on 127.0.0.1. Whatever else such a record
 * says stays. Any other record is not ours, one that cannot be read included.
 */
function moved(customers: readonly DemoCustomer[], found: Records): Seed[] {
  return customers.flatMap(({ host, origin }): Seed[] => {
    const key = siteKey(host);
    const text = found.get(key) ?? "";
    const site = parseSite(key, text);
    if (
      !site.ok ||
      !/^http:\/\/127\.0\.0\.1(:\d+)?$/.test(site.value.origins.join(" "))
    )
      return [];
    return [
      [key, JSON.stringify({ ...JSON.parse(text.trim()), origins: [origin] })],
    ];
  });
}
