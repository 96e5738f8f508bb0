import type { EdgeEvent } from "../ports.ts";

/** In seconds; Prometheus' own defaults, and half a minute, which is the usual limit of an origin. */
const durationBounds = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** A value that is true now, not counted. */
export interface Gauge {
  name: string;
  help: string;
  value: number;
}

/**
 * What has happened in this isolate, in Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats, version
 * 0.0.4). No customer and no host is named: there may be a hundred thousand, and whoever invents hosts would fill the memory.
 */
export class Metrics {
  readonly #requests = new Counter("portcullis_requests_total", "Requests.");
  readonly #events = new Counter(
    "portcullis_events_total",
    "Other events, by their kind in the log.",
  );
  readonly #durations = new Histogram(
    "portcullis_request_duration_seconds",
    "From the request to the head of its response.",
  );
  readonly #originDurations = new Histogram(
    "portcullis_origin_duration_seconds",
    "From a request to an origin to the head of its response.",
  );

  observe(event: EdgeEvent): void {
    if (event.kind !== "request")
      return this.#events.add(`kind="${event.kind}"`);
    const { outcome, status, cache, origin, tookMs } = event;
    const how = cache === null ? "none" : (cache.fwd ?? "hit");
    this.#requests.add(
      `outcome="${outcome}",status="${status}",cache="${how}"`,
    );
    this.#durations.add(tookMs / 1000);
    if (typeof origin?.tookMs === "number")
      this.#originDurations.add(origin.tookMs / 1000);
  }

  text(gauges: readonly Gauge[]): string {
    return [
      ...this.#requests.lines(),
      ...this.#events.lines(),
      ...this.#durations.lines(),
      ...this.#originDurations.lines(),
      ...gauges.flatMap(({ name, help, value }) => [
        ...head(name, help, "gauge"),
        `${name} ${value}`,
      ]),
      "",
    ].join("\n");
  }
}

class Counter {
  readonly #name: string;
  readonly #help: string;
  readonly #values = new Map<string, number>();

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  add(labels: string): void {
    this.#values.set(labels, (this.#values.get(labels) ?? 0) + 1);
  }

  lines(): string[] {
    const values = [...this.#values].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return [
      ...head(this.#name, this.#help, "counter"),
      ...values.map(([labels, value]) => `${this.#name}{${labels}} ${value}`),
    ];
  }
}

class Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #counts = durationBounds.map(() => 0);
  #count = 0;
  #sum = 0;

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  add(seconds: number): void {
    this.#count += 1;
    this.#sum += seconds;
    const at = durationBounds.findIndex((bound) => seconds <= bound);
    if (at !== -1) this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  lines(): string[] {
    let below = 0;
    const buckets = durationBounds.map((bound, at) => {
      below += this.#counts[at] ?? 0;
      return `${this.#name}_bucket{le="${bound}"} ${below}`;
    });
    return [
      ...head(this.#name, this.#help, "histogram"),
      ...buckets,
      `${this.#name}_bucket{le="+Inf"} ${this.#count}`,
      `${this.#name}_sum ${this.#sum}`,
      `${this.#name}_count ${this.#count}`,
    ];
  }
}

function head(name: string, help: string, type: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}
