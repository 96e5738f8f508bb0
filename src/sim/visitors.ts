import type { RandomStream, Distribution } from "./random-stream.ts";
import type { Place } from "./places.ts";
import { Weights } from "./weights.ts";

export interface TrafficSettings {
  /** New visitors a second, on average over a day. */
  sessionsPerSecond: number;
  /** How many of them are where: weight by country. */
  countries: Readonly<Record<string, number>>;
  /** Traffic of the busiest local hour over that of the quietest; 1 is flat. */
  dailySwing: number;
  /** The busiest hour by local solar time. */
  peakHour: number;
  /** Pages a visitor sees, on average. */
  pagesPerSession: number;
  /** Further objects of a page, asked for once the page has been read so far. */
  assetsPerPage: number;
  /** Milliseconds between two pages of a visitor. */
  think: Distribution;
}

/**
 * Think times: Barford and Crovella, "Generating Representative Web Workloads" (SIGMETRICS 1998): Pareto from 1 s with
 * shape 1.5. Evening peak and swing stand for the daily curves that exchange points publish; like pages and assets, they are
 * assumptions.
 */
export const defaultTraffic: Omit<
  TrafficSettings,
  "countries" | "sessionsPerSecond"
> = {
  dailySwing: 3,
  peakHour: 20.5,
  pagesPerSession: 3,
  assetsPerPage: 4,
  think: { kind: "pareto", min: 1_000, shape: 1.5 },
};

/** One visitor's stay at one site. */
export interface Session {
  atMs: number;
  place: Place;
  /** Indices into the popularities of sites and of objects. */
  site: number;
  requests: readonly { afterMs: number; object: number }[];
}

const slotMs = 15 * 60_000;
const slotsADay = 96;

/** Between a page and what it embeds: an assumption. */
const parseMs = 100;

/**
 * Visitors as a Poisson process whose rate follows the hour of the day at each place: constant within a quarter of an hour,
 * and exact at that (Çinlar's inversion: a unit exponential is used up at the rate of the time passing).
 */
export class Visitors {
  readonly #settings: TrafficSettings;
  readonly #places: readonly Place[];
  readonly #sites: Weights;
  readonly #objects: Weights;
  readonly #random: RandomStream;
  readonly #unit: () => number;
  readonly #thinkMs: () => number;
  /** For each quarter of an hour of the UTC day, sessions a millisecond by place. */
  readonly #slots: readonly Weights[];

  constructor(
    settings: TrafficSettings,
    world: { places: readonly Place[]; sites: Weights; objects: Weights },
    random: RandomStream,
  ) {
    this.#settings = settings;
    this.#places = world.places.filter(
      ({ country }) => (settings.countries[country] ?? 0) > 0,
    );
    this.#sites = world.sites;
    this.#objects = world.objects;
    this.#random = random.stream("visitors");
    this.#unit = random
      .stream("arrivals")
      .sampler({ kind: "exponential", mean: 1 });
    this.#thinkMs = random.stream("think").sampler(settings.think);
    const rates = this.#meanRates();
    this.#slots = Array.from(
      { length: slotsADay },
      (_, slot) =>
        new Weights(
          this.#places.map(
            ({ longitude }, index) =>
              (rates[index] ?? 0) *
              this.#activity((slot + 0.5) / 4 + longitude / 15),
          ),
        ),
    );
  }

  /** The next visitor after that moment. */
  next(afterMs: number): Session {
    const atMs = this.#arrival(afterMs);
    return {
      atMs,
      place: this.placeAt(atMs, this.#random),
      site: this.#random.index(this.#sites),
      requests: this.#requests(),
    };
  }

  /** Where somebody is who comes at that moment. */
  placeAt(atMs: number, random: RandomStream): Place {
    const place = this.#places[random.index(this.#slotAt(atMs))];
    if (place === undefined) throw new RangeError("there are no places");
    return place;
  }

  /** Sessions a millisecond of each place over the day: a country's weight spread evenly over its places. */
  #meanRates(): number[] {
    const { countries, sessionsPerSecond } = this.#settings;
    const places = new Map<string, number>();
    for (const { country } of this.#places)
      places.set(country, (places.get(country) ?? 0) + 1);
    let total = 0;
    for (const country of places.keys()) total += countries[country] ?? 0;
    return this.#places.map(
      ({ country }) =>
        (sessionsPerSecond / 1_000 / total) *
        ((countries[country] ?? 0) / (places.get(country) ?? 1)),
    );
  }

  /** Of a local hour, 1 on average over the day. */
  #activity(hour: number): number {
    const { dailySwing, peakHour } = this.#settings;
    const depth = (dailySwing - 1) / (dailySwing + 1);
    return 1 + depth * Math.cos(((hour - peakHour) / 12) * Math.PI);
  }

  #slotAt(atMs: number): Weights {
    const slot = this.#slots[Math.floor(atMs / slotMs) % slotsADay];
    if (slot === undefined) throw new RangeError(`no time of day: ${atMs}`);
    return slot;
  }

  #arrival(afterMs: number): number {
    let left = this.#unit();
    let atMs = afterMs;
    for (;;) {
      const rate = this.#slotAt(atMs).total;
      const slotEndsMs = (Math.floor(atMs / slotMs) + 1) * slotMs;
      if (left < rate * (slotEndsMs - atMs)) return atMs + left / rate;
      left -= rate * (slotEndsMs - atMs);
      atMs = slotEndsMs;
    }
  }

  /** Pages until the visitor leaves, which after each is equally likely. */
  #requests(): Session["requests"] {
    const { pagesPerSession, assetsPerPage } = this.#settings;
    const requests = [];
    let afterMs = 0;
    do {
      requests.push({ afterMs, object: this.#random.index(this.#objects) });
      for (let asset = 0; asset < assetsPerPage; asset++)
        requests.push({
          afterMs: afterMs + parseMs,
          object: this.#random.index(this.#objects),
        });
      afterMs += parseMs + this.#thinkMs();
    } while (this.#random.happens(1 - 1 / pagesPerSession));
    return requests;
  }
}
