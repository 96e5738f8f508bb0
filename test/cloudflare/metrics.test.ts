import { expect, test } from "vitest";
import { Metrics } from "../../src/cloudflare/metrics.ts";
import type { EdgeEvent } from "../../src/ports.ts";

const request = {
  kind: "request",
  host: "shop.example",
  customer: "shop",
  method: "GET",
  outcome: "served",
  status: 200,
  error: null,
  details: null,
  degraded: false,
  cache: null,
  origin: null,
  recordSeq: null,
  pop: null,
  traceId: null,
  tookMs: 2,
} as const satisfies EdgeEvent;

const outcome = {
  fwd: null,
  stored: false,
  collapsed: false,
  ttlSeconds: null,
  detail: null,
};

function linesAfter(events: readonly EdgeEvent[], name: string): string[] {
  const metrics = new Metrics();
  for (const event of events) metrics.observe(event);
  return metrics
    .text([{ name: "bytes_held", help: "Bytes.", value: 7 }])
    .split("\n")
    .filter((line) => line.startsWith(name));
}

test("requests are counted by outcome, status and what the cache did", () => {
  const events: EdgeEvent[] = [
    request,
    { ...request, cache: outcome },
    { ...request, cache: outcome },
    { ...request, cache: { ...outcome, fwd: "uri-miss" } },
    { ...request, outcome: "refused", status: 451 },
  ];
  expect(linesAfter(events, "portcullis_requests_total")).toEqual([
    'portcullis_requests_total{outcome="refused",status="451",cache="none"} 1',
    'portcullis_requests_total{outcome="served",status="200",cache="hit"} 2',
    'portcullis_requests_total{outcome="served",status="200",cache="none"} 1',
    'portcullis_requests_total{outcome="served",status="200",cache="uri-miss"} 1',
  ]);
});

test("durations are buckets that include the smaller ones", () => {
  const events = [1, 5, 6, 700, 60_000].map((tookMs) => ({
    ...request,
    tookMs,
  }));
  const lines = linesAfter(events, "portcullis_request_duration_seconds");
  expect(lines).toContain(
    'portcullis_request_duration_seconds_bucket{le="0.005"} 2',
  );
  expect(lines).toContain(
    'portcullis_request_duration_seconds_bucket{le="0.01"} 3',
  );
  expect(lines).toContain(
    'portcullis_request_duration_seconds_bucket{le="1"} 4',
  );
  expect(lines.slice(-3)).toEqual([
    'portcullis_request_duration_seconds_bucket{le="+Inf"} 5',
    "portcullis_request_duration_seconds_sum 60.712",
    "portcullis_request_duration_seconds_count 5",
  ]);
});

test("an origin's time counts where one was asked", () => {
  const events: EdgeEvent[] = [
    request,
    { ...request, origin: { status: 200, tookMs: 40 } },
    { ...request, origin: { status: null, tookMs: null } },
  ];
  expect(
    linesAfter(events, "portcullis_origin_duration_seconds_count"),
  ).toEqual(["portcullis_origin_duration_seconds_count 1"]);
});

test("other events are counted by kind, and gauges say what is", () => {
  const cut: EdgeEvent = { kind: "cut", host: "a.example", customer: "a" };
  expect(linesAfter([cut, cut], "portcullis_events_total")).toEqual([
    'portcullis_events_total{kind="cut"} 2',
  ]);
  expect(linesAfter([], "bytes_held")).toEqual(["bytes_held 7"]);
});

test("every metric says what it is and of which type, before its values", () => {
  const text = new Metrics().text([]);
  expect(text.match(/^# TYPE \S+ \S+$/gm)).toEqual([
    "# TYPE portcullis_requests_total counter",
    "# TYPE portcullis_events_total counter",
    "# TYPE portcullis_request_duration_seconds histogram",
    "# TYPE portcullis_origin_duration_seconds histogram",
  ]);
  expect(text.match(/^# HELP \S+ .+$/gm)).toHaveLength(4);
  expect(text.endsWith("\n")).toBe(true);
});
